"""Files that hold no plan: each is refused in a sentence that says what to do."""

import json
from pathlib import Path

import pytest

from tests.unit.plan_review.plans import Json, change, files, read_plan, written
from tools.plan_review import reading
from tools.plan_review.model import Action, ReviewError

PLAN = '{"format_version": "1.2", "resource_changes": ['
BROKEN = {
    "empty": ("", "the file is empty; plan again"),
    "blank": (" \n", "the file is empty"),
    "text": ("Plan: 3 to add", "not JSON, or cut off, at line 1, column 1"),
    "truncated": (PLAN + '{"address": "aws_', "not JSON, or cut off, at line 1, column 60"),
    "two documents": ("{}{}", "not JSON, or cut off"),
    "saved plan": ("PK\x03\x04...", "this is the saved plan itself; review what `terraform show -json` prints of it"),
    "list": ("[]", "the JSON is no object, so it is no plan"),
    "null": ("null", "the JSON is no object"),
    "other object": ("{}", "no format_version: this isn't what `terraform show -json` writes"),
    "older version": (
        '{"format_version": "0.2", "resource_changes": []}',
        "format_version '0.2'; this review reads 1.x",
    ),
    "newer version": ('{"format_version": "2.0", "resource_changes": []}', "format_version '2.0'"),
    "version of no kind": ('{"format_version": 1, "resource_changes": []}', "format_version '1'"),
    "state": ('{"format_version": "1.0", "values": {}}', "this is a state, not a plan"),
    "nothing planned": ('{"format_version": "1.2"}', "there is no plan in it"),
    "failed": ('{"format_version": "1.2", "planned_values": {}, "errored": true}', "Terraform failed while planning"),
    "changes of no kind": ('{"format_version": "1.2", "resource_changes": {}}', "resource_changes is not a list"),
    "change of no kind": (PLAN + "3]}", "resource_changes[0]: change is not an object"),
    "no change": (PLAN + "{}]}", "resource_changes[0]: unknown actions None"),
    "unknown action": (
        PLAN + '{"change": {"actions": ["melt"]}}]}',
        "unknown actions ['melt']; this review knows no-op",
    ),
    "no address": (PLAN + '{"change": {"actions": ["create"]}}]}', "address is not a text"),
    "before of no kind": (
        PLAN + '{"address": "a.b", "type": "a", "change": {"actions": ["delete"], "before": 3}}]}',
        "before is not an object",
    ),
    "outputs of no kind": ('{"format_version": "1.2", "output_changes": []}', "output_changes is not an object"),
    "output of no kind": ('{"format_version": "1.2", "output_changes": {"x": 1}}', "output_changes.x: unknown actions"),
    "long number": (f'{{"format_version": {"9" * 5000}}}', "JSON that Terraform doesn't write"),
    "deep": ("[" * 200_000, "JSON that Terraform doesn't write"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    text, message = BROKEN[name]
    path = tmp_path / "tap-dev-us-east-1.json"
    path.write_text(text)
    with pytest.raises(ReviewError) as refused:
        read_plan(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert message in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="No such file"):
        read_plan(tmp_path / "missing.json")


def test_another_encoding_is_refused_and_a_byte_order_mark_is_not(tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text()
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(ReviewError, match="not UTF-8"):
        read_plan(path)
    path.write_bytes(text.encode("utf-8-sig"))
    assert read_plan(path).changes == ()


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_MEGABYTES", 0)
    with pytest.raises(ReviewError, match="larger than 0 MB: split the stack"):
        read_plan(written(tmp_path))


def test_every_cut_of_a_real_plan_is_refused_and_never_half_read(tmp_path: Path) -> None:
    data = files("stream-renamed")[0].read_bytes().rstrip()
    path = tmp_path / "cut.json"
    for length in range(1, len(data), len(data) // 60):
        path.write_bytes(data[:length])
        with pytest.raises(ReviewError):
            read_plan(path)


def test_what_later_versions_add_is_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path, change("aws_sqs_queue", {"name": "a"}, None, new={"x": 1}), action_invocations=[], new=1)
    (one,) = read_plan(path).changes
    assert (one.address, one.action) == ("aws_sqs_queue.one", Action.DELETE)


@pytest.mark.parametrize("actions", [["delete", "create"], ["create", "delete"]])
def test_both_orders_of_replacing_are_the_same(actions: list[str], tmp_path: Path) -> None:
    (one,) = read_plan(
        written(tmp_path, change("aws_sqs_queue", {"name": "a"}, {"name": "b"}, actions=actions))
    ).changes
    assert one.action is Action.REPLACE


def test_data_sources_and_what_stays_are_no_changes(tmp_path: Path) -> None:
    data = change("aws_region", None, {"name": "x"}, actions=["read"]) | {"mode": "data"}
    same = change("aws_sqs_queue", {"name": "a"}, {"name": "a"}, actions=["no-op"])
    assert read_plan(written(tmp_path, data, same)).changes == ()


def test_policies_beside_a_plan_are_read_and_a_broken_file_of_them_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    beside = path.with_name("tap-dev-us-east-1.tf.json")
    beside.write_text(json.dumps({"resource": {"aws_kms_key": {"key": {"policy": "{}"}, "other": {}}, "odd": 3}}))
    assert read_plan(path).policies == {"aws_kms_key.key": "{}"}
    beside.write_text("{")
    with pytest.raises(ReviewError, match="not JSON, or cut off"):
        read_plan(path)


@pytest.mark.parametrize(
    ("lifecycle", "shown"),
    [
        ({"ignore_changes": ["parameters", "view_original_text"]}, []),
        ({"ignore_changes": ["parameters"]}, ["aws_glue_catalog_table.one"]),
        ({"prevent_destroy": True}, ["aws_glue_catalog_table.one"]),
        (None, ["aws_glue_catalog_table.one"]),
    ],
)
def test_what_the_configuration_leaves_to_others_is_no_change_outside_of_terraform(
    tmp_path: Path, lifecycle: Json | None, shown: list[str]
) -> None:
    sides = ({"name": "events", "parameters": {"a": a}, "view_original_text": a} for a in ("1", "2"))
    path = written(tmp_path, resource_drift=[change("aws_glue_catalog_table", *sides)])
    body = {"lifecycle": lifecycle} if lifecycle else {}
    path.with_name("tap-dev-us-east-1.tf.json").write_text(
        json.dumps({"resource": {"aws_glue_catalog_table": {"one": body}}})
    )
    assert [*read_plan(path).drifted] == shown


def test_what_was_deleted_is_shown_whatever_the_configuration_ignores(tmp_path: Path) -> None:
    gone = change("aws_glue_catalog_table", {"name": "events"}, None)
    path = written(tmp_path, resource_drift=[gone])
    body = {"lifecycle": {"ignore_changes": ["name"]}}
    path.with_name("tap-dev-us-east-1.tf.json").write_text(
        json.dumps({"resource": {"aws_glue_catalog_table": {"one": body}}})
    )
    assert read_plan(path).drifted == ("aws_glue_catalog_table.one",)
