"""Types of values that say what is deployed, where, and whose it is."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from modules.section import Allowed, as_tuple, distinct
from modules.web_addresses import DOMAIN
from stacks.regions import Region

_TAG_CHARACTER = r"\p{L}\p{N}_.:/=+@\-"

ProjectName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]{1,11}$"),
    Allowed("2 to 12 of a-z and 0-9, a letter first, so that every name fits"),
]
# Every name that a stack gives ends with the suffix; 24 leaves room for project, purpose and region.
Suffix = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24),
    Allowed("1 to 24 of a-z, 0-9 and single hyphens, a letter first and no hyphen last, so that every name fits"),
]
AccountId = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{12}$"), Allowed('12 digits in quotes, such as "111111111111"')
]
Regions = Annotated[
    tuple[Region, ...],
    Field(min_length=1),
    BeforeValidator(as_tuple),
    AfterValidator(distinct),
    Allowed("a list of one or more AWS regions, each once"),
]
# AWS Tagging User Guide, "Tag naming limits and requirements".
TagValue = Annotated[
    str,
    StringConstraints(pattern=rf"^[{_TAG_CHARACTER}]([{_TAG_CHARACTER} ]*[{_TAG_CHARACTER}])?$", max_length=256),
    Allowed("1 to 256 letters, digits, inner spaces and _ . : / = + - @"),
]
# Also the value of a tag, which allows no more.
RepositoryUrl = Annotated[
    str,
    StringConstraints(pattern=rf"^https://{DOMAIN}(/[A-Za-z0-9._-]+)+$", max_length=256),
    Allowed("an https URL, such as https://github.com/example/tapstack"),
]
