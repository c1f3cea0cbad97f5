"""An import that takes longer than an invocation goes on where it stopped, in the next one."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from lambda_code.importer.budget import END_SECONDS, KEPT_SECONDS, Budget, OutOfTimeError
from lambda_code.importer.buffer import Buffer
from lambda_code.importer.file import File, Import
from lambda_code.importer.notification import handed_on
from lambda_code.importer.reader import Item, Reader, State
from lambda_code.importer.text import Mark, Text, UnreadableError
from lambda_code.shared.errors import UnavailableError
from lambda_code.shared.events import MAX_EVENT_BYTES
from tests.unit.lambda_code.fakes import FakeKinesis, FakeS3, client_error, lost_answer
from tests.unit.lambda_code.importing import KEY, World, notification
from tests.unit.lambda_code.test_file_shapes import COLLECTION, PRETTY

pytestmark = pytest.mark.usefixtures("unmeasured")

FILE = File("inbox", KEY, "v1")
LARGE = b'{"text": "' + b'\\"x{' * (MAX_EVENT_BYTES // 4 + 1000) + b'"}'
RECORDS = b'{"z": {"Records": [0]}, "text": "%b", "a": {"Records": [{"n": 1}, 7, {"n": 2}], "b": []}, "c": "}"}\n' % (
    b"x" * (MAX_EVENT_BYTES - 10)
)
TEXTS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "lines": (b'{"n":1}\n\n[INFO] x\n{"n":2}\r\n{"n":3}', ()),
    "several on a line": (b'{"n":1}{"n":2} {"n":3}\n[{"n":4},{"n":5}]\n{"n":6}', ()),
    "array": (b'\xef\xbb\xbf[{"n":1},\n7,{"n":2},,\n{"n":3}]\n{"n":4}', ()),
    "documents": (b"\n".join([*PRETTY, COLLECTION, b'{"n":1}']), ()),
    "too large": (b'{"n":0}\n' + LARGE + LARGE + b'{"n":1}\n[' + LARGE + b',{"n":2},{"n":3}]x\n{"n":4}', ()),
    "too large in an array": (b"[" + LARGE + b',{"n":2},{"n":3}]\n{"n":4}', ()),
    "a long line": (b'{"n":1}\n' + b"x" * (2 * MAX_EVENT_BYTES) + b'\n{"n":2}', ()),
    "records": (b'{"a":{"Records":[{"n":1},{"n":2}]}}\n' + RECORDS + RECORDS + b'{"a":1}\n', ("a", "Records")),
}


def blocks(file: bytes, size: int) -> Any:
    return lambda start: (file[at : at + size] for at in range(start, len(file), size))


def rest(file: bytes, at: tuple[int, Mark, State], path: tuple[str, ...], size: int) -> Iterator[tuple[Any, Any]]:
    """Items with the position behind each, from a position on; an error is the last item."""
    offset, mark, state = at
    text = Text(blocks(file, size), mark, offset)
    buffer = Buffer(text.pieces(), offset, state.lines)
    reader = Reader(buffer, state, path)
    try:
        for item in reader.items():
            yield item, (buffer.offset, text.mark(buffer.offset), reader.state()) if reader.is_between else None
    except UnreadableError as error:
        yield (*reader.place, error.reason), None


START = (0, Mark(), State())


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("text", "path"), TEXTS.values(), ids=TEXTS)
def test_another_reader_goes_on_from_wherever_one_stopped(text: bytes, path: tuple[str, ...], packed: bool) -> None:
    cut = len(text) // 3
    file = gzip.compress(text[:cut], 1) + b"\n" + gzip.compress(text[cut:], 1) if packed else text
    whole = list(rest(file, START, path, 100_000))
    items = [item for item, _ in whole if item]
    assert len({(item[0], item[1]) for item in items if isinstance(item, Item) and item.value}) == sum(
        isinstance(item, Item) and item.value is not None for item in items
    )
    assert any(isinstance(item, Item) and item.value for item in items)
    for index, (_, position) in enumerate(whole):
        if position:
            position = msgspec.json.decode(msgspec.json.encode(position), type=tuple[int, Mark, State])
            before = [item for item, _ in whole[: index + 1] if item]
            after = [item for item, _ in rest(file, position, path, 77_777) if item]
            assert before + after == items, (index, position)


def test_a_reader_says_how_far_it_is_while_it_passes_over_what_is_too_large() -> None:
    text = b'{"n":1}\n{"text": "' + b"x" * 20 * MAX_EVENT_BYTES
    offsets = [position[0] for _, position in rest(text, START, (), 50_000) if position]
    assert len(set(offsets)) > 20
    assert offsets == sorted(offsets)


@pytest.mark.parametrize("text", [b"\n" * 300_000, b"\n \r\n" * 100_000, b" " * 3 * MAX_EVENT_BYTES])
def test_a_reader_says_how_far_it_is_in_blank_text(text: bytes) -> None:
    positions = [position for _, position in rest(b"{}\n" + text, START, (), 50_000) if position]
    assert len(positions) > 2
    assert [*rest(b"{}\n" + text, positions[2], (), 50_000)] == [*rest(b"{}\n" + text, START, (), 50_000)][3:]


class Slow(FakeKinesis):
    """A stream of one shard: a thousand records a second."""

    world: World

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> Mapping[str, Any]:  # noqa: N803
        self.world.clock.sleep(len(Records) / 1000)
        return super().put_records(StreamName=StreamName, Records=Records)


def slow_world(**more: Any) -> World:
    kinesis = Slow()
    kinesis.world = World(kinesis=kinesis, **more)
    return kinesis.world


def lines(count: int, *, bad_every: int = 0) -> bytes:
    return b"".join(b"bad\n" if bad_every and n % bad_every == 0 else b'{"n":%d}\n' % n for n in range(1, count + 1))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("shape", ["lines", "array", "one line"])
def test_a_file_is_imported_whole_however_long_it_takes(shape: str, packed: bool) -> None:
    text = lines(20_000)
    if shape == "array":
        text = b"[" + text.strip().replace(b"\n", b",") + b"]"
    elif shape == "one line":
        text = text.replace(b"\n", b"")
    world = slow_world()
    world.put(gzip.compress(text) if packed else text, seconds=5)
    assert [event["data"]["n"] for event in world.events()] == [*range(1, 20_001)]
    assert len({event["id"] for event in world.events()}) == 20_000
    assert world.notes() == []
    assert 5 <= world.lambdas.calls <= 7


def test_ids_and_notes_are_the_same_however_often_an_import_is_handed_on() -> None:
    text = lines(20_000, bad_every=100)
    results = []
    for seconds in (5, 9, 600):
        world = slow_world()
        world.put(text, seconds=seconds)
        results.append(([event["id"] for event in world.events()], world.s3.bodies("failures")))
    assert results[0] == results[1] == results[2]


def test_each_hand_over_is_further_on_than_the_one_before(capsys: pytest.CaptureFixture[str]) -> None:
    world = slow_world()
    world.put(lines(20_000), seconds=5)
    offsets = [event["tapImport"]["position"]["offset"] for event in world.lambdas.seen]
    assert offsets == sorted(set(offsets))
    assert [event["tapImport"]["hand_overs"] for event in world.lambdas.seen] == [*range(1, len(offsets) + 1)]
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(each["EventsAccepted"] for each in metrics) == 20_000
    assert sum(each["ImportsHandedOn"] for each in metrics) == len(offsets)
    assert sum(each["BytesImported"] for each in metrics) == len(lines(20_000))


def test_progress_is_logged_each_minute(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    caplog.set_level("INFO")
    world = slow_world()
    world.put(lines(200_000), seconds=900)
    told = [record for record in caplog.records if record.message == "importing"]
    assert len(told) == 3
    total = len(lines(200_000))
    reads = [record.__dict__["bytes_read"] for record in told]
    assert reads == sorted(reads)
    assert {record.__dict__["bytes_total"] for record in told} == {total}
    done = json.loads(capsys.readouterr().out)
    assert (done["message"], done["accepted"], done["bytes_read"]) == ("imported", 200_000, total)


def test_an_invocation_that_gets_nowhere_hands_nothing_on() -> None:
    world = World()
    world.s3.objects["inbox", KEY] = lines(5_000)
    world.kinesis.before = [client_error("KMSThrottlingException")] * 10_000
    with pytest.raises(UnavailableError):
        world.notify(notification())
    assert world.lambdas.seen == []


def test_where_the_stream_fails_later_on_the_next_invocation_goes_on_from_there() -> None:
    world = World()
    world.s3.objects["inbox", KEY] = lines(5_000)
    world.kinesis.before = [None] * 4 + [client_error("KMSThrottlingException")] * 60
    world.notify(notification(), seconds=60)
    assert world.lambdas.calls == 1
    assert [event["data"]["n"] for event in world.events()] == [*range(1, 5_001)]


@pytest.mark.parametrize("error", [client_error("TooManyRequestsException"), lost_answer()])
def test_an_import_that_cannot_be_handed_on_comes_again_from_where_it_began(error: Exception) -> None:
    world = slow_world()
    world.lambdas.before = [error]
    with pytest.raises(UnavailableError, match="not handed on"):
        world.put(lines(10_000), seconds=5)
    world.notify(notification(), seconds=5)
    assert {event["data"]["n"] for event in world.events()} == {*range(1, 10_001)}
    assert len({event["id"] for event in world.events()}) == 10_000


def test_a_file_that_is_gone_meanwhile_is_noted_and_ends_the_import() -> None:
    world = slow_world()
    world.s3.objects["inbox", KEY] = lines(10_000)
    world.invoke(notification(), seconds=5)
    del world.s3.objects["inbox", KEY]
    world.run_on(seconds=5)
    assert [reason for _, reason in world.reasons()] == ["gone"]
    assert world.lambdas.queue == []


def test_an_import_handed_on_by_other_code_begins_again() -> None:
    world = World()
    world.s3.objects["inbox", KEY] = lines(3)
    event = handed_on(Import(file=FILE, accepted=2, hand_overs=1))
    world.notify({**event, "format": 0, "tapImport": {"file": event["tapImport"]["file"], "place": 7}})
    assert len(world.events()) == 3


@pytest.mark.parametrize(
    "event",
    [
        {"tapImport": None},
        {"tapImport": {}, "format": 1},
        {"tapImport": {"file": {"bucket": "inbox", "key": 7, "version": "v1"}}, "format": 1},
        {"tapImport": {"file": {"bucket": "foreign", "key": KEY, "version": "v1"}}, "format": 1},
        {"tapImport": {"file": {"bucket": "inbox", "key": "archive/x", "version": "v1"}}, "format": 1},
        {"tapImport": {**handed_on(Import(file=FILE))["tapImport"], "accepted": "many"}, "format": 1},
    ],
)
def test_what_is_no_import_is_put_away(event: dict[str, Any]) -> None:
    world = World()
    world.notify(event)
    assert [note["reason"] for note in world.notes()] == ["not_ours"]
    assert world.s3.reads == 0


def test_of_several_files_in_a_notification_each_gets_an_invocation() -> None:
    world = World()
    records = []
    for name in "abc":
        world.s3.objects["inbox", f"incoming/{name}"] = lines(2)
        records += notification(f"incoming/{name}")["Records"]
    world.notify({"Records": records})
    assert (len(world.events()), world.lambdas.calls) == (6, 2)


def test_what_is_handed_on_fits_into_an_event_whatever_the_key() -> None:
    file = File("b" * 63, "incoming/" + "\u20ac" * 338, "v" * 1024)
    state = State(number=10**12, part=10**9, lines=10**9)
    assert len(json.dumps(handed_on(Import(file=file)))) + len(msgspec.json.encode(state)) < 10_000


@pytest.mark.parametrize("seed", range(5))
def test_members_of_gzip_are_read_on_from_the_last_one_before(seed: int) -> None:
    pick = random.Random(seed)
    text = lines(30_000)
    cuts = [0, *sorted(pick.sample(range(len(text)), 50)), len(text)]
    members = [gzip.compress(text[a:b], 1) for a, b in pairwise(cuts)]
    world = slow_world(s3=(s3 := Counting()))
    world.put(b"".join(members), seconds=5)
    assert [event["data"]["n"] for event in world.events()] == [*range(1, 30_001)]
    assert s3.starts == sorted(set(s3.starts)), "no member is read twice that was imported whole"


class Counting(FakeS3):
    """Remembers from where it was read."""

    def __init__(self) -> None:
        super().__init__()
        self.starts: list[int] = []

    def get_object(self, *, Bucket: str, Key: str, **which: str) -> Mapping[str, Any]:  # noqa: N803
        self.starts.append(int(which["Range"].removeprefix("bytes=").removesuffix("-")))
        return super().get_object(Bucket=Bucket, Key=Key, **which)


@pytest.mark.parametrize(("given", "kept"), [(900, 225), (300, 75), (150, 75), (20, 10)])
def test_the_end_of_an_invocation_is_kept_for_what_must_be_done_then(given: float, kept: float) -> None:
    left = given
    budget = Budget(lambda: left)
    left = kept + 1
    budget.check()
    assert budget.seconds_to_put() == pytest.approx(left - kept * END_SECONDS / KEPT_SECONDS)
    left = kept - 1
    with pytest.raises(OutOfTimeError):
        budget.check()


class Whole(Counting):
    """Gives the whole object whatever the range, as a server may."""

    def get_object(self, *, Bucket: str, Key: str, **which: str) -> Mapping[str, Any]:  # noqa: N803
        super().get_object(Bucket=Bucket, Key=Key, **which)
        return FakeS3.get_object(self, Bucket=Bucket, Key=Key, ExpectedBucketOwner=which["ExpectedBucketOwner"])


def test_where_ranges_are_left_out_of_account_an_import_goes_on_all_the_same() -> None:
    world = slow_world(s3=(s3 := Whole()))
    world.put(lines(20_000), seconds=5)
    assert [event["data"]["n"] for event in world.events()] == [*range(1, 20_001)]
    assert max(s3.starts) > 0
