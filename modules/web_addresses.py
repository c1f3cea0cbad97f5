"""Kinds of value that name something on the web, each with the words that say what is allowed."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from modules.section import Allowed, as_tuple, distinct

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# A domain name in lower case, as a part of a pattern.
DOMAIN = rf"({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])"


def valid_port(url: str) -> str:
    """Refuse an impossible port."""
    port = url.rpartition(":")[2]
    if port.isdigit() and not 1 <= int(port) <= 65535:
        raise ValueError("no such port")
    return url


HttpsUrl = Annotated[
    str,
    StringConstraints(pattern=rf"^https://{DOMAIN}(/[A-Za-z0-9._~/-]*)?$", max_length=512),
    Allowed("an https URL, such as https://login.example.com/tenant"),
]
HttpsUrls = Annotated[
    tuple[HttpsUrl, ...],
    BeforeValidator(as_tuple),
    AfterValidator(distinct),
    Allowed("a list of https URLs without a query, each once"),
]
Origin = Annotated[
    str,
    StringConstraints(pattern=rf"^(\*|https?://({DOMAIN}|localhost|127\.0\.0\.1)(:[0-9]{{1,5}})?)$"),
    AfterValidator(valid_port),
    Allowed("an origin without a path, such as https://app.example.com, or *"),
]
Origins = Annotated[
    tuple[Origin, ...],
    BeforeValidator(as_tuple),
    AfterValidator(distinct),
    Allowed("a list of origins, each once"),
]
Email = Annotated[
    str,
    StringConstraints(pattern=rf"^[A-Za-z0-9._%+-]{{1,64}}@{DOMAIN}$", max_length=254),
    Allowed("an e-mail address, such as alerts@example.com"),
]
Emails = Annotated[
    tuple[Email, ...],
    BeforeValidator(as_tuple),
    AfterValidator(distinct),
    Allowed("a list of e-mail addresses, each once"),
]
DomainName = Annotated[
    str,
    StringConstraints(pattern=rf"^{DOMAIN}$", max_length=253),
    Allowed("a domain name in lower case, such as events.example.com"),
]
