import datetime
from pathlib import Path

import pytest

from tools.policy.findings import Finding
from tools.policy.waivers import Waiver, load_waivers, unused

TODAY = datetime.date(2026, 6, 1)
GOOD = {
    "check": '"CKV_AWS_144"',
    "kind": '"pipeline"',
    "resources": '["aws_s3_bucket.archive"]',
    "reason": '"Data stays in the region that took it."',
    "owner": '"platform team"',
    "expires": "2027-06-01",
}
DEV, PROD, STATE = "tap-dev-us-east-1", "tap-prod-us-east-1", "tap-dev-state"
KINDS = {DEV: "pipeline", PROD: "pipeline", STATE: "state"}


def _load(folder: Path, **changes: str | None) -> tuple[list[Waiver], list[str]]:
    lines = [f"{key} = {value}" for key, value in (GOOD | changes).items() if value is not None]
    path = folder / "waivers.toml"
    path.write_text("\n".join(["[[waiver]]", *lines]))
    return load_waivers(path, TODAY)


def _found(stack: str, resource: str = "aws_s3_bucket.archive") -> Finding:
    return Finding("CKV_AWS_144", stack, resource, "title")


def test_a_waiver_in_order_is_read(tmp_path: Path) -> None:
    waivers, problems = _load(tmp_path)

    assert problems == []
    assert waivers == [
        Waiver(
            check="CKV_AWS_144",
            where="pipeline",
            resources=("aws_s3_bucket.archive",),
            expires=datetime.date(2027, 6, 1),
        )
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"check": '"CKV_AWS_*"'}, "allowed: one id"),
        ({"check": '["CKV_AWS_144", "CKV_AWS_18"]'}, "allowed: one id"),
        ({"kind": '"*"'}, "allowed: state, pipeline, edge, delivery"),
        ({"kind": None}, "needs either kind or stack"),
        ({"stack": '"tap-dev-us-east-1"'}, "needs either kind or stack"),
        ({"kind": None, "stack": '"tap-*"'}, "a blanket; allowed: the name of one stack"),
        ({"kind": None, "stack": '["tap-dev-state", "tap-prod-state"]'}, "a blanket; allowed: the name of one stack"),
        ({"resources": "[]"}, "allowed: a list of addresses"),
        ({"resources": '"*"'}, "allowed: a list of addresses"),
        ({"resources": '["*"]'}, "is a blanket; allowed: an exact address"),
        ({"resources": '["aws_s3_bucket.*"]'}, "is a blanket; allowed: an exact address"),
        ({"resources": '["bucket"]'}, "is a blanket; allowed: an exact address"),
        ({"resources": "[1]"}, "is a blanket; allowed: an exact address"),
        ({"reason": '"todo"'}, "reason is too short"),
        ({"reason": "1"}, "reason is too short"),
        ({"owner": '"Jane.Doe@example.com"'}, "allowed: a role in lower case"),
        ({"expires": "2026-05-31"}, "expired on 2026-05-31; repair what it waives"),
        ({"expires": "2027-06-03"}, "allowed: within a year"),
        ({"expires": '"2027-01-01"'}, "allowed: a date without quotes, such as 2026-06-01"),
        ({"expires": None}, "missing ['expires']"),
        ({"comment": '"x"'}, "unknown ['comment']"),
    ],
)
def test_a_waiver_out_of_order_is_refused(tmp_path: Path, changes: dict[str, str | None], said: str) -> None:
    waivers, problems = _load(tmp_path, **changes)

    assert waivers == []
    assert len(problems) == 1
    assert problems[0].startswith("waivers.toml: waiver 1 (")
    assert said in problems[0]


def test_a_waiver_is_good_on_its_last_day(tmp_path: Path) -> None:
    assert _load(tmp_path, expires="2026-06-01")[1] == []


def test_all_problems_of_a_waiver_are_told_at_once(tmp_path: Path) -> None:
    assert len(_load(tmp_path, kind='"all"', owner='"Me!"', expires="2020-01-01")[1]) == 3


@pytest.mark.parametrize("text", ["[[waiver]", None])
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "waivers.toml"
    if text:
        path.write_text(text)

    waivers, problems = load_waivers(path, TODAY)

    assert waivers == []
    assert problems[0].startswith("waivers.toml: can't be read")


@pytest.mark.parametrize(
    ("finding", "covered"),
    [
        (_found(DEV), True),
        (_found(PROD), True),
        (_found(STATE), False),
        (_found(DEV, "aws_s3_bucket.inbox"), False),
        (_found(DEV)._replace(check="CKV_AWS_18"), False),
        (_found(DEV, "aws_s3_bucket_policy.archive"), False),
    ],
)
def test_a_waiver_covers_what_it_names_and_nothing_else(tmp_path: Path, finding: Finding, covered: bool) -> None:
    assert _load(tmp_path)[0][0].covers(finding, KINDS[finding.stack]) is covered


def test_a_waiver_of_a_type_covers_all_resources_of_it_and_is_needed_by_one(tmp_path: Path) -> None:
    [waiver] = _load(tmp_path, resources='["aws_s3_bucket"]')[0]
    of_another_type = _found(DEV, "aws_s3_bucket_policy.archive")

    assert waiver.covers(_found(DEV), "pipeline")
    assert waiver.covers(_found(PROD, "aws_s3_bucket.new"), "pipeline")
    assert not waiver.covers(of_another_type, "pipeline")
    assert unused([waiver], [_found(DEV, "aws_s3_bucket.new")], {DEV: "pipeline"}) == []
    [problem] = unused([waiver], [of_another_type], {DEV: "pipeline"})
    assert problem.startswith(f"CKV_AWS_144 of aws_s3_bucket is not found in {DEV}: take it out")


def test_a_waiver_of_a_stack_covers_that_stack_only(tmp_path: Path) -> None:
    waiver = _load(tmp_path, kind=None, stack=f'"{DEV}"')[0][0]

    assert waiver.covers(_found(DEV), KINDS[DEV])
    assert not waiver.covers(_found(PROD), KINDS[PROD])


def test_a_waiver_of_a_kind_is_needed_in_some_stack_of_it(tmp_path: Path) -> None:
    waivers = _load(tmp_path)[0]
    assert unused(waivers, [_found(DEV), _found(PROD)], KINDS) == []
    assert unused(waivers, [_found(PROD)], KINDS) == []
    [problem] = unused(waivers, [_found(STATE)], KINDS)
    assert problem.startswith(f"CKV_AWS_144 of aws_s3_bucket.archive is not found in {DEV}, {PROD}: take it out")


def test_each_resource_of_a_waiver_is_needed(tmp_path: Path) -> None:
    waivers = _load(tmp_path, resources='["aws_s3_bucket.archive", "aws_s3_bucket.gone"]')[0]

    [problem] = unused(waivers, [_found(DEV)], {DEV: "pipeline"})

    assert problem.startswith("CKV_AWS_144 of aws_s3_bucket.gone is not found in")


def test_a_waiver_of_a_stack_that_is_not_checked_is_unused(tmp_path: Path) -> None:
    waivers = _load(tmp_path, kind=None, stack='"tap-gone-us-east-1"')[0]

    [problem] = unused(waivers, [_found(DEV)], {DEV: "pipeline"})

    assert "tap-gone-us-east-1, which is not checked" in problem
