"""What AWS would refuse in the middle of an apply is said before, in words."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.plan_review.plans import Json, change, read_plan, review, written
from tools.plan_review.comment import comment
from tools.plan_review.model import UNIQUE
from tools.plan_review.review import Review

_SECRET = "aws_secretsmanager_secret"
_PROVIDER = "aws_iam_openid_connect_provider"
_URL: Json = {"url": "https://token.actions.githubusercontent.com"}
_MADE: Json = {"actions": ["delete", "create"]}
_MADE_FIRST: Json = {"actions": ["create", "delete"]}


def _reviewed(folder: Path, *changes: Json, **more: Any) -> Review:
    return review([read_plan(written(folder, *changes, **more))])


def _refused(found: Review) -> list[tuple[str, str]]:
    return [(one.rule.id, one.address) for one in found.findings if one.rule.label == "allow-refusal"]


@pytest.mark.parametrize(("before", "after", "refused"), [(2, 10, True), (2, 4, False), (10, 4, True), (10, 5, False)])
def test_shards_are_at_most_doubled_or_halved_at_once(before: int, after: int, refused: bool, tmp_path: Path) -> None:
    sides = [{"name": "a", "shard_count": count} for count in (before, after)]
    found = _reviewed(tmp_path, change("aws_kinesis_stream", *sides))
    assert bool(_refused(found)) == refused
    assert ("Kinesis refuses more than double or less than half" in comment(found)) == refused
    assert _refused(_reviewed(tmp_path, change("aws_kinesis_stream", *sides, **_MADE))) == []


def test_to_another_mode_and_back_counts_no_shards(tmp_path: Path) -> None:
    sides = [{"stream_mode_details": [{"stream_mode": mode}]} for mode in ("PROVISIONED", "ON_DEMAND")]
    counted = change("aws_kinesis_stream", sides[0] | {"shard_count": 4}, sides[1] | {"shard_count": None})
    found = _reviewed(tmp_path, counted)
    assert _refused(found) == []
    assert "changed-too-often" in {one.rule.id for one in found.findings}


@pytest.mark.parametrize(("days", "waits"), [(30, True), (7, True), (None, True), (0, False)])
def test_the_name_of_a_secret_is_taken_until_its_recovery_window_ends(
    days: int | None, waits: bool, tmp_path: Path
) -> None:
    body = {"name": "signing", "recovery_window_in_days": days}
    expected = [("secret-name-waits", f"{_SECRET}.new")] if waits else []
    new, gone = change(_SECRET, None, body, address=f"{_SECRET}.new"), change(_SECRET, body, None)
    assert _refused(_reviewed(tmp_path, gone, new)) == expected
    replaced = change(_SECRET, body, body | {"kms_key_id": "a"}, address=f"{_SECRET}.new", **_MADE)
    assert _refused(_reviewed(tmp_path, replaced)) == expected
    assert _refused(_reviewed(tmp_path, new, resource_drift=[gone])) == expected
    other = change(_SECRET, None, body | {"name": "other"}, address=f"{_SECRET}.new")
    assert _refused(_reviewed(tmp_path, gone, other, resource_drift=[gone])) == []
    assert _refused(_reviewed(tmp_path, new)) == _refused(_reviewed(tmp_path, gone)) == []


def test_a_second_identity_provider_of_a_url_is_refused(tmp_path: Path) -> None:
    first, second = (change(_PROVIDER, None, _URL, address=f"{_PROVIDER}.{name}") for name in ("a", "b"))
    stays = change(_PROVIDER, _URL, _URL, address=f"{_PROVIDER}.a", actions=["no-op"])
    other = change(_PROVIDER, None, {"url": "https://login.example.com"})
    without_scheme = change(_PROVIDER, None, {"url": "token.actions.githubusercontent.com/"}, address=f"{_PROVIDER}.b")
    assert _refused(_reviewed(tmp_path, first)) == _refused(_reviewed(tmp_path, stays, other)) == []
    for found in ((first, second), (stays, second), (stays, without_scheme)):
        assert _refused(_reviewed(tmp_path, *found)) == [("name-taken", f"{_PROVIDER}.b")]


@pytest.mark.parametrize(("accounts", "refused"), [(("1", "1"), True), (("1", "2"), False), ((None, None), True)])
def test_two_stacks_of_one_account_can_not_both_make_an_identity_provider(
    accounts: tuple[str | None, str | None], refused: bool, tmp_path: Path
) -> None:
    plans = []
    for name, account in zip("ab", accounts, strict=True):
        allowed = {"allowed_account_ids": {"constant_value": [account]}} if account else {}
        configuration = {"provider_config": {"aws": {"expressions": allowed}}}
        one = change(_PROVIDER, None, _URL)
        plans.append(read_plan(written(tmp_path, one, name=f"tap-{name}-delivery", configuration=configuration)))
    assert bool(_refused(review(plans))) == refused


@pytest.mark.parametrize("type_", sorted(UNIQUE))
def test_a_name_is_taken_by_what_stays_or_is_destroyed_at_another_address(type_: str, tmp_path: Path) -> None:
    body = dict.fromkeys(UNIQUE[type_], "a") | {"recovery_window_in_days": 0}
    new = change(type_, None, body, address=f"{type_}.new")
    stays = change(type_, body, body, actions=["no-op"])
    expected = [] if type_ == _SECRET else [("name-taken", f"{type_}.new")]
    assert _refused(_reviewed(tmp_path, stays, new)) == expected
    assert _refused(_reviewed(tmp_path, change(type_, body, None), new)) == expected
    assert _refused(_reviewed(tmp_path, change(type_, body | {UNIQUE[type_][0]: "b"}, None), new)) == []
    moved = change(type_, body, body, address=f"{type_}.new", actions=["no-op"]) | {"previous_address": f"{type_}.one"}
    assert _refused(_reviewed(tmp_path, moved)) == []
    assert _refused(_reviewed(tmp_path, change(type_, body, body | {"description": "b"}, **_MADE))) == []
    made_first = _reviewed(tmp_path, change(type_, body, body | {"description": "b"}, **_MADE_FIRST))
    assert bool(_refused(made_first)) == (type_ != _SECRET)


@pytest.mark.parametrize("type_", ["aws_dynamodb_table", "aws_cloudwatch_log_group"])
def test_what_is_protected_is_not_deleted(type_: str, tmp_path: Path) -> None:
    for protected in (True, False):
        gone = change(type_, {"id": "a", "deletion_protection_enabled": protected}, None)
        expected = [("deletion-refused", f"{type_}.one")] if protected else []
        assert _refused(_reviewed(tmp_path, gone)) == expected


def test_a_bucket_that_is_not_emptied_is_not_deleted(tmp_path: Path) -> None:
    found = _reviewed(tmp_path, change("aws_s3_bucket", {"id": "a", "force_destroy": False}, None))
    assert "S3 refuses to delete a bucket that holds objects." in comment(found)
    assert _refused(found) == []  # it may be empty
