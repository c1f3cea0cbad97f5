"""The event: a CloudEvent 1.0 (https://github.com/cloudevents/spec) on its way from a producer into the stream.

Values are passed on as the bytes that were sent, so that no number or text changes. The attributes in MARKS are
ours: what a producer sends under such a name is dropped, so that an archived event can be sent again.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import Raw

from lambda_code.shared import attributes, strict_json
from lambda_code.shared.errors import NotAnEventError, TooLargeError

MAX_EVENT_BYTES = 256 * 1024
"""Largest event that is accepted, in bytes of its JSON."""
MAX_RECORD_BYTES = MAX_EVENT_BYTES + 4096
"""Largest record in the stream: the event and our marks."""
MARKS = frozenset({"taptime", "taprequest", "taptrace", "tapsequence"})
"""Attributes that are added to an event on its way: when and with which request it came, and its sequence number."""
MAX_KEY_LENGTH = 256
"""Longest partition key, in characters (Kinesis API reference, "PutRecordsRequestEntry"). They are counted
in UTF-16 here, in which a few count twice: the stricter reading."""
RAW_TYPE = "tap.raw"

_decode = msgspec.json.Decoder(dict[str, Raw]).decode
_encode = msgspec.json.Encoder().encode


class Event(msgspec.Struct, frozen=True):
    """An accepted event: `source` and `id` together identify it."""

    source: str
    id: str
    partition_key: str
    content: dict[str, Raw]

    def record(self, marks: Mapping[str, str]) -> bytes:
        """The event as one line of JSON, with our marks (such as `taptime`) as extension attributes."""
        # Outside strings, which can't contain them, line ends are insignificant; NDJSON requires one line per event.
        return _encode({**self.content, **marks}).translate(None, b"\r\n")


def marks_of(request_id: str, arrival: float) -> dict[str, str]:
    """The marks of events that came with this request at this time, in seconds since 1970."""
    moment = datetime.fromtimestamp(arrival, UTC).isoformat(timespec="milliseconds")
    return {"taptime": moment.replace("+00:00", "Z"), "taprequest": request_id}


def from_cloud_event(document: bytes, value: Mapping[str, object], *, missing_id: str | None = None) -> Event:
    """Accept a CloudEvent in the JSON format: its bytes, and their content. Raises RefusedError.

    `missing_id` is for sources that can name an event which has no id the same way again.
    """
    content = _decode(document)
    if missing_id and value.get("id") is None:
        value = {**value, "id": missing_id}
        content["id"] = Raw(_encode(missing_id))
    attributes.check(value)
    dropped = [name for name in content if value[name] is None or name in MARKS]
    return _event(value, {name: raw for name, raw in content.items() if name == "data" or name not in dropped})


def from_attributes(value: dict[str, object], data: bytes | None) -> Event:
    """Create an event from attributes and, where there is one, a JSON document as its data."""
    attributes.check(value)
    content = {name: Raw(_encode(item)) for name, item in value.items() if name not in MARKS}
    if data is not None:
        content["data"] = Raw(data)
    return _event(value, content)


def from_plain_json(document: bytes, *, source: str, id: str) -> Event:
    """Wrap a JSON object of a client that doesn't use CloudEvents; the same id is the same event."""
    value: dict[str, object] = {"specversion": "1.0", "id": id, "source": source, "type": RAW_TYPE}
    return from_attributes({**value, "datacontenttype": "application/json"}, document)


def parse_object(document: bytes) -> dict[str, object]:
    """Read a JSON object; raises NotJsonError, or NotAnEventError for other JSON."""
    value = strict_json.parse(document)
    if not isinstance(value, dict):
        raise NotAnEventError("not a JSON object")
    return value


def too_large() -> TooLargeError:
    """The refusal of an event above MAX_EVENT_BYTES."""
    return TooLargeError(f"an event has at most {MAX_EVENT_BYTES} bytes")


def _event(value: Mapping[str, object], content: dict[str, Raw]) -> Event:
    # Two quotes, a colon and a comma for each, and the braces, but no comma after the last.
    size = 1 + sum(len(name) + len(bytes(raw)) + 4 for name, raw in content.items())
    if size > MAX_EVENT_BYTES:
        raise too_large()
    source, id = str(value["source"]), str(value["id"])
    key = value.get("partitionkey") or value.get("subject") or id
    return Event(source, id, _partition_key(str(key)), content)


def _partition_key(key: str) -> str:
    """The key, or a hash if it is too long for Kinesis: equal keys stay equal, so that their order is kept."""
    if len(key.encode("utf-16-le")) <= 2 * MAX_KEY_LENGTH:
        return key
    return hashlib.sha256(key.encode()).hexdigest()
