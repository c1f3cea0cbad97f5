"""Settings of the emulator."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from modules.section import Allowed, Section
from modules.web_addresses import valid_port

LocalUrl = Annotated[
    str,
    StringConstraints(pattern=r"^http://(127\.0\.0\.1|localhost):[0-9]{1,5}$"),
    AfterValidator(valid_port),
    Allowed("http://127.0.0.1:PORT or http://localhost:PORT"),
]


class EmulatorSettings(Section):
    """An AWS emulator on this machine instead of AWS; only if this table is given."""

    endpoint_url: LocalUrl = Field(description="Where the emulator listens; `AWS_ENDPOINT_URL` overrides it")
