"""Events out of requests: the three modes of the CloudEvents HTTP binding 1.0, and plain JSON objects."""

import binascii
import re
import uuid
from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from lambda_code.receiver.http import ProblemError
from lambda_code.shared import strict_json
from lambda_code.shared.attributes import PAYLOADS
from lambda_code.shared.errors import NotAnEventError, TooLargeError
from lambda_code.shared.events import Event, from_attributes, from_cloud_event, from_plain_json, parse_object

MAX_EVENTS = 500
"""Events in one batch, as many as one PutRecords call holds."""

_JSON = re.compile(r"\A[^/]+/([^/]+\+)?json\Z")
_QUOTED = re.compile(r'\A"(.*)"\Z')
_split = msgspec.json.Decoder(list[msgspec.Raw]).decode


def events_of(headers: Mapping[str, str], body: bytes, *, source: str, idempotency_key: str | None) -> list[Event]:
    """Every event of the request, in its order; `source` is for plain objects. Raises RefusedError or ProblemError."""
    media_type = _media_type(headers)
    if media_type == "application/cloudevents-batch+json":
        return _batch(body)
    if media_type == "application/cloudevents+json":
        return [from_cloud_event(body, parse_object(body))]
    if "ce-specversion" in headers and not media_type.startswith("application/cloudevents"):
        return [_binary(headers, media_type, body)]
    if media_type == "application/json":
        parse_object(body)
        return [from_plain_json(body, source=source, id=idempotency_key or str(uuid.uuid4()))]
    raise ProblemError(415, "unsupported_media_type", "send application/json or a CloudEvent in JSON")


def _media_type(headers: Mapping[str, str]) -> str:
    media_type, *parameters = headers.get("content-type", "").lower().split(";")
    charsets = [text.strip().removeprefix("charset=").strip('"') for text in parameters if "charset=" in text]
    media_type = media_type.strip()
    if _JSON.match(media_type) and any(charset != "utf-8" for charset in charsets):
        raise ProblemError(415, "unsupported_charset", "send UTF-8")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemError(415, "unsupported_encoding", "send the body uncompressed")
    return media_type


def _batch(body: bytes) -> list[Event]:
    values = strict_json.parse(body)
    if not isinstance(values, list) or not values:
        raise NotAnEventError("a batch is a JSON array of one event or more")
    if len(values) > MAX_EVENTS:
        raise TooLargeError(f"a batch holds at most {MAX_EVENTS} events")
    events = [_element(bytes(raw), value) for raw, value in zip(_split(body), values, strict=True)]
    if len({(event.source, event.id) for event in events}) < len(events):
        raise NotAnEventError("two events of the batch have the same source and id")
    return events


def _element(document: bytes, value: object) -> Event:
    if not isinstance(value, dict):
        raise NotAnEventError("an element of the batch is not a JSON object")
    return from_cloud_event(document, value)


def _binary(headers: Mapping[str, str], media_type: str, body: bytes) -> Event:
    found = {name[3:]: _header_text(text) for name, text in headers.items() if name.startswith("ce-")}
    if not found.keys().isdisjoint(PAYLOADS):
        raise NotAnEventError("data is in the body, not in a header")
    attributes: dict[str, object] = {name: text for name, text in found.items() if name != "datacontenttype"}
    if media_type:
        attributes["datacontenttype"] = headers["content-type"]
    if not body:
        return from_attributes(attributes, None)
    if not media_type:
        raise ProblemError(415, "unsupported_media_type", "a body needs a content-type")
    if _JSON.match(media_type):
        strict_json.parse(body)
        return from_attributes(attributes, body)
    return from_attributes({**attributes, "data_base64": binascii.b2a_base64(body, newline=False).decode()}, None)


def _header_text(text: str) -> str:
    """Undo what the HTTP binding does to an attribute's value: quotes, then percent signs."""
    quoted = _QUOTED.match(text)
    plain = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    try:
        return unquote(plain, errors="strict")
    except UnicodeDecodeError:
        raise NotAnEventError("a ce- header is not UTF-8 in percent-encoding") from None
