"""Names and ARNs come from configuration, fit their service, and never meet."""

from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modules.names import Kind, Names
from stacks.regions import KNOWN_REGIONS
from stacks.settings import FUNCTIONS
from tests.synthesized import Stack

_DEV = Names(project="tap", suffix="dev", region="us-east-1", account_id="111111111111")
_LONGEST_REGION = max(sorted(KNOWN_REGIONS), key=len)
_SUFFIXES = st.from_regex(r"[a-z][a-z0-9]{0,11}(-[a-z0-9]{1,11})?", fullmatch=True)
_KINDS = st.sampled_from(Kind)


def _names(suffix: str, region: str = _LONGEST_REGION) -> Names:
    return Names(project="p" * 12, suffix=suffix, region=region, account_id="111111111111")


def test_a_name_holds_project_purpose_suffix_and_region() -> None:
    assert _DEV("events", Kind.STREAM) == "tap-events-dev-us-east-1"


def test_only_bucket_names_hold_the_account_because_they_are_global() -> None:
    holding = [kind for kind in Kind if "111111111111" in _DEV("events", kind)]
    assert holding == [Kind.BUCKET]
    assert _DEV("archive", Kind.BUCKET) == "tap-archive-dev-us-east-1-111111111111"


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (Kind.API, 128),
        (Kind.ALARM, 255),
        (Kind.BUCKET, 63),
        (Kind.DASHBOARD, 255),
        (Kind.FUNCTION, 64),
        (Kind.KEY_ALIAS, 250),
        (Kind.QUEUE, 80),
        (Kind.ROLE, 64),
        (Kind.SECRET, 512),
        (Kind.STREAM, 128),
        (Kind.TABLE, 255),
        (Kind.TOPIC, 256),
    ],
)
def test_a_name_may_be_as_long_as_its_service_takes_and_not_longer(kind: Kind, limit: int) -> None:
    rest = len(_DEV("x", kind)) - 1
    exact, longer = _DEV("x" * (limit - rest), kind), _DEV("x" * (limit - rest + 1), kind)
    assert kind.limit == limit == len(exact) == len(longer)
    assert exact.startswith("tap-xx")
    assert exact.endswith(("-dev-us-east-1", "-dev-us-east-1-111111111111"))
    assert not longer.endswith(("us-east-1", "111111111111"))


def test_a_name_that_is_cut_ends_in_a_hash_and_never_in_two_hyphens() -> None:
    cut = _names("a-" * 20 + "a")("dead-letters", Kind.QUEUE)
    assert cut == "pppppppppppp-dead-letters-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-ap-d644946b"


@given(one=_SUFFIXES, other=_SUFFIXES, kind=_KINDS)
def test_two_suffixes_never_meet(one: str, other: str, kind: Kind) -> None:
    assume(one != other)
    assert _names(one)("access-logs", kind) != _names(other)("access-logs", kind)


@given(start=st.text(alphabet="abc", min_size=40, max_size=50), ends=st.lists(_SUFFIXES, min_size=2, unique=True))
def test_suffixes_that_differ_only_behind_the_limit_never_meet(start: str, ends: list[str]) -> None:
    names = [_names(start + end)("archive", Kind.BUCKET) for end in ends]
    assert len(set(names)) == len(names)
    assert all(len(name) == Kind.BUCKET.limit for name in names)


@given(suffix=_SUFFIXES, kind=_KINDS, region=st.sampled_from(sorted(KNOWN_REGIONS)))
def test_every_suffix_gives_a_name_that_its_service_takes(suffix: str, kind: Kind, region: str) -> None:
    name = _names(suffix, region)("undelivered-dead-letters", kind)
    assert 3 <= len(name) <= kind.limit
    assert name.strip("-") == name
    assert "--" not in name


@pytest.mark.parametrize("purpose", FUNCTIONS)
def test_the_longest_function_names_are_not_cut(purpose: str) -> None:
    """Whoever looks for a log group finds it by suffix and region."""
    assert _names("s" * 24)(purpose, Kind.FUNCTION).endswith(f"-{'s' * 24}-{_LONGEST_REGION}")


@pytest.mark.parametrize("purpose", ["Events", "a--b", "-a", "a-", "", "ev_ents", "é"])
def test_a_name_that_aws_would_refuse_is_refused(purpose: str) -> None:
    with pytest.raises(ValueError, match="a name may contain lower-case letters, digits and single hyphens, got 'tap-"):
        _DEV(purpose, Kind.STREAM)


def test_global_arns_hold_no_region_and_those_of_s3_no_account() -> None:
    assert _DEV.global_arn("s3", "bucket") == "arn:aws:s3:::bucket"
    assert _DEV.global_arn("iam", "root") == "arn:aws:iam::111111111111:root"


def test_no_purpose_is_the_beginning_of_another(every_stack: dict[str, Stack]) -> None:
    """Otherwise `a` of the suffix `b-dev` would meet `a-b` of the suffix `dev`."""
    stacks = (every_stack["tap-watchful-us-east-1"], every_stack["tap-watchful-state"])
    purposes: dict[str, set[str]] = {}
    for stack in stacks:
        for type_, bodies in stack.json["resource"].items():
            for body in bodies.values():
                for name in _physical_names(body):
                    purposes.setdefault(type_, set()).add(name.removeprefix("tap-").split("-watchful")[0])
    assert purposes["aws_s3_bucket"] == {
        "access-logs",
        "archive",
        "failures",
        "inbox",
        "results",
        "state",
        "logs-of-state",
    }
    assert len(purposes["aws_cloudwatch_metric_alarm"]) > 20
    for found in purposes.values():
        assert not [(one, other) for one, other in permutations(found, 2) if other.startswith(f"{one}-")]


def _physical_names(body: dict[str, object]) -> list[str]:
    keys = ("name", "bucket", "function_name", "alarm_name", "dashboard_name")
    return [name for key in keys if isinstance(name := body.get(key), str) and name.startswith("tap-")]
