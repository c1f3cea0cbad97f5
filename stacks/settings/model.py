"""All settings of one environment."""

import math
from collections.abc import Mapping

from pydantic import Field

from modules.alarms_settings import AlarmSettings
from modules.api_domain_settings import EdgeSettings
from modules.bucket_lifecycle_settings import StorageSettings
from modules.cost_budget_settings import BudgetSettings
from modules.event_source_settings import MappingSettings
from modules.event_stream_settings import StreamSettings
from modules.function_settings import Architecture, FunctionSettings
from modules.http_api_settings import ApiSettings
from modules.inbox_settings import InboxSettings
from modules.ledger_settings import DeduplicationSettings, LedgerCapacitySettings, LedgerSettings
from modules.observability_settings import ObservabilitySettings
from modules.protection_settings import ProtectionSettings
from modules.query_settings import QuerySettings
from modules.section import Section
from stacks.delivery.delivery_settings import DeliverySettings
from stacks.emulator_settings import EmulatorSettings
from stacks.functions import CompactorSettings, ImporterSettings, ProcessorSettings, ReceiverSettings
from stacks.settings.identity import AccountId, ProjectName, Regions, RepositoryUrl, TagValue
from stacks.state_settings import StateSettings
from stacks.traffic_settings import TrafficSettings


class Settings(Section):
    """One environment's settings, as its TOML file gives them."""

    production: bool = Field(True, description="Hold the environment to the production rules; `prod` always is")
    project: ProjectName = Field("tap", description="Beginning of every name")
    account_id: AccountId = Field(description="AWS account that the environment lives in")
    regions: Regions = Field(description="Where the pipeline runs: one stack per region")
    owner: TagValue = Field(description="Tag on everything: who to ask")
    cost_centre: TagValue = Field(description="Tag on everything: who pays")
    repository: RepositoryUrl = Field(description="Tag on everything: where the code is; alarms link to its runbook")
    architecture: Architecture = Field("arm64", description="Processor architecture of the functions")
    state: StateSettings
    api: ApiSettings = ApiSettings()
    stream: StreamSettings = StreamSettings()
    # The functions: one field each, described as its output is. Packages, outputs, rules, roles of delivery and tests
    # follow from `FUNCTIONS`.
    receiver: ReceiverSettings = Field(ReceiverSettings(), description="Function that answers requests")
    processor: ProcessorSettings = Field(ProcessorSettings(), description="Function that stores events")
    importer: ImporterSettings = Field(ImporterSettings(), description="Function that imports files")
    compactor: CompactorSettings = Field(
        CompactorSettings(), description="Function that compacts the archive; absent without compaction"
    )
    inbox: InboxSettings = InboxSettings()
    mapping: MappingSettings = MappingSettings()
    storage: StorageSettings = StorageSettings()
    query: QuerySettings = QuerySettings()
    deduplication: DeduplicationSettings = DeduplicationSettings()
    ledger: LedgerSettings = LedgerSettings()
    ledger_capacity: LedgerCapacitySettings | None = None
    observability: ObservabilitySettings = ObservabilitySettings()
    alarms: AlarmSettings = AlarmSettings()
    protection: ProtectionSettings = ProtectionSettings()
    budget: BudgetSettings = BudgetSettings()
    traffic: TrafficSettings = TrafficSettings()
    edge: EdgeSettings | None = None
    delivery: DeliverySettings | None = None
    emulator: EmulatorSettings | None = None

    @property
    def functions(self) -> tuple[str, ...]:
        """Those of `FUNCTIONS` that a pipeline with these settings has."""
        return tuple(name for name in FUNCTIONS if name != "compactor" or self.query.compacts)

    @property
    def growing_days(self) -> int:
        """For how long an hour of the archive may still get events: by a late copy, a replay, or the stream itself."""
        stream_days = math.ceil(self.stream.retention_hours / 24)
        return max(self.deduplication.days, self.storage.failures_expiration_days, stream_days)


# What each function is, by its name: that of its folder in lambda_code/ and of its construct.
FUNCTIONS: Mapping[str, str] = {
    name: field.description or ""
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, FunctionSettings)
}
