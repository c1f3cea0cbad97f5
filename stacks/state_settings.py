"""Settings of the state stack."""

from pydantic import Field

from modules.section import Days, Section
from stacks.regions import Region


class StateSettings(Section):
    """The bucket of the environment's Terraform state."""

    region: Region = Field(description="Region of the state bucket; don't change it once the bucket exists")
    noncurrent_version_days: Days = Field(90, description="How long an overwritten state can be restored")
