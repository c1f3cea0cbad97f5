"""A monthly budget for the resources with an environment's tag."""

from cdktf_cdktf_provider_aws.budgets_budget import BudgetsBudget, BudgetsBudgetCostFilter, BudgetsBudgetNotification
from constructs import Construct

from modules.cost_budget_settings import BudgetSettings
from modules.named_stack import names_of


class CostBudget(Construct):
    """Notifies people when 80 % of a month's budget is spent, or 100 % are forecast.

    It counts resources with the tag `Environment`: activate that cost allocation tag once in the billing console.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: BudgetSettings, emails: tuple[str, ...]) -> None:
        """AWS requires a subscriber for a notification: `emails` names 1 to 10 people."""
        super().__init__(scope, id_)
        names = names_of(self)
        BudgetsBudget(
            self,
            "Default",
            name=f"{names.project}-{names.suffix}",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(settings.monthly_usd),
            limit_unit="USD",
            cost_filter=[BudgetsBudgetCostFilter(name="TagKeyValue", values=[f"user:Environment${names.suffix}"])],
            notification=[
                _notification("ACTUAL", 80, emails),
                _notification("FORECASTED", 100, emails),
            ],
        )


def _notification(kind: str, percent: int, emails: tuple[str, ...]) -> BudgetsBudgetNotification:
    return BudgetsBudgetNotification(
        comparison_operator="GREATER_THAN",
        notification_type=kind,
        threshold=percent,
        threshold_type="PERCENTAGE",
        subscriber_email_addresses=list(emails),
    )
