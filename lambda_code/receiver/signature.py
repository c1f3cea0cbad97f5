"""Signatures as the Standard Webhooks specification 1.0 defines them (https://www.standardwebhooks.com).

A secret is the base64 of a key, with or without `whsec_` before it, as client libraries take it; the 48 letters and
digits that the stack generates are base64 too, of 36 bytes. Any other text is taken as its own UTF-8 bytes. Where the
secret holds a JSON list of such texts, each of them is good.
"""

import binascii
import hmac
from collections.abc import Iterable, Mapping

import msgspec

TOLERANCE_SECONDS = 300
"""How far a sender's clock may be off, and how long a captured request can be repeated."""


def keys_of(secret: str) -> tuple[bytes, ...]:
    """The keys in the secret's text; none is empty."""
    try:
        texts = msgspec.json.decode(secret, type=list[str])
    except msgspec.DecodeError:
        texts = [secret]
    return tuple(key for key in map(_key, texts) if key)


def _key(text: str) -> bytes:
    encoded = text.strip().removeprefix("whsec_")
    padding = "=" * (-len(encoded) % 4)  # which client libraries let people leave out
    try:
        return binascii.a2b_base64(encoded + padding, strict_mode=True)
    except ValueError:
        return text.strip().encode()


def is_signed(keys: Iterable[bytes], headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Whether one of the keys signed this body lately; every comparison is made, each in constant time."""
    identifier, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not identifier or not _is_recent(timestamp, now):
        return False
    content = f"{identifier}.{timestamp}.".encode() + body
    expected = [b"v1," + binascii.b2a_base64(hmac.digest(key, content, "sha256"), newline=False) for key in keys]
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return sum(hmac.compare_digest(one, other) for one in expected for other in given) > 0


def _is_recent(timestamp: str, now: float) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now - int(timestamp)) <= TOLERANCE_SECONDS
