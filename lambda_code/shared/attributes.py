"""The rules for a CloudEvent's attributes: those of CloudEvents 1.0, and lengths that the services behind allow."""

import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from lambda_code.shared.errors import NotAnEventError

MAX_NAME_BYTES = 256
"""Limit of id, source, type, subject and partitionkey: a ledger row stays below 1 KB (one write unit) and a partition
key within what Kinesis takes (256 characters)."""
MAX_TEXT_BYTES = 2048
"""Limit of every other text attribute."""
PAYLOADS = ("data", "data_base64")

_REQUIRED = ("id", "source", "type")
_SHORT = (*_REQUIRED, "subject", "partitionkey")
_KNOWN = (*_SHORT, "time", "datacontenttype", "dataschema")
_ATTRIBUTE = re.compile(r"\A[a-z0-9]{1,64}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_INT32 = range(-(2**31), 2**31)
_Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]


def check(event: Mapping[str, object]) -> None:
    """Raise NotAnEventError for the first attribute that breaks a rule; `null` counts as absent."""
    if event.get("specversion") != "1.0":
        raise NotAnEventError("specversion must be '1.0'")
    for name in _REQUIRED:
        if event.get(name) is None:
            raise NotAnEventError(f"{name} is missing")
    for name, value in event.items():
        if name not in PAYLOADS and value is not None:
            _check_attribute(name, value)
    _check_payload(event)


def _check_attribute(name: str, value: object) -> None:
    if not _ATTRIBUTE.match(name):
        raise NotAnEventError("an attribute's name is not made of 1 to 64 of a-z and 0-9")
    if isinstance(value, str):
        _check_text(name, value)
    elif name in _KNOWN or not isinstance(value, int):
        raise NotAnEventError(f"{_title(name)} has a type that it cannot have")
    elif value not in _INT32:
        raise NotAnEventError("an extension attribute is a number outside 32 bits")


def _title(name: str) -> str:
    """What the attribute is called in a refusal, which repeats no text of the sender's own making."""
    return name if name in _KNOWN else "an extension attribute"


def _check_text(name: str, value: str) -> None:
    limit = MAX_NAME_BYTES if name in _SHORT else MAX_TEXT_BYTES
    if not 1 <= len(value.encode()) <= limit:
        raise NotAnEventError(f"{_title(name)} must have 1 to {limit} bytes")
    if _CONTROL.search(value):
        raise NotAnEventError(f"{_title(name)} has a control character")
    if name == "source" and " " in value:
        raise NotAnEventError("source must be a URI reference: no spaces")
    if name == "id" and ("/" in value or "\\" in value):
        raise NotAnEventError("id has a path separator")
    if name == "time":
        _check_time(value)


def _check_time(value: str) -> None:
    try:
        msgspec.convert(value, _Timestamp)
    except msgspec.ValidationError:
        raise NotAnEventError("time must be a timestamp with a zone (RFC 3339)") from None


def _check_payload(event: Mapping[str, object]) -> None:
    encoded = event.get("data_base64")
    if encoded is None:
        return
    if "data" in event:
        raise NotAnEventError("data and data_base64 exclude each other")
    try:
        binascii.a2b_base64(encoded, strict_mode=True)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise NotAnEventError("data_base64 is not base64") from None
