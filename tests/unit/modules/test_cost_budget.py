"""The budget of an environment."""

from tests.synthesized import Stack


def test_people_are_told_when_the_month_is_80_percent_spent_or_forecast_to_be_spent(
    every_stack: dict[str, Stack],
) -> None:
    assert every_stack["tap-thrifty-state"].arguments("aws_budgets_budget", "budget") == {
        "name": "tap-thrifty",
        "budget_type": "COST",
        "time_unit": "MONTHLY",
        "limit_amount": "50",
        "limit_unit": "USD",
        "cost_filter": [{"name": "TagKeyValue", "values": ["user:Environment$thrifty"]}],
        "notification": [
            {
                "comparison_operator": "GREATER_THAN",
                "notification_type": kind,
                "threshold": percent,
                "threshold_type": "PERCENTAGE",
                "subscriber_email_addresses": ["alerts@example.com"],
            }
            for kind, percent in (("ACTUAL", 80), ("FORECASTED", 100))
        ],
    }


def test_there_is_one_budget_per_environment_and_none_unless_a_setting_says_so(every_stack: dict[str, Stack]) -> None:
    """One in each region's stack would clash: budgets are global to an account."""
    having = [name for name, stack in every_stack.items() if stack.resources("aws_budgets_budget")]
    assert sorted(having) == ["tap-thrifty-state", "zap-unusual-state"]
