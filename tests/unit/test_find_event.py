"""Finding an event: what is said for each place that it can be in."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from lambda_code.shared.attributes import identity
from tests.project import ENVIRONMENTS
from tests.unit.replay.test_services import TARGET, body
from tools import find_event
from tools.find_event import Places
from tools.replay.target import Target

_EVENT = ["--source", "/shop", "--id", "order 1"]
_STACK = ["--stack", "tap-dev-us-east-1"]
_HOME = "events/date=2026-01-31/hour=10/shardId-000000000000-1.ndjson.gz"
_ROW = {
    "id": {"S": "/shop order 1"},
    "sequence_number": {"S": "4711"},
    "object_key": {"S": _HOME},
    "content_hash": {"S": "x"},
    "expires_at": {"N": "1772323200"},
}
_SESSION = boto3.Session("access", "secret", region_name="us-east-1")


class Aws:
    """Both services, which answer as they are told."""

    def __init__(self) -> None:
        self.dynamodb, self.s3 = _SESSION.client("dynamodb"), _SESSION.client("s3")
        self.table, self.bucket = Stubber(self.dynamodb), Stubber(self.s3)
        for stubber in (self.table, self.bucket):
            stubber.activate()

    def has_row(self, item: dict[str, Any] | None) -> None:
        ask = {"TableName": "ledger", "Key": {"id": {"S": identity("/shop", "order 1")}}}
        self.table.add_response("get_item", {"Item": item} if item else {}, ask)

    def has_versions(self, *lines: list[dict[str, str]]) -> None:
        """The versions of the object, the newest first; each is its lines."""
        owned = {"Bucket": "archive", "ExpectedBucketOwner": "111111111111"}
        versions = [{"Key": _HOME, "VersionId": f"v{at}", "IsLatest": at == 0} for at in range(len(lines))]
        others = [{"Key": f"{_HOME}.bak", "VersionId": "v0", "IsLatest": True}]
        self.bucket.add_response("list_object_versions", {"Versions": versions + others}, owned | {"Prefix": _HOME})
        for at, some in enumerate(lines):
            text = gzip.compress("".join(f"{json.dumps(line)}\n" for line in some).encode())
            content: StreamingBody = body(text)
            self.bucket.add_response("get_object", {"Body": content}, owned | {"Key": _HOME, "VersionId": f"v{at}"})
            if any(line["id"] == "order 1" for line in some):
                return


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    aws = Aws()
    monkeypatch.setattr(find_event, "ENVIRONMENTS", ENVIRONMENTS)
    monkeypatch.setattr(find_event, "connect", lambda _target: Places(aws.dynamodb, aws.s3, TARGET))
    yield aws
    aws.table.assert_no_pending_responses()
    aws.bucket.assert_no_pending_responses()


def _line(id_: str) -> dict[str, str]:
    return {"specversion": "1.0", "source": "/shop", "id": id_, "tapsequence": "4711"}


def test_an_event_that_is_stored_is_shown(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.has_row(_ROW)
    aws.has_versions([_line("order 2"), _line("order 1")])
    assert find_event.main([*_STACK, *_EVENT], {}) == 0
    ledger, stored, line = capsys.readouterr().out.splitlines()
    assert ledger == f"ledger: record 4711, object {_HOME}, remembered until 2026-03-01 00:00 UTC"
    assert stored == "stored:"
    assert json.loads(line) == _line("order 1")


def test_an_event_that_was_taken_out_of_the_archive_is_found_in_an_older_version(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.has_row(_ROW)
    aws.has_versions([_line("order 2")], [_line("order 1")])
    assert find_event.main([*_STACK, *_EVENT], {}) == 1
    assert "was in its object, in version v1:\n" in capsys.readouterr().out


def test_an_event_that_was_claimed_only_is_told(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.has_row(_ROW)
    aws.has_versions()
    assert find_event.main([*_STACK, *_EVENT], {}) == 1
    assert "claimed, but not in its object" in capsys.readouterr().out


def test_an_event_that_nobody_has_seen_is_told(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.has_row(None)
    assert find_event.main([*_STACK, *_EVENT], {}) == 1
    assert capsys.readouterr().out.startswith("not in the ledger")


def test_a_service_that_refuses_is_told(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.table.add_client_error("get_item", "AccessDeniedException", "not you")
    assert find_event.main([*_STACK, *_EVENT], {}) == 1
    assert "reading ledger: AccessDeniedException: not you" in capsys.readouterr().err


def test_a_stack_that_is_not_there_or_has_no_ledger_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(find_event, "ENVIRONMENTS", ENVIRONMENTS)
    assert find_event.main(["--stack", "tap-nowhere", *_EVENT], {}) == 2
    assert "there is no stack 'tap-nowhere'" in capsys.readouterr().err

    def without_ledger(*_: object) -> Target:
        return replace(TARGET, ledger_table=None)

    monkeypatch.setattr(find_event, "find_target", without_ledger)
    assert find_event.main([*_STACK, *_EVENT], {}) == 2
    assert "has no ledger (deduplication.days is 0)" in capsys.readouterr().err


def test_make_without_a_name_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        find_event.main([*_STACK, "--source", "/shop", "--id", ""], {})
    assert "error: ID: empty; allowed: make find-event STACK=" in capsys.readouterr().err
