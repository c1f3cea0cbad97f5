"""An archive of events that readers stumble over, as the processor writes it."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from lambda_code.shared.events import from_cloud_event

_FIRST = 49_570_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000
ORDERS = 25_000
"""Orders of the first hour, all alike: more than readers look at before they decide which types there are."""

# Of the second hour: attributes beside source, and data, as JSON; None for no data.
_AWKWARD: Sequence[tuple[Mapping[str, str], str | None]] = (
    ({"id": "007", "type": "order.placed", "note": ""}, '"no longer an object"'),
    ({"id": "NA", "type": "order.placed"}, '{"total": "12,50"}'),
    ({"id": "cases", "type": "order.cased"}, '{"Id": 1, "id": "2"}'),
    (
        {"id": "numbers", "type": "order.counted"},
        '{"large": 123456789012345678901234567890, "small": 0.10, "e": 1e400}',
    ),
    ({"id": "Zoë 日本 \u2028", "type": "order.named"}, '{"name": "\\ud83d\\ude00 \\u0000 \\"a,b\\"\\r\\n"}'),
    ({"id": "theirs", "type": "order.dated", "date": "2020-01-01", "hour": "late", "region": "eu"}, "[1, null]"),
    ({"id": "timed", "type": "order.timed", "time": "2026-11-28T13:59:59.999999999+01:00"}, "null"),
    ({"id": "empty", "type": "order.empty"}, None),
)
IDS = [attributes["id"] for attributes, _ in _AWKWARD]


def lines_of_first_hour() -> list[bytes]:
    """`order.placed` with a number as total."""
    return [
        _line(number, {"id": str(number), "type": "order.placed"}, f'{{"total": {number}}}') for number in range(ORDERS)
    ]


def lines_of_second_hour() -> list[bytes]:
    """The same source and type with other data, and everything else that is allowed."""
    return [_line(ORDERS + at, attributes, data) for at, (attributes, data) in enumerate(_AWKWARD)]


def write_archive(folder: Path) -> None:
    """Both hours below `events/`, as `aws s3 sync` brings them.

    Readers look into several objects before they decide on types: whatever comes late is in the first one.
    """
    awkward = lines_of_second_hour()
    _put(folder / "events/date=2026-11-28/hour=13", [*lines_of_first_hour(), *awkward[:-1]])
    _put(folder / "events/date=2026-11-28/hour=14", awkward[-1:])


def _put(folder: Path, lines: Sequence[bytes]) -> None:
    folder.mkdir(parents=True)
    sequence = json.loads(lines[0])["tapsequence"]
    (folder / f"shardId-000000000000-{sequence}.ndjson.gz").write_bytes(gzip.compress(b"\n".join([*lines, b""])))


def _line(number: int, attributes: Mapping[str, str], data: str | None) -> bytes:
    head = json.dumps({"specversion": "1.0", "source": "/shop", **attributes}, ensure_ascii=False)
    document = (head[:-1] + (f', "data": {data}' if data is not None else "") + "}").encode()
    event = from_cloud_event(document, json.loads(document))
    return event.record(
        {
            "taptime": f"2026-11-28T13:00:{number % 60:02}.123Z",
            "taprequest": "request-1",
            "tapsequence": str(_FIRST + number),
        }
    )
