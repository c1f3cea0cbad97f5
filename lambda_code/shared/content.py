"""One hash of what an event means: all renderings of an event have the same hash, whichever SDK wrote it.

Binary mode carries every attribute as text; SDKs write a time with or without a fraction, a number with or without a
point, and leave out a `datacontenttype` that says JSON. So the hash is over

- attributes as their canonical strings (CloudEvents 1.0, "Type System"), with times as instants, and with media types
  without what doesn't matter; our own marks don't count, because they say how a copy arrived;
- `data` as JSON, whatever the order of its keys, its escapes and white space, with numbers as exact decimals;
- other `data` as bytes. No bytes, and JSON's null, are no data.
"""

import binascii
import hashlib
import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from lambda_code.shared import exact_json, strict_json
from lambda_code.shared.errors import NotJsonError
from lambda_code.shared.events import MARKS

_VERSION = "2:"
_JSON = "application/json"
_TEXTS = frozenset({"specversion", "id", "source", "type", "subject", "partitionkey", "dataschema", "datacontenttype"})
_KNOWN = _TEXTS | {"time", "data", "data_base64"}
_PYTHON_BOOLEANS = ("True", "False")  # as the SDK for Python 2.2.0 writes them into headers
_IS_JSON = re.compile(r"[^/]+/([^/]+\+)?json")
_PLAINLY_QUOTED = re.compile(r'"([^"\s;\\]*)"')
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII)

_decode_plain = msgspec.json.Decoder().decode


class _MediaType(NamedTuple):
    canonical: str
    is_json: bool


def content_hash(event: dict[str, Any]) -> str:
    """The hash of an event that `exact_json.decode` has read."""
    event = _without_marks(event)
    if "time" in event:
        event["time"] = _time(event["time"])
    media_type = event.pop("datacontenttype", _JSON)
    is_json = True
    if media_type != _JSON:
        canonical, is_json = _media_type(str(media_type))
        if canonical != _JSON:
            event["datacontenttype"] = canonical
    if not is_json or "data_base64" in event:
        _set_data(event, is_json=is_json)
    if event.get("data") is None:
        event.pop("data", None)
    if not _KNOWN.issuperset(event):
        for name in event.keys() - _KNOWN:
            event[name] = _extension(event[name])
    return _VERSION + hashlib.sha256(exact_json.encode(event)).hexdigest()


def is_same_content(known: str, given: str, data: str) -> bool:
    """Whether a row with the hash `known` is about the content with the hash `given`, which `data` holds in base64.

    Rows outlive a deploy: where one has a hash of the first version, which had no mark, that one is computed, too.
    """
    return known == given or (":" not in known and known == _first_hash(data))


def _first_hash(data: str) -> str:
    """The hash used before there were versions: over values as they were rendered, with doubles for numbers."""
    event = _without_marks(_decode_plain(msgspec.convert(data, bytes)))
    return hashlib.sha256(exact_json.encode(event)).hexdigest()


def _without_marks(event: dict[str, Any]) -> dict[str, Any]:
    """Two copies of an event differ in our marks: when they arrived, and with which request."""
    copied = event.copy()
    for mark in MARKS:
        copied.pop(mark, None)
    return copied


def _time(value: object) -> object:
    if isinstance(value, str) and value.endswith("Z") and value[10:11] == "T":  # as most SDKs write it
        return f"{value[:-1].rstrip('0').rstrip('.')}Z" if "." in value else value
    return _instant(value) if isinstance(value, str) else value


def _instant(text: str) -> str:
    """A timestamp in UTC, with as many digits of a second as count; any other text as it is.

    Not by way of `datetime` alone, which has neither leap seconds nor more than six digits.
    """
    found = _TIMESTAMP.fullmatch(text)
    if not found:
        return text
    date, minute, second, fraction, sign, hours, minutes = found.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{minute}")
        if sign:
            ahead = timedelta(hours=int(hours), minutes=int(minutes))
            moment = moment - ahead if sign == "+" else moment + ahead
    except (ValueError, OverflowError):
        return text
    fraction = (fraction or "").rstrip("0")
    return f"{moment.isoformat(timespec='minutes')}:{second}{'.' if fraction else ''}{fraction}Z"


@lru_cache(maxsize=32)  # few: each may be as long as an event
def _media_type(text: str) -> _MediaType:
    kind, *parameters = (part.strip() for part in _PLAINLY_QUOTED.sub(r"\1", text).split(";"))
    kind = kind.lower()
    is_json = _IS_JSON.fullmatch(kind) is not None
    if any('"' in each for each in parameters):  # what separates parameters may be a part of one: compared as written
        return _MediaType(kind + text.partition(";")[2], is_json)
    pairs = sorted(_parameter(each) for each in parameters if each)
    counting = [f";{name}={value}" for name, value in pairs if not (is_json and name == "charset")]  # RFC 8259, 8.1
    return _MediaType(kind + "".join(counting), is_json)


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    name, value = name.strip().lower(), value.strip()
    return name, value.lower() if name == "charset" else value


def _set_data(event: dict[str, Any], *, is_json: bool) -> None:
    """Put JSON into the event's `data`, and bytes into `data_base64`, however they were sent."""
    raw = _data_bytes(event, is_json=is_json)
    if raw is None:
        return
    event.pop("data", None)
    event.pop("data_base64", None)
    if is_json:
        try:
            strict_json.parse(raw)  # a key twice is no JSON to anybody here: one of its values would not count
            event["data"] = exact_json.decode(raw)
            return
        except NotJsonError:
            pass
    if raw:
        event["data_base64"] = binascii.b2a_base64(raw, newline=False).decode()


def _data_bytes(event: dict[str, Any], *, is_json: bool) -> bytes | None:
    data, encoded = event.get("data"), event.get("data_base64")
    if encoded is None:
        return data.encode() if isinstance(data, str) and not is_json else None
    try:
        return binascii.a2b_base64(encoded)
    except (ValueError, TypeError):
        return None


def _extension(value: object) -> object:
    """An extension attribute as its canonical string: JSON distinguishes numbers from texts, HTTP headers don't."""
    if isinstance(value, str):
        if value in _PYTHON_BOOLEANS:
            return value.lower()
        return _instant(value) if value[:1].isdecimal() else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value
