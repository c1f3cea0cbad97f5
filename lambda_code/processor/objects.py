"""The archive's file format: gzip of NDJSON, in the order of the stream, the same bytes for the same events."""

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from lambda_code.processor.records import Arrived, identity_of
from lambda_code.shared import exact_json
from lambda_code.shared.content import content_hash

_GZIP = 31  # zlib's name for a gzip wrapper; the time in its header is always 0
_LEVEL = 5  # 6 takes a quarter longer, 9 five times as long, for 0.1 % and 1 % less


class DamagedObjectError(Exception):
    """An object of the archive cannot be read."""


class _Line(msgspec.Struct):
    tapsequence: str


_decode = msgspec.json.Decoder(_Line).decode


def pack(lines: Mapping[str, bytes]) -> bytes:
    """Write the lines, which are keyed by sequence number."""
    as_text = len({*map(len, lines)}) == 1  # numbers of one length, as they are in practice
    ordered = [lines[sequence] for sequence in sorted(lines, key=None if as_text else int)]
    return zlib.compress(b"\n".join([*ordered, b""]), _LEVEL, wbits=_GZIP)


def unpack(body: bytes) -> dict[str, bytes]:
    """Read an object into its lines; raises DamagedObjectError."""
    try:
        lines = zlib.decompress(body, wbits=_GZIP).splitlines()
        return {_decode(line).tapsequence: line for line in lines}
    except (zlib.error, msgspec.DecodeError) as error:
        raise DamagedObjectError(str(error)) from error


def missing(events: Mapping[str, Arrived], present: Mapping[str, bytes]) -> dict[str, Arrived]:
    """The events that are not among the lines; both are keyed by sequence number.

    A line under another number counts, too, if it is of the same event: a ledger that has forgotten the event gives it
    to whichever copy comes next, even into the object that has it. Raises DamagedObjectError.
    """
    absent = {sequence: event for sequence, event in events.items() if sequence not in present}
    if not absent or not present:
        return absent
    wanted = {event.identity for event in absent.values()}
    found = {(name, content_hash(event)) for name, event in _named(present) if name in wanted}
    names = {name for name, _ in found}
    return {
        sequence: event
        for sequence, event in absent.items()
        if event.identity not in names or (event.identity, event.content_hash) not in found
    }


def _named(lines: Mapping[str, bytes]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    try:
        for line in lines.values():
            event = exact_json.decode(line)
            yield identity_of(event), event
    except (ValueError, RecursionError) as error:
        raise DamagedObjectError(str(error)) from error
