"""Every kind of bad file and bad notification: what is good goes on, the rest is in quarantine with its reason."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from botocore.exceptions import IncompleteReadError, ReadTimeoutError

from lambda_code.shared.errors import UnavailableError
from lambda_code.shared.events import MAX_EVENT_BYTES
from tests.unit.lambda_code.fakes import FakeContext, FakeS3, client_error, lost_answer
from tests.unit.lambda_code.importing import EVENT, KEY, World, ndjson, notification

GOOD = b'{"n": 1}\n'
ARRAY = b'[{"n": 1}, {"n": 2}]'


def accepted(world: World) -> list[Any]:
    return [event["data"] for event in world.events()]


class TestText:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b"not JSON", "not_json"),
            (b'{"n": 1', "not_json"),
            (b'{"n": 1}\0', "not_json"),
            (b"\0\0\0\0", "not_json"),
            (b'\0{"n": 1}', "not_json"),
            (b'{"n": "\0"}', "not_json"),
            (b'{"n": "\xff"}', "not_json"),
            (b'{"n": "\xe4"}', "not_json"),
            (b'{"n": "\\ud800"}', "not_json"),
            (b'{"n": NaN}', "not_json"),
            (b'{"n": 1e999}', "not_json"),
            (b'{"n": ' + b"9" * 5000 + b"}", "not_json"),
            (b'{"n": 1, "n": 2}', "not_json"),
            (b'\xef\xbb\xbf{"n": 1}', "not_json"),
            (b"{" + b'"a":{' * 5000 + b"}" * 5001, "not_json"),
            (b"[1]", "not_an_event"),
            (b'"text"', "not_an_event"),
            (b"7", "not_an_event"),
            (b"null", "not_an_event"),
            (b'{"specversion": "0.3"}', "not_an_event"),
            (b'{"specversion": "1.0", "source": "/s"}', "not_an_event"),
            (b'{"specversion": "1.0", "source": "/s", "type": "t", "id": ""}', "not_an_event"),
            (b'{"specversion": null, "n": 1}', "not_an_event"),
            (b'{"n": "' + b"x" * MAX_EVENT_BYTES + b'"}', "too_large"),
            (b'{"n": "' + b"x" * (MAX_EVENT_BYTES - 9) + b'"}', "too_large"),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_one_bad_line_is_put_away_and_its_neighbours_go_on(self, line: bytes, reason: str) -> None:
        world = World()
        world.put(GOOD + line + b"\n" + GOOD)
        assert accepted(world) == [{"n": 1}, {"n": 1}]
        [note] = world.notes()
        assert (note["line"], note["reason"], note["version"]) == (2, reason, "v1")
        if note["data_base64"] is not None:
            assert base64.b64decode(note["data_base64"]) == line.strip()

    def test_one_bad_line_among_10_000_costs_only_itself(self) -> None:
        world = World()
        lines = [b'{"n": %d}' % number for number in range(10_000)]
        lines[6_665] = b'{"n": 6665'
        world.put(b"\n".join(lines))
        assert accepted(world) == [{"n": number} for number in range(10_000) if number != 6_665]
        assert world.reasons() == [(6_666, "not_json")]

    @pytest.mark.parametrize("size", [MAX_EVENT_BYTES + 1, 300_000, 320_000, 520_000, 1_000_000, 5_000_000])
    def test_a_bad_line_of_any_length_costs_only_itself(self, size: int) -> None:
        world = World()
        world.put(GOOD + b"x" * size + b'\n{"n": 2}\n{"n": 3}\n')
        assert accepted(world) == [{"n": 1}, {"n": 2}, {"n": 3}]
        assert world.reasons() == [(2, "too_large")]

    @pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n", b" "])
    def test_the_last_line_may_have_no_end(self, end: bytes) -> None:
        world = World()
        world.put(GOOD + b'{"n": 2}' + end)
        assert accepted(world) == [{"n": 1}, {"n": 2}]
        assert world.notes() == []

    def test_a_last_line_that_is_cut_is_put_away(self) -> None:
        world = World()
        world.put(GOOD + b'{"n": ')
        assert (accepted(world), world.reasons()) == ([{"n": 1}], [(2, "not_json")])

    def test_line_ends_may_be_mixed(self) -> None:
        world = World()
        world.put(b'{"n": 1}\n{"n": 2}\r\n\r\n \t\n{"n": 3}\r\n{"n": 4}')
        assert accepted(world) == [{"n": number} for number in range(1, 5)]
        assert world.notes() == []

    @pytest.mark.parametrize("text", [GOOD, ARRAY])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n "])
    def test_a_byte_order_mark_at_the_start_is_no_content(self, text: bytes, mark: bytes) -> None:
        world = World()
        world.put(mark + text)
        assert accepted(world)[0] == {"n": 1}
        assert world.notes() == []

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
    @pytest.mark.parametrize("text", [GOOD, ARRAY])
    def test_a_file_in_another_encoding_is_put_away(self, text: bytes, encoding: str) -> None:
        world = World()
        world.put(text.decode().encode(encoding))
        assert accepted(world) == []
        assert world.notes()

    @pytest.mark.parametrize(
        ("body", "line"),
        [(b"", 0), (b"\n", 0), (b" \r\n\t\n", 0), (b"\xef\xbb\xbf", 0), (b"[]", 0), (b" [ ] \n", 0)],
    )
    @pytest.mark.parametrize("packed", [False, True])
    def test_an_empty_file_is_noted(self, body: bytes, line: int, packed: bool) -> None:
        world = World()
        world.put(gzip.compress(body) if packed else body)
        assert (accepted(world), world.reasons()) == ([], [(line, "empty")])

    def test_the_same_id_in_and_across_files_is_left_to_the_processor(self) -> None:
        world = World()
        world.put(ndjson(EVENT, EVENT))
        world.put(ndjson(EVENT), "incoming/b.ndjson")
        assert [event["id"] for event in world.events()] == ["1", "1", "1"]
        assert {key for key, _ in world.kinesis.taken} == {"1"}, "copies reach the same shard"

    @pytest.mark.parametrize(
        ("body", "taken", "reasons"),
        [
            (b'[{"n": 1}, 7, {"n": 2}]', 2, [(2, "not_an_event")]),
            (b'[{"n": 1},, {"n": 2}]', 2, [(2, "not_json")]),
            (b'[{"n": 1} {"n": 2}]', 0, [(1, "not_json")]),
            (b'[{"n": 1}, {"n": 2}', 1, [(2, "array_cut")]),
            (b'[{"n": 1}, {"n": "]', 1, [(2, "array_cut")]),
            (b"[", 0, [(1, "array_cut")]),
            (b'[{"n": 1}]]', 1, [(2, "array_trailing")]),
            (b'[{"n": 1]}', 0, [(1, "not_json")]),
            (b'[[{"n": 1}]]', 0, [(1, "not_an_event")]),
        ],
        ids=str,
    )
    def test_an_array_is_taken_as_far_as_it_goes(self, body: bytes, taken: int, reasons: list[Any]) -> None:
        world = World()
        world.put(body)
        assert (len(world.events()), world.reasons()) == (taken, reasons)


class TestGzip:
    @pytest.mark.parametrize("text", [GOOD, ARRAY])
    @pytest.mark.parametrize("key", ["incoming/a.ndjson", "incoming/a.json.gz", "incoming/a", "incoming/a.zip"])
    @pytest.mark.parametrize("packed", [False, True])
    def test_content_counts_and_names_do_not(self, text: bytes, key: str, packed: bool) -> None:
        world = World()
        world.put(gzip.compress(text) if packed else text, key)
        assert accepted(world)[0] == {"n": 1}
        assert world.notes() == []

    def test_a_bomb_is_stopped_long_before_it_is_unpacked(self) -> None:
        world = World()
        bomb = gzip.compress(GOOD * 10 + b" " * 200_000_000, 9)
        assert len(bomb) < 300_000
        world.put(bomb)
        assert len(world.events()) == 10
        assert [reason for _, reason in world.reasons()] == ["gzip_ratio"]

    def test_a_bomb_of_many_members_is_stopped_too(self) -> None:
        world = World()
        world.put(gzip.compress(b" " * 1_000_000, 9) * 100)
        assert [reason for _, reason in world.reasons()] == ["gzip_ratio"]

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"\x1f\x8b", "gzip_cut"),
            (b"\x1f\x8bnot really", "gzip_damaged"),
            (gzip.compress(GOOD)[:-1], "gzip_cut"),
            (gzip.compress(GOOD)[:-8] + bytes(8), "gzip_damaged"),
            (gzip.compress(GOOD) + b"\x1f\x8b", "gzip_cut"),
        ],
        ids=["only a mark", "no gzip", "without its last byte", "with another checksum", "with half a member more"],
    )
    def test_what_is_damaged_is_noted_where_it_ends(self, body: bytes, reason: str) -> None:
        world = World()
        world.put(body)
        assert [reason for _, reason in world.reasons()] == [reason]

    def test_blocks_may_be_as_short_as_a_byte(self) -> None:
        world = World(s3=Trickling())
        world.put(gzip.compress(GOOD))
        assert accepted(world) == [{"n": 1}]


class Trickling(FakeS3):
    """S3 that gives one byte at a time."""

    def get_object(self, *, Bucket: str, Key: str, **which: str) -> dict[str, Any]:  # noqa: N803
        found = dict(super().get_object(Bucket=Bucket, Key=Key, **which))
        body = found["Body"]
        return {**found, "Body": Reader(lambda _: body.read(1))}


class Reader:
    """A body that is read by a function."""

    def __init__(self, read: Any) -> None:
        self.read = read


class TestKeys:
    @pytest.mark.parametrize(
        "key",
        [
            "a b",
            "a+b",
            "a%2Bb",
            "a%",
            "%FF",
            "ü",
            "e\u0301",
            "😀",
            "line\nend",
            "tab\tand\rreturn",
            "../x",
            "..",
            "a/../../etc/passwd",
            "/x",
            "a//b",
            "a\\b",
            "'\"<>&=?#;",
            " ",
            "*",
            "x" * (1024 - len("incoming/")),
        ],
    )
    @pytest.mark.parametrize("encode", [quote_plus, quote])
    def test_odd_keys_are_found_and_never_become_part_of_a_key_of_ours(self, key: str, encode: Any) -> None:
        world = World()
        world.s3.objects["inbox", f"incoming/{key}"] = GOOD + b"bad\n"
        about = {"key": encode(f"incoming/{key}", safe="/"), "versionId": "v1", "size": 13}
        world.notify({"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": about}}]})
        assert len(world.events()) == 1
        [note] = world.notes()
        assert (note["key"], note["version"]) == (f"incoming/{key}", "v1")
        [written] = world.s3.bodies("failures")
        assert written.removeprefix("quarantine/files/").replace(".ndjson", "").replace("-", "").isalnum()

    def test_an_empty_folder_marker_is_ignored(self) -> None:
        world = World()
        world.notify(notification("incoming/folder/", size=0))
        world.notify(notification("incoming/", size=0))
        assert (world.s3.reads, world.s3.objects) == (0, {})

    def test_a_file_whose_key_looks_like_a_folder_is_imported(self) -> None:
        world = World()
        world.s3.objects["inbox", "incoming/folder/"] = GOOD
        world.notify(notification("incoming/folder/", size=9))
        assert accepted(world) == [{"n": 1}]


def outcome(error: Exception | None = None, *, event: object = None) -> tuple[World, bool]:
    """What is there after a notification, and whether it raised."""
    world = World()
    world.s3.objects["inbox", KEY] = GOOD
    world.s3.before = [error]
    try:
        world.notify(notification() if event is None else event)
    except UnavailableError:
        return world, True
    return world, False


class TestReading:
    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("NoSuchKey", "gone"),
            ("NoSuchVersion", "gone"),
            ("MethodNotAllowed", "gone"),
            ("KeyTooLongError", "unreadable"),
            ("InvalidArgument", "unreadable"),
            ("InvalidRequest", "unreadable"),
            ("InvalidObjectState", "unreadable"),
        ],
    )
    def test_what_can_never_be_read_is_noted_with_its_version(self, code: str, reason: str) -> None:
        world, raised = outcome(client_error(code))
        assert (world.reasons(), raised) == ([(1, reason)], False)
        assert world.notes()[0]["version"] == "v1"
        assert world.events() == []

    @pytest.mark.parametrize(
        "code",
        ["SlowDown", "InternalError", "503", "RequestTimeout", "AccessDenied", "KMS.DisabledException", "NoSuchBucket"],
    )
    def test_what_may_be_read_later_raises(self, code: str) -> None:
        world, raised = outcome(client_error(code))
        assert (world.notes(), raised) == ([], True)

    def test_a_lost_connection_raises(self) -> None:
        assert outcome(lost_answer())[1]

    @pytest.mark.parametrize(
        "error",
        [IncompleteReadError(actual_bytes=1, expected_bytes=2), ReadTimeoutError(endpoint_url="https://aws.test")],
    )
    @pytest.mark.parametrize("breaks", [1, 3])
    def test_where_a_connection_breaks_within_the_file_reading_goes_on(self, error: Exception, breaks: int) -> None:
        class Breaking(FakeS3):
            def get_object(self, *, Bucket: str, Key: str, **which: str) -> dict[str, Any]:  # noqa: N803
                found = dict(super().get_object(Bucket=Bucket, Key=Key, **which))
                body = found["Body"]

                def read(_: int) -> bytes:
                    if body.tell() and self.reads <= breaks:
                        raise error
                    return bytes(body.read(4_000))

                return {**found, "Body": Reader(read)}

        world = World(s3=Breaking())
        text = b"bad\n" + b"".join(b'{"n": %d}\n' % number for number in range(1_000))
        world.put(text)
        assert world.s3.reads == breaks + 1
        assert world.reasons() == [(1, "not_json")]
        assert [event["data"]["n"] for event in world.events()] == [*range(1_000)]

    def test_a_connection_that_gives_nothing_raises(self) -> None:
        class Dead(FakeS3):
            def get_object(self, *, Bucket: str, Key: str, **which: str) -> dict[str, Any]:  # noqa: N803
                def read(_: int) -> bytes:
                    raise ReadTimeoutError(endpoint_url="https://aws.test")

                return {**super().get_object(Bucket=Bucket, Key=Key, **which), "Body": Reader(read)}

        world = World(s3=Dead())
        with pytest.raises(UnavailableError):
            world.put(GOOD)
        assert world.s3.reads == 1

    def test_the_version_that_was_announced_is_read_whatever_came_after_it(self) -> None:
        class Versioned(FakeS3):
            def get_object(self, *, Bucket: str, Key: str, **which: str) -> dict[str, Any]:  # noqa: N803
                return dict(super().get_object(Bucket=Bucket, Key=f"{Key}@{which['VersionId']}", **which))

        world = World(s3=Versioned())
        world.s3.objects["inbox", f"{KEY}@v1"] = b'{"n": 1}'
        world.s3.objects["inbox", f"{KEY}@v2"] = b'{"n": 2}'
        world.notify(notification(version="v2"))
        world.notify(notification(version="v1"))
        world.notify(notification(version="v1"))
        assert accepted(world) == [{"n": 2}, {"n": 1}, {"n": 1}]
        assert len({event["id"] for event in world.events()}) == 2

    def test_without_versioning_the_version_is_null_as_s3_calls_it(self) -> None:
        event = notification()
        del event["Records"][0]["s3"]["object"]["versionId"]
        world, _ = outcome(event=event)
        assert accepted(world) == [{"n": 1}]

    @pytest.mark.parametrize(("given", "spent", "is_read"), [(900, 674, True), (900, 676, False), (4, 2, True)])
    def test_a_file_for_which_there_is_no_time_raises_before_it_is_killed(
        self, given: float, spent: float, is_read: bool
    ) -> None:
        world = World()
        world.s3.objects["inbox", KEY] = GOOD
        world.s3.between = lambda: world.clock.sleep(spent)
        if is_read:
            world.notify(notification(), seconds=given)
        else:
            with pytest.raises(UnavailableError, match="no time"):
                world.notify(notification(), seconds=given)
        assert (len(world.events()), world.notes()) == (int(is_read), [])

    def test_the_bucket_of_another_owner_is_not_read(self) -> None:
        world = World(account="222222222222")
        with pytest.raises(UnavailableError):
            world.put(GOOD)
        assert world.events() == []


MALFORMED: list[object] = [
    None,
    [],
    [notification()],
    "text",
    7,
    {},
    {"Records": None},
    {"Records": {}},
    {"Records": []},
    {"Records": "x"},
    {"Records": [None]},
    {"Records": [[]]},
    {"Records": [{}]},
    {"Records": [{"s3": None}]},
    {"Records": [{"s3": {"bucket": {"name": "inbox"}}}]},
    {"Records": [{"s3": {"object": {"key": KEY}}}]},
    {"Records": [{"s3": {"bucket": "inbox", "object": {"key": KEY}}}]},
    {"Records": [{"s3": {"bucket": {"name": 7}, "object": {"key": KEY}}}]},
    {"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": {"key": 7}}}]},
    {"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": {"key": None}}}]},
    {"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": {"key": KEY, "versionId": 7}}}]},
    {"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": {"key": KEY, "versionId": None}}}]},
    {"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": {"key": KEY, "versionId": "\ud800"}}}]},
    {"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": {"key": KEY, "size": "big"}}}]},
    {"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": {"key": "incoming/\ud800"}}}]},
    {"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": {"key": "incoming/%FF"}}}]},
    {"Records": [{"eventSource": "aws:sqs", "body": "{}"}]},
    {"Records": [{"s3": {}}], "number": 10**30},
    notification("archive/a.ndjson"),
    notification("incoming"),
    notification("Incoming/a"),
    notification("/incoming/a"),
    notification(bucket="foreign"),
    notification(bucket=""),
    {"Records": [*notification()["Records"], *notification(bucket="foreign")["Records"]]},
]


class TestNotifications:
    @pytest.mark.parametrize("event", MALFORMED, ids=lambda event: str(event)[:60].encode("ascii", "replace").decode())
    def test_one_that_is_none_of_ours_is_put_away_whole_and_nothing_is_read(self, event: object) -> None:
        world, raised = outcome(event=event) if event is not None else (World(), False)
        if event is None:
            world.notify(None)
        assert (world.s3.reads, world.events(), raised) == (0, [], False)
        [(key, body)] = world.s3.bodies("failures").items()
        assert key == f"quarantine/notifications/{FakeContext.aws_request_id}.json"
        entry = json.loads(body)
        assert (entry["reason"], entry["notification"]) == ("not_ours", event)

    def test_a_quarantine_that_is_down_makes_it_come_again(self) -> None:
        assert outcome(client_error("SlowDown"), event={})[1]

    def test_the_test_that_s3_sends_is_no_file(self) -> None:
        world, raised = outcome(event={"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "inbox"})
        assert (world.s3.reads, world.s3.bodies("failures"), raised) == (0, {}, False)

    def test_a_notification_of_several_files_imports_each(self) -> None:
        world = World()
        records = []
        for name in "ab":
            world.s3.objects["inbox", f"incoming/{name}"] = GOOD
            records += notification(f"incoming/{name}")["Records"]
        world.notify({"Records": records})
        assert len({event["id"] for event in world.events()}) == 2
