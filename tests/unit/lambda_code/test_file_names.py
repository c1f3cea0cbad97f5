"""Names of files: some are left alone, and some say where in a document the records are."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from lambda_code.importer.names import InboxRules
from lambda_code.shared.events import MAX_EVENT_BYTES
from tests.unit.lambda_code.importing import World, ndjson, notification

TEMPORARY = ("_*", ".*", "*.filepart", "*.tmp", "*.crc")
TRAIL = {"Records": [{"eventID": f"{number}", "text": "x" * 100} for number in range(1800)]}


@pytest.mark.parametrize(
    "name",
    [
        "_temporary/part-0",
        "a/_temporary/0/_temporary/attempt_1/part-0.ndjson",
        "_SUCCESS",
        "a/_SUCCESS",
        ".DS_Store",
        ".part-0.crc",
        "part-0.ndjson.crc",
        "a.ndjson.filepart",
        "a.tmp",
        "a.tmp/b.ndjson",
        ".spark-staging-1/x=1/part-0.ndjson",
        "_delta_log/00000.json",
        "..data/a.ndjson",
    ],
)
def test_a_file_on_its_way_is_left_alone_and_counted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    world = World(rules=InboxRules(ignored_names=TEMPORARY))
    world.s3.objects["inbox", f"incoming/{name}"] = b'{"n": 1}'
    world.notify(notification(f"incoming/{name}"))
    assert (world.s3.reads, world.events(), world.notes()) == (0, [], [])
    [metrics] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert metrics["FilesIgnored"] == 1
    assert "EventsQuarantined" not in metrics, "nothing rings"


@pytest.mark.parametrize(
    "name", ["part-0.ndjson", "a_b.ndjson", "a.b/c", "tmp", "a.tmp.ndjson", "filepart", "..", "../x", "./x", "A.TMP"]
)
def test_other_names_are_imported(name: str) -> None:
    world = World(rules=InboxRules(ignored_names=TEMPORARY))
    world.put(b'{"n": 1}', f"incoming/{name}")
    assert len(world.events()) == 1


def test_a_file_that_is_written_under_a_temporary_name_and_then_renamed_is_imported_once() -> None:
    world = World(rules=InboxRules(ignored_names=TEMPORARY))
    world.put(b'{"n": 1}', "incoming/_temporary/part-0", version="v1")
    world.put(b'{"n": 1}', "incoming/part-0.ndjson", version="v2")
    world.put(b"", "incoming/_SUCCESS", version="v3")
    assert (len(world.events()), world.notes()) == (1, [])


def test_without_the_setting_no_name_is_left_alone() -> None:
    world = World()
    world.put(b'{"n": 1}', "incoming/_temporary/part-0")
    assert len(world.events()) == 1


def imported(body: bytes, name: str = "AWSLogs/1/CloudTrail/a.json.gz", **paths: str) -> World:
    rules = InboxRules(records_paths={"AWSLogs/": "Records", "AWSLogs/1/Guard": "detail.items", **paths})
    world = World(rules=rules)
    world.put(body, f"incoming/{name}")
    return world


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("count", [1, 100, 1800])
def test_a_path_gives_the_records_of_a_document_whatever_its_size(count: int, indent: int | None) -> None:
    document = json.dumps({"Records": TRAIL["Records"][:count]}, indent=indent).encode()
    world = imported(gzip.compress(document))
    assert [event["data"]["eventID"] for event in world.events()] == [f"{number}" for number in range(count)]
    assert len({event["id"] for event in world.events()}) == count
    assert world.notes() == []


def test_documents_may_follow_each_other() -> None:
    small, large = {"Records": TRAIL["Records"][:2]}, TRAIL
    world = imported(ndjson(small, large, small) + json.dumps(small).encode() + json.dumps(large).encode())
    assert len(world.events()) == 2 + 1800 + 2 + 2 + 1800
    assert len({event["id"] for event in world.events()}) == len(world.events())


def test_an_array_of_documents_gives_the_records_of_each() -> None:
    world = imported(json.dumps([{"Records": TRAIL["Records"][:3]}] * 2).encode())
    assert len({event["id"] for event in world.events()}) == 6


@pytest.mark.parametrize("padding", ["", "x" * MAX_EVENT_BYTES])
def test_a_path_may_lead_through_several_objects(padding: str) -> None:
    detail = {"other": [{"items": 1}], "items": [{"n": 1}, {"n": 2}], "last": {"items": [{"n": 9}]}}
    document = {"items": [{"n": 9}], "text": padding, "detail": detail, "end": {}}
    world = imported(json.dumps(document).encode(), "AWSLogs/1/GuardDuty/a.json")
    assert [event["data"] for event in world.events()] == [{"n": 1}, {"n": 2}]
    assert world.notes() == []


@pytest.mark.parametrize("padding", ["", "x" * MAX_EVENT_BYTES])
@pytest.mark.parametrize(
    ("document", "events", "reasons"),
    [
        ({"records": [{"n": 1}]}, 0, ["no_records"]),
        ({"Records": 7}, 0, ["no_records"]),
        ({"Records": []}, 0, ["empty"]),
        ({"Records": {"n": 1}}, 1, []),
        ({"Records": [{"n": 1}, 7, None]}, 1, ["not_an_event", "not_an_event"]),
    ],
    ids=str,
)
def test_where_the_path_leads_to_no_records_that_is_noted(
    document: dict[str, Any], events: int, reasons: list[str], padding: str
) -> None:
    world = imported(json.dumps({"a": {"Records": [1]}, "text": padding, **document, "z": padding[:10]}).encode())
    assert (len(world.events()), [reason for _, reason in world.reasons()]) == (events, reasons)


@pytest.mark.parametrize("padding", ["", "x" * MAX_EVENT_BYTES])
@pytest.mark.parametrize("size", [1, 2_000])
def test_a_record_by_itself_that_is_broken_is_said_to_be(size: int, padding: str) -> None:
    record = '{"n": ' + "1" * size + ' "m": 2}'
    world = imported(f'{{"text": "{padding}", "Records": {record}, "z": 1}}'.encode())
    assert (world.events(), world.reasons()) == ([], [(1, "not_json")])


@pytest.mark.parametrize("cut", [10, MAX_EVENT_BYTES + 50, -1])
def test_a_document_that_is_cut_gives_what_is_whole_and_a_note(cut: int) -> None:
    document = json.dumps({"Records": TRAIL["Records"] * 2}).encode()
    world = imported(document[:cut])
    assert len(world.notes()) == 1
    assert (len(world.events()) > 1000) == (cut != 10)


def test_without_a_path_a_document_is_one_event_or_one_note() -> None:
    world = imported(json.dumps({"Records": TRAIL["Records"][:10]}).encode(), "other/a.json")
    assert [len(event["data"]["Records"]) for event in world.events()] == [10]
    world = imported(json.dumps({"Records": TRAIL["Records"] * 2}).encode(), "other/a.json")
    assert (world.events(), world.reasons()) == ([], [(1, "too_large")])


def test_the_longest_beginning_of_a_name_wins() -> None:
    rules = InboxRules(records_paths={"": "a", "x/": "b.c", "x/y": "d"})
    assert [rules.records_path(f"incoming/{name}") for name in ("z", "x/z", "x/y/z")] == [("a",), ("b", "c"), ("d",)]
    assert InboxRules().records_path("incoming/z") == ()
