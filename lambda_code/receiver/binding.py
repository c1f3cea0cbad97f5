"""Reads events from requests: the three modes of the CloudEvents HTTP binding 1.0, and plain JSON objects."""

import binascii
import re
import uuid
from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from lambda_code.receiver.content_type import ACCEPTED, is_json, media_type_of
from lambda_code.receiver.http import ProblemError
from lambda_code.shared import exact_json, strict_json
from lambda_code.shared.attributes import PAYLOADS, refused
from lambda_code.shared.content import content_hash
from lambda_code.shared.errors import NotAnEventError, NotJsonError, RefusedError, TooLargeError
from lambda_code.shared.events import Event, from_attributes, from_cloud_event, from_plain_json, parse_object

MAX_EVENTS = 500
"""Most events in one batch: as many as one PutRecords call accepts."""

# What curl, Python's urllib and Java's HttpURLConnection send if no type is given.
_FORM = "application/x-www-form-urlencoded"
_BEGIN = (b"{", b"[")
_QUOTED = re.compile(r'\A"(.*)"\Z')
# Of the specification and of its documented extensions (dataref.md, deprecation.md).
_URIS = ("source", "dataschema", "dataref", "deprecationmigration")
_OTHER_ESCAPE = re.compile("%(?!25)")
_NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_split = msgspec.json.Decoder(list[msgspec.Raw]).decode


def events_of(headers: Mapping[str, str], body: bytes, *, source: str, idempotency_key: str | None) -> list[Event]:
    """Every event of the request, in its order; `source` is for plain objects. Raises RefusedError or ProblemError."""
    media_type = media_type_of(headers)
    if media_type == "application/cloudevents-batch+json":
        return _batch(body)
    if media_type == "application/cloudevents+json":
        return [from_cloud_event(body, parse_object(body))]
    if not media_type.startswith("application/cloudevents") and any(name.startswith("ce-") for name in headers):
        return [_binary(headers, media_type, body)]
    if media_type == "application/json":
        parse_object(body)
        return [from_plain_json(body, source=source, id=_utf_8(idempotency_key or str(uuid.uuid4())))]
    accepted = ", ".join(ACCEPTED)
    detail = f"allowed: {accepted}; with ce- headers, any type but other formats of CloudEvents"
    raise ProblemError(415, "unsupported_media_type", detail, headers={"accept": accepted})


def _batch(body: bytes) -> list[Event]:
    values = strict_json.parse(body)
    if not isinstance(values, list):
        raise NotAnEventError("a batch is a JSON array of events")
    if len(values) > MAX_EVENTS:
        raise TooLargeError(f"a batch has at most {MAX_EVENTS} events")
    events: list[Event] = []
    by_identity: dict[tuple[str, str], Event] = {}
    try:
        for raw, value in zip(_split(body), values, strict=True):
            event = _element(bytes(raw), value)
            _check_copy(event, by_identity.setdefault((event.source, event.id), event))
            events.append(event)
    except RefusedError as error:
        error.pointer = f"/{len(events)}"
        raise
    return events


def _element(document: bytes, value: object) -> Event:
    if not isinstance(value, dict):
        raise NotAnEventError("an element of the batch is not a JSON object")
    return from_cloud_event(document, value)


def _check_copy(event: Event, first: Event) -> None:
    """Copies are stored once, as in separate requests; the same id with other content is a mistake."""
    if event is not first and _meaning(event) != _meaning(first):
        raise NotAnEventError("an earlier event has the same source and id, but other content", attribute="id")


def _meaning(event: Event) -> str:
    return content_hash(exact_json.decode(event.record({})))


def _binary(headers: Mapping[str, str], media_type: str, body: bytes) -> Event:
    names = {name[3:]: text for name, text in headers.items() if name.startswith("ce-")}
    if not names.keys().isdisjoint(PAYLOADS):
        raise NotAnEventError("data is in the body, not in a header", attribute="data")
    attributes: dict[str, object] = {
        name: _header_text(name, text) for name, text in names.items() if name != "datacontenttype"
    }
    if media_type == _FORM and body.lstrip().startswith(_BEGIN) and _holds_json("", body):
        media_type = ""
    if media_type:
        attributes["datacontenttype"] = headers["content-type"].replace("\t", " ")  # a tab is a blank to HTTP only
    if not body:
        return from_attributes(attributes, None)
    if _holds_json(media_type, body):
        return from_attributes(attributes, body)
    return from_attributes({**attributes, "data_base64": binascii.b2a_base64(body, newline=False).decode()}, None)


def _holds_json(media_type: str, body: bytes) -> bool:
    """Whether the body is JSON; raises NotJsonError if its type says so but it isn't."""
    if media_type and not is_json(media_type):
        return False
    try:
        strict_json.parse(body)
    except NotJsonError:
        if media_type:
            raise
        return False
    return True


def _header_text(name: str, text: str) -> str:
    """Undo the HTTP binding's encoding of an attribute's value: quotes, then percent-encoding (section 3.1.3.2)."""
    text = _utf_8(text)
    quoted = _QUOTED.match(text)
    plain = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if name in _URIS:
        return _uri(plain)
    try:
        return unquote(plain, errors="strict")
    except UnicodeDecodeError:
        raise refused(name, "is not percent-encoded UTF-8") from None


def _utf_8(text: str) -> str:
    """The text of a header that was sent as UTF-8, as some SDKs do, and read as Latin-1 (RFC 9110, section 5.5)."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _uri(text: str) -> str:
    """A URI's text, undecoded if the sender hasn't encoded it.

    Several SDKs put URIs into headers as they are (cloudevents/spec#1397). The binding encodes only the percent
    signs of a URI; so any other escape was in the URI, and what decoding would break wasn't encoded.
    """
    decoded = text.replace("%25", "%")
    return text if _OTHER_ESCAPE.search(text) or _NO_ESCAPE.search(decoded) else decoded
