"""What the settings of an environment say about its traffic and its budget."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stacks.settings import load_settings
from stacks.traffic_settings import TrafficSettings

ENVIRONMENTS = Path("environments")
_NO_OVERRIDES: Mapping[str, int] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """The traffic of an environment, its budget (0 for none), the account's quotas by their names in `prices.toml`.

    What runs on an emulator costs nothing.
    """

    traffic: TrafficSettings
    budget_usd: int = 0
    quotas: Mapping[str, float] = field(default_factory=dict)
    is_emulated: bool = False


def declared_by(environment: str, overrides: Mapping[str, int] = _NO_OVERRIDES) -> Declared:
    """Read the settings, the defaults if they were removed; `overrides` replace traffic. Raises SettingsError."""
    file = ENVIRONMENTS / f"{environment}.toml"
    if not file.is_file():
        return Declared(traffic=TrafficSettings(**overrides))
    settings = load_settings(file)
    return Declared(
        traffic=settings.traffic.model_copy(update=overrides),
        budget_usd=settings.budget.monthly_usd,
        quotas={
            "api_requests": settings.api.account_rate_per_second,
            "concurrency": settings.alarms.account_concurrency,
        },
        is_emulated=settings.emulator is not None,
    )
