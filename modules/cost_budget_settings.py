"""Settings of the budget."""

from pydantic import Field

from modules.section import Section


class BudgetSettings(Section):
    """What a month may cost."""

    monthly_usd: int = Field(
        0,
        ge=0,
        le=10_000_000,
        description="US dollars per month; `alarms.emails` are notified at 80 % and if 100 % are forecast; 0 for none",
    )
