"""Files that are not JSON: one note says what each seems to be, after a look that is bounded."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

import pytest

from lambda_code.shared.events import MAX_EVENT_BYTES
from tests.unit.lambda_code.importing import World, notification
from tests.unit.lambda_code.test_memory import Sink, Stream

LINE = '{"name": "Müller", "n": 1}\n'


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, LINE)
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("a.ndjson")
        entry.size = len(LINE.encode())
        archive.addfile(entry, io.BytesIO(LINE.encode()))
    return file.getvalue()


KINDS: dict[str, list[bytes]] = {
    "csv": [
        b"id,name\n1,a\n2,b\n",
        b'"id";"name"\r\n1;"a, b"\r\n2;"c"\r\n',
        b"\xef\xbb\xbfid|name\n1|a\n2|b",
        "id,name\n1,Müller\n2,Mayer\n".encode("latin-1"),
        b"id,name,total",
        b'"a","b"\n"1","2"\n',
    ],
    "tsv": [b"id\tname\n1\ta\n2\tb\n"],
    "parquet": [b"PAR1\x15\x04\x15" + bytes(100) + b"PAR1"],
    "zip": [zipped("a.ndjson"), zipped()],
    "xlsx": [zipped("[Content_Types].xml", "xl/workbook.xml")],
    "tar": [tarred()],
    "gzip": [gzip.compress(gzip.compress(LINE.encode()), mtime=0)],
    "bzip2": [bz2.compress(LINE.encode())],
    "xz": [lzma.compress(LINE.encode())],
    "zstd": [b"\x28\xb5\x2f\xfd\x20\x1b" + bytes(30)],
    "lz4": [b"\x04\x22\x4d\x18\x64\x40"],
    "zlib": [zlib.compress(LINE.encode())],
    "snappy": [b"\xff\x06\x00\x00sNaPpY\x01"],
    "avro": [b"Obj\x01\x04\x14avro.codec"],
    "orc": [b"ORC\x0a\x04"],
    "arrow": [b"ARROW1\x00\x00"],
    "sqlite": [b"SQLite format 3\x00\x10"],
    "pdf": [b"%PDF-1.7\n"],
    "utf_16": [LINE.encode("utf-16"), LINE.encode("utf-16-le"), LINE.encode("utf-16-be"), b"\xfe\xff"],
    "utf_32": [LINE.encode("utf-32"), LINE.encode("utf-32-le"), LINE.encode("utf-32-be")],
    "not_utf_8": [(LINE * 5).encode("latin-1"), "Grüße\nan alle\n".encode("latin-1")],
    "xml": [b'<?xml version="1.0"?>\n<a>\n{"n": 1}\n</a>', b"<events><event/></events>"],
    "html": [b"<!DOCTYPE html>\n<p>Not found</p>", b"\n <html lang='en'>"],
    "yaml": [b"---\nevents:\n  - id: 1\n", b"id: 1\nname: a\n", b"events:\n- id: 1\n"],
    "json_with_comments": [
        b'{ // all of them\n "a": 1,\n "b": [\n{"c": 1}\n]\n}',
        b'/* all */\n{\n"a": [\n{"c": 1}\n]}',
    ],
    "text": [
        b"bad",
        b"2026-11-23 14:00:00 INFO started\n2026-11-23 14:00:01 WARN slow, but well\n",
        b"[INFO] started\n[INFO] ended\n",
        b"level=info msg=started\nlevel=info msg=ended\n",
        b"var x = {\n" + b'"a": 1\n' * 3,
        b"x" * 2 * MAX_EVENT_BYTES,
    ],
    "binary": [random.Random(1).randbytes(1000), b"\x00" * 1000, b"\x0a\x05hello\x10\x96\x01" * 20],
    "not_json": [
        b"{'a': 1}\n{'a': 2}\n",
        b'{"a": 1},\n{"a": 2},\n{"a": 3}\n',
        b'{"items": [\n{"id": 1},\n{"id": 2}\n{"id": 3}\n]}\n',
        b"{a: 1}",
        b'{"a": 1, "a": 2,\n"b": 1}',
    ],
}


@pytest.mark.parametrize(
    ("kind", "body"),
    [(kind, body) for kind, bodies in KINDS.items() for body in bodies],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.parametrize("packed", [False, True])
def test_the_wrong_kind_is_said_in_one_note(kind: str, body: bytes, packed: bool) -> None:
    world = World()
    world.put(gzip.compress(body) if packed and kind != "gzip" else body)
    assert world.events() == []
    [note] = world.notes()
    assert (note["reason"], note["line"], note["data_base64"]) == (kind, 1, None)
    assert kind in note["detail"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_look_is_bounded_whatever_the_file_has(kind: str) -> None:
    def parts() -> Iterator[bytes]:
        yield b"id,name\n" if kind == "csv" else b"PAR1"
        for number in range(100_000):
            yield b"%d,some text of a row\n" % number

    body = Stream(parts())
    world = World(s3=(sink := Sink(body)))
    world.notify(notification())
    assert sink.written == 1
    assert body.given <= MAX_EVENT_BYTES + 512 * 1024


@pytest.mark.parametrize(
    "first", [b"[INFO] export started", b"id,name", b"<!-- export -->", b"# all events", b"{", b"\xff"]
)
def test_one_odd_line_at_the_top_costs_only_itself(first: bytes) -> None:
    world = World()
    world.put(first + b"\n" + b'{"n": 1}\n' * 1000)
    assert len(world.events()) == 1000
    assert world.reasons() == [(1, "not_json")]


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        *((first, "not_an_event") for first in (b"null", b"7", b'"started"', b"[1, 2]")),
        *((first, "not_json") for first in (b'["INFO"', b'["INF', b'[{"a": 1}, {"b"', b"[", b"[1,", b'[{"a": [{"b":')),
        *((first, "not_json") for first in (b"[12, 6] started", b'["main"] started', b"[[main]] x", b'[{"a": 1}]]')),
        *((first, "not_json") for first in (b"}", b"]", b"]}")),
        *((first, "not_json") for first in (b"ORCHESTRATOR started", b"PAR1", b"BZh", b"%PDF-", b"x^2", b"\xff\xfe")),
    ],
)
def test_a_first_line_that_looks_like_another_file_costs_only_itself(first: bytes, reason: str) -> None:
    world = World()
    world.put(first + b"\n" + b'{"n": 1}\n' * 1000)
    assert [event["data"] for event in world.events()] == [{"n": 1}] * 1000
    assert world.reasons() == [(1, reason)]


def test_a_cut_array_on_the_first_line_costs_only_itself() -> None:
    world = World()
    world.put(b'[{"n": 1}, {"n\n' + b'[{"n": 2}, {"n": 3}]\n' * 3)
    assert [event["data"]["n"] for event in world.events()] == [2, 3] * 3
    assert world.reasons() == [(1, "not_json")]


@pytest.mark.parametrize("text", [b'[\n{"n": 1}\n,\n{"n": 2}\n,\nbad\n]', b'[{"n": 1},\n{"n": 2}\n,bad]\n'])
def test_an_array_with_an_element_on_each_line_is_no_lines(text: bytes) -> None:
    world = World()
    world.put(text)
    assert [event["data"]["n"] for event in world.events()] == [1, 2]
    assert world.reasons() == [(3, "not_json")]


def test_values_that_are_no_objects_are_said_in_one_note() -> None:
    world = World()
    world.put(b"null\n7\n" * 1000)
    assert world.reasons() == [(1, "not_an_event")]


def test_json_that_mentions_a_kind_is_json() -> None:
    world = World()
    text = json.dumps({"x": "x" * 249 + "ustar", "y": "PAR1"}).encode()
    world.put(text + b"\n" + b'{"a": "1,2"}\n{"b": "PK\\u0003\\u0004"}')
    assert (len(world.events()), world.notes()) == (3, [])


def test_where_most_lines_are_bad_reading_stops_and_says_where() -> None:
    world = World()
    world.put(b'{"n": 1}\n' + b"bad\n" * 10_000)
    reasons = world.reasons()
    assert len(world.events()) == 1
    assert len(reasons) == 101
    assert reasons[-1] == (102, "too_many_bad_lines")


def test_a_share_of_bad_lines_is_noted_one_by_one() -> None:
    world = World()
    world.put((b'{"n": 1}\n' * 3 + b"bad\n") * 1000)
    assert (len(world.events()), len(world.notes())) == (3000, 1000)
    assert {reason for _, reason in world.reasons()} == {"not_json"}
