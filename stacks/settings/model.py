"""Everything that a team may tune in one environment."""

from typing import Literal

from pydantic import Field

from stacks.settings.kinds import AccountId, ProjectName, Regions, Section, TagValue
from stacks.settings.kinds_web import DomainName, HostedZoneId, LocalUrl, RepositoryUrl
from stacks.settings.sections_flow import (
    ApiSettings,
    ImporterSettings,
    MappingSettings,
    ProcessorSettings,
    ReceiverSettings,
    StreamSettings,
)
from stacks.settings.sections_keep import DeduplicationSettings, ProtectionSettings, StateSettings, StorageSettings
from stacks.settings.sections_ship import DeliverySettings
from stacks.settings.sections_watch import AlarmSettings, BudgetSettings, ObservabilitySettings

Architecture = Literal["arm64", "x86_64"]


class EdgeSettings(Section):
    """DNS failover over the regions; only where this table is given."""

    domain_name: DomainName = Field(description="Name under which clients find the API, whatever region answers")
    hosted_zone_id: HostedZoneId = Field(description="Route 53 zone that holds the name")


class EmulatorSettings(Section):
    """An AWS emulator on this machine instead of AWS; only where this table is given."""

    endpoint_url: LocalUrl = Field(description="Where the emulator listens; `AWS_ENDPOINT_URL` overrides it")


class Settings(Section):
    """One environment's settings, as its TOML file gives them."""

    production: bool = Field(True, description="Hold the environment to the production rules; `prod` always is")
    project: ProjectName = Field("tap", description="What every name begins with")
    account_id: AccountId = Field(description="AWS account that the environment lives in")
    regions: Regions = Field(description="Where the pipeline runs: one stack per region")
    owner: TagValue = Field(description="Tag on everything: who to ask")
    cost_centre: TagValue = Field(description="Tag on everything: who pays")
    repository: RepositoryUrl = Field(description="Tag on everything: where the code is; alarms name the runbook in it")
    architecture: Architecture = Field("arm64", description="Processors that the functions run on")
    state: StateSettings
    api: ApiSettings = ApiSettings()
    stream: StreamSettings = StreamSettings()
    receiver: ReceiverSettings = ReceiverSettings()
    processor: ProcessorSettings = ProcessorSettings()
    importer: ImporterSettings = ImporterSettings()
    mapping: MappingSettings = MappingSettings()
    storage: StorageSettings = StorageSettings()
    deduplication: DeduplicationSettings = DeduplicationSettings()
    observability: ObservabilitySettings = ObservabilitySettings()
    alarms: AlarmSettings = AlarmSettings()
    protection: ProtectionSettings = ProtectionSettings()
    budget: BudgetSettings = BudgetSettings()
    edge: EdgeSettings | None = None
    delivery: DeliverySettings | None = None
    emulator: EmulatorSettings | None = None
