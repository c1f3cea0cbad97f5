"""Values that look like a secret: a settings file is in version control, so none may contain one."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from stacks.settings.fields import Location

_PATTERNS = {
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY"),
    "a webhook signing secret": re.compile(r"\bwhsec_"),
    "an access token": re.compile(r"\b(gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk_live_|eyJ[\w-]+\.eyJ)"),
    "a URL with a password": re.compile(r"://[^/\s@]*:[^/\s@]+@"),
}
_RANDOM_TEXT = re.compile(r"[A-Za-z0-9+/_-]{32,}={0,2}")
# Bits per character: 32 random base64 characters have about 4.5, words joined by hyphens about 3.8.
_RANDOM_BITS = 4.25
# An audience is public by its nature, and some issuers make up random ones.
_PUBLIC = ("api", "jwt_audience")


def secrets_in(value: object, location: Location = ()) -> Iterator[tuple[Location, str]]:
    """Yield where a value looks like a secret, and like which; never the value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from secrets_in(inner, (*location, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from secrets_in(inner, (*location, index))
    elif isinstance(value, str):
        kind = secret_kind(value, public=location[:2] == _PUBLIC)
        if kind:
            yield location, kind


def secret_kind(text: str, *, public: bool = False) -> str | None:
    """Return what kind of secret a text looks like; random text is none where it is `public`."""
    for kind, pattern in _PATTERNS.items():
        if pattern.search(text):
            return kind
    return "a random secret" if not public and any(_is_random(word) for word in text.split()) else None


def _is_random(word: str) -> bool:
    mixed = all(any(test(c) for c in word) for test in (str.isupper, str.islower, str.isdigit))
    return bool(mixed and _RANDOM_TEXT.fullmatch(word)) and _bits_per_character(word) >= _RANDOM_BITS


def _bits_per_character(word: str) -> float:
    shares = [count / len(word) for count in Counter(word).values()]
    return -sum(share * math.log2(share) for share in shares)
