"""The kinds of value that name something on a network, each with the words that messages and the table show for it."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from stacks.settings.kinds import Allowed, as_tuple, distinct


def _valid_port(url: str) -> str:
    port = url.rpartition(":")[2]
    if port.isdigit() and not 1 <= int(port) <= 65535:
        raise ValueError("no such port")
    return url


_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])"

HttpsUrl = Annotated[
    str,
    StringConstraints(pattern=rf"^https://{_DOMAIN}(/[A-Za-z0-9._~/-]*)?$", max_length=512),
    Allowed("an https URL, such as https://login.example.com/tenant"),
]
# Also the value of a tag, which allows no more (AWS Tagging User Guide, "Tag naming limits and requirements").
RepositoryUrl = Annotated[
    str,
    StringConstraints(pattern=rf"^https://{_DOMAIN}(/[A-Za-z0-9._-]+)+$", max_length=256),
    Allowed("an https URL, such as https://github.com/example/tapstack"),
]
Audience = Annotated[
    str, StringConstraints(pattern=r"^[\x21-\x7E]{1,256}$"), Allowed("1 to 256 characters without spaces")
]
Audiences = Annotated[
    tuple[Audience, ...],
    BeforeValidator(as_tuple),
    AfterValidator(distinct),
    Allowed("a list of audiences, each once"),
]
Origin = Annotated[
    str,
    StringConstraints(pattern=rf"^(\*|https?://({_DOMAIN}|localhost|127\.0\.0\.1)(:[0-9]{{1,5}})?)$"),
    AfterValidator(_valid_port),
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
    StringConstraints(pattern=rf"^[A-Za-z0-9._%+-]{{1,64}}@{_DOMAIN}$", max_length=254),
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
    StringConstraints(pattern=rf"^{_DOMAIN}$", max_length=253),
    Allowed("a domain name in lower case, such as events.example.com"),
]
HostedZoneId = Annotated[
    str,
    StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$"),
    Allowed("the id of a Route 53 hosted zone: Z and up to 31 of A-Z and 0-9"),
]
# GitHub: owners have letters, digits and single hyphens, repositories also dots and underscores. Tokens of those that
# were made, renamed or transferred since 15 July 2026 name the ids, too (GitHub changelog, "Immutable subject claims").
_OWNER, _NAME, _ID = r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", r"[A-Za-z0-9._-]{1,100}", "@[0-9]{1,20}"
GitHubRepository = Annotated[
    str,
    StringConstraints(pattern=rf"^({_OWNER}/{_NAME}|{_OWNER}{_ID}/{_NAME}{_ID})$", max_length=180),
    Allowed("a repository of GitHub as its tokens name it: owner@123456/name@456789, older ones owner/name"),
]
BranchName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$", max_length=100),
    Allowed("the name of one branch, without wildcards"),
]
LocalUrl = Annotated[
    str,
    StringConstraints(pattern=r"^http://(127\.0\.0\.1|localhost):[0-9]{1,5}$"),
    AfterValidator(_valid_port),
    Allowed("http://127.0.0.1:PORT or http://localhost:PORT"),
]
