"""The rules for a CloudEvent's attributes: those of CloudEvents 1.0, and one limit of the ledger."""

import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from lambda_code.shared.errors import NotAnEventError

MAX_IDENTITY_BYTES = 2048
"""Limit of source, a space and id, in UTF-8: together they are the key of a row of the ledger (DynamoDB developer
guide, "Quotas", partition keys). Other attributes are limited only by the size of the event."""
PAYLOADS = ("data", "data_base64")

_REQUIRED = ("id", "source", "type")
_OPTIONAL = ("subject", "time", "datacontenttype", "dataschema", "partitionkey", "traceparent")
# Those of the specification, and of its extensions Partitioning and Distributed Tracing those that must not be empty
# either: any other String may be.
_KNOWN = frozenset(("specversion", *_REQUIRED, *_OPTIONAL))
_ATTRIBUTE = re.compile(r"\A[a-z0-9]{1,64}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_INT32 = range(-(2**31), 2**31)
_Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]


def check(event: Mapping[str, object]) -> None:
    """Raise NotAnEventError for the first attribute that breaks a rule; `null` counts as absent."""
    if event.get("specversion") != "1.0":
        raise NotAnEventError("specversion must be '1.0'", attribute="specversion")
    for name in _REQUIRED:
        if event.get(name) is None:
            raise NotAnEventError(f"{name} is missing", attribute=name)
    for name, value in event.items():
        if name not in PAYLOADS and value is not None:
            _check_attribute(name, value)
    _check_identity(str(event["source"]), str(event["id"]))
    _check_payload(event)


def identity(source: str, id: str) -> str:
    """Source and id in one text: a source has no space, so two pairs never give the same text."""
    return f"{source} {id}"


def _check_identity(source: str, id: str) -> None:
    if len(identity(source, id).encode()) > MAX_IDENTITY_BYTES:
        longer = "source" if len(source.encode()) > len(id.encode()) else "id"
        raise NotAnEventError(f"source and id have more than {MAX_IDENTITY_BYTES - 1} bytes together", attribute=longer)


def _check_attribute(name: str, value: object) -> None:
    if not _ATTRIBUTE.match(name):
        raise NotAnEventError("an attribute's name must be 1 to 64 of a-z and 0-9")
    if isinstance(value, str):
        _check_text(name, value)
    elif name in _KNOWN or not isinstance(value, int):
        raise refused(name, "has a type that is not allowed")
    elif value not in _INT32:
        raise NotAnEventError("an extension attribute is a number outside 32 bits")


def refused(name: str, what: str) -> NotAnEventError:
    """The refusal of an attribute; names of extensions, which senders choose, are not repeated."""
    if name in _KNOWN:
        return NotAnEventError(f"{name} {what}", attribute=name)
    return NotAnEventError(f"an extension attribute {what}")


def _check_text(name: str, value: str) -> None:
    if not value and name in _KNOWN:
        raise refused(name, "must not be empty")
    if _CONTROL.search(value):
        raise refused(name, "has a control character")
    if name == "source" and " " in value:
        raise refused(name, "must be a URI reference: no spaces")
    if name == "time":
        _check_time(value)


def _check_time(value: str) -> None:
    if not _is_timestamp(value):
        raise refused("time", "must be a timestamp with a zone (RFC 3339), such as 2025-01-31T12:00:00Z")


def _is_timestamp(value: str) -> bool:
    """Whether it is a `date-time` of RFC 3339, section 5.6: a `T` between date and time, a colon in the offset."""
    is_leap = value[17:19] == "60"
    try:
        moment = msgspec.convert(f"{value[:17]}59{value[19:]}" if is_leap else value, _Timestamp)
    except msgspec.ValidationError:
        return False
    if value[10] not in "Tt" or not (value[-1] in "Zz" or value[-3] == ":"):
        return False
    return not is_leap or _ends_a_month(moment)


def _ends_a_month(moment: datetime) -> bool:
    """Whether a leap second can follow: they are put in at the end of a month in UTC (RFC 3339, section 5.7)."""
    try:
        last = moment.astimezone(UTC)
        return (last.hour, last.minute) == (23, 59) and (last + timedelta(days=1)).day == 1
    except OverflowError:
        return False


def _check_payload(event: Mapping[str, object]) -> None:
    encoded = event.get("data_base64")
    if encoded is None:
        return
    if "data" in event:
        raise NotAnEventError("data and data_base64 exclude each other", attribute="data")
    try:
        binascii.a2b_base64(encoded, strict_mode=True)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise NotAnEventError("data_base64 is not base64", attribute="data_base64") from None
