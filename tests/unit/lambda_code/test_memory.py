"""The importer's memory does not grow with the file, the line or the number of bad lines."""
# ruff: noqa: N803, ARG002 - AWS writes its parameters so, and these fakes need few of them

from __future__ import annotations

import gzip
import random
import string
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, repeat
from typing import Any

import pytest

from lambda_code.shared.events import MAX_EVENT_BYTES
from tests.unit.lambda_code.fakes import FakeKinesis, FakeS3
from tests.unit.lambda_code.importing import World, notification, read, unpack

pytestmark = pytest.mark.usefixtures("unmeasured")

MIB = 1024 * 1024


class Stream:
    """A body that is made while it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""
        self.given = 0

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, b"")):
            self._rest += part
        block, self._rest = self._rest[:size], self._rest[size:]
        self.given += len(block)
        return block


class Sink(FakeS3):
    """An inbox with one file, and a quarantine that only counts."""

    def __init__(self, body: Stream) -> None:
        super().__init__()
        self._body = body
        self.written = 0

    def get_object(self, *, Bucket: str, Key: str, **which: str) -> Mapping[str, Any]:
        return {"Body": self._body, "ContentLength": 1, "ContentRange": "bytes 0-0/1"}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str, **condition: str) -> object:
        self.written += Body.count(b"\n")
        return {}


class Drain(FakeKinesis):
    """A stream that only counts."""

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> Mapping[str, Any]:
        self.calls.append(len(Records))
        return {"Records": [{}] * len(Records)}


def gzipped(parts: Iterator[bytes]) -> Iterator[bytes]:
    pack = zlib.compressobj(1, wbits=31)
    for part in parts:
        if packed := pack.compress(part):
            yield packed
    yield pack.flush()


def peak_of(work: Callable[[], object]) -> int:
    """The most memory that Python held while working, beyond what it held before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def imported(parts: Iterator[bytes]) -> tuple[int, int, int]:
    """Events, noted lines and the peak of memory."""
    sink = Sink(Stream(parts))
    world = World(s3=sink)
    drain = Drain()
    world.importer._stream._client = drain
    peak = peak_of(lambda: world.notify(notification()))
    return sum(drain.calls), sink.written, peak


# Text that packs little, so that the ratio cap is far away.
LETTERS = "".join(random.Random(1).choices(string.ascii_letters, k=96 * 1024))
LINE = b'{"text": "%b"}\n' % LETTERS.encode()


@pytest.mark.parametrize("wrapped", [iter, gzipped])
def test_64_mib_of_lines_are_imported_in_24_mib(wrapped: Callable[[Iterator[bytes]], Iterator[bytes]]) -> None:
    count = 64 * MIB // len(LINE) + 1
    lines = (b'{"n": %d, %b' % (number, LINE[1:]) for number in range(count))
    accepted, noted, peak = imported(wrapped(lines))
    assert (accepted, noted) == (count, 0)
    assert peak < 24 * MIB, "a call to the stream holds 5 MiB: its entries, their lines, and one piece of text"


def test_a_line_of_50_mb_is_never_held(capsys: pytest.CaptureFixture[str]) -> None:
    long = chain([b'{"n": 1}\n{"n": "'], repeat(b"x" * 250_000, 200), [b'"}\n{"n": 3}\n'])
    accepted, noted, peak = imported(long)
    assert (accepted, noted) == (2, 1)
    assert peak < 3 * MIB, "a piece of the text, and one event at its largest"
    assert '"EventsQuarantined":1' in capsys.readouterr().out


def test_an_element_of_50_mb_is_never_held() -> None:
    long = chain([b'[{"n": 1},{"n": "'], repeat(b"x" * 250_000, 200), [b'"},{"n": 3}]'])
    accepted, noted, peak = imported(long)
    assert (accepted, noted) == (2, 1)
    assert peak < 3 * MIB


def test_lines_that_are_all_bad_are_written_away_while_reading() -> None:
    count = 40
    bad = (b"bad" + b"x" * (MAX_EVENT_BYTES - 100) + b"\n" for _ in range(count))
    accepted, noted, peak = imported(chain([b"{}\n"], bad))
    assert (accepted, noted) == (1, count)
    assert peak < 6 * MIB, "the notes of a section, and nothing of those before"


@pytest.mark.parametrize("content", [b"", b"\n", b"x"])
def test_very_many_members_of_gzip_are_not_remembered_one_by_one(content: bytes) -> None:
    members = repeat(gzip.compress(content) * 100, 2_000)
    assert peak_of(lambda: sum(map(len, unpack(members)))) < MIB


def test_a_bomb_is_unpacked_piece_by_piece() -> None:
    def unpacked() -> None:
        with pytest.raises(ValueError, match="200 times"):
            read(unpack(gzipped(repeat(b" " * MIB, 1000))))

    assert peak_of(unpacked) < 3 * MIB
