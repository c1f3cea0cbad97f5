"""Signatures as the Standard Webhooks specification 1.0 defines them (https://www.standardwebhooks.com).

The stack generates a secret of 48 letters and digits, which are the base64 of 36 bytes. Secrets that people set
themselves have other forms, all of which are accepted: base64 as client libraries accept it, with or without padding,
line ends, and `whsec_` or `v1,whsec_` before it, several of which may follow each other after blanks or commas; the
URL-safe alphabet; a JSON text or a list of such texts; a JSON object, as the console of Secrets Manager makes one, with
the secret under `secret` or as its only member. For any other text, the key is its UTF-8 bytes. If the secret contains
several, each of them is valid.
"""

import binascii
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

TOLERANCE_SECONDS = 300
"""How far a sender's clock may be off, and how long a captured request can be replayed."""

_URL_SAFE = str.maketrans("-_", "+/")
_SECOND = re.compile(r"(?<!\bv1)(?<!\bv1,)[\s,]+(?=(?:v1,\s*)?whsec_)", re.IGNORECASE)
_PREFIX = re.compile(r"\A(?:v1,)?(?:whsec_)?", re.IGNORECASE)
_ASYMMETRIC = ("whsk_", "whpk_")  # Standard Webhooks: keys of `v1a` signatures


class _Secret(NamedTuple):
    keys: tuple[bytes, ...]
    flaws: tuple[str, ...]


def keys_of(secret: str) -> tuple[bytes, ...]:
    """The keys in the secret's text; none is empty."""
    return _read(secret).keys


def flaws_of(secret: str) -> tuple[str, ...]:
    """What is unusual about the secret's text, without any of it."""
    return _read(secret).flaws


def _read(secret: str) -> _Secret:
    keys: list[bytes] = []
    flaws: list[str] = []
    for text in _texts(secret.strip().removeprefix("\ufeff"), flaws):
        for one in _SECOND.split(text.strip()):
            keys += [key for key in _keys(one, flaws) if key]
    return _Secret(tuple(keys), tuple(flaws))


def _texts(text: str, flaws: list[str]) -> list[str]:
    """The secrets in the text."""
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        if text.startswith(("{", "[", '"')):
            flaws.append("it begins like JSON but isn't")
        return [text]
    if isinstance(value, dict):
        value = value.get("secret", next(iter(value.values())) if len(value) == 1 else None)
        if value is None:
            flaws.append("it is a JSON object without a member called secret")
    elif not isinstance(value, list | str):
        return [text]  # digits alone, `true` and `null` are base64 as well
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in texts):
        flaws.append("its JSON contains something other than texts")
    return [one for one in texts if isinstance(one, str)]


def _keys(text: str, flaws: list[str]) -> list[bytes]:
    """The keys that one secret can mean: one, or two if its encoding is ambiguous."""
    encoded = _PREFIX.sub("", "".join(text.split()))
    if encoded.startswith(_ASYMMETRIC):
        flaws.append("it is an asymmetric key; allowed: shared secrets (whsec_)")
        return []
    key = _decoded(encoded)
    if key is not None:
        return [key]
    key = _decoded(encoded.translate(_URL_SAFE))
    if key is not None:
        return [key, text.encode()]
    flaws.append("it is not base64, so its bytes are used as the key")
    return [text.encode()]


def _decoded(encoded: str) -> bytes | None:
    padding = "=" * (-len(encoded) % 4)  # optional in client libraries
    try:
        return binascii.a2b_base64(encoded + padding, strict_mode=True)
    except ValueError:
        return None


def standard_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers under the names of the specification; Svix sends the same ones under its own."""
    if "webhook-id" in headers:
        return headers
    own = {f"webhook-{part}": headers.get(f"svix-{part}", "") for part in ("id", "timestamp", "signature")}
    return {**headers, **own}


def is_signed(keys: Iterable[bytes], headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Whether one of the keys signed this body recently; every comparison is made, each in constant time."""
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
