"""Nothing is left out: every resource of every stack is priced, free for a reason, or said to be unknown."""

import pytest

from stacks.settings import FUNCTIONS
from tests.synthesized import Stack
from tests.unit.cost.stacks import cost, resources_of
from tools.cost.prices import BASE, price_list
from tools.cost.resources import Resource, Resources
from tools.cost.services import PRICERS

_BUSY = {"events_per_second": 50, "file_percent": 20, "duplicate_percent": 5}


def test_every_type_is_priced_or_free_and_none_is_both(every_stack: dict[str, Stack]) -> None:
    free = price_list(BASE).free
    types = {each.type for stack in every_stack.values() for each in resources_of(stack).all}
    assert types - set(PRICERS) - set(free) == set(), "say in tools/cost/services or free.toml what these cost"
    assert set(PRICERS) & set(free) == set()
    assert all(len(reason) > 3 for reason in free.values())


def test_all_that_costs_in_the_stacks_is_known(every_stack: dict[str, Stack]) -> None:
    """A function that users add has no figures, and is said to be unknown."""
    figures = price_list(BASE).functions
    added = {name for name in FUNCTIONS if name not in figures}
    for stack in every_stack.values():
        unknown = {each.address.split(".")[1] for each in cost(stack, stack.identity.region, **_BUSY).unknown}
        assert {name for name in unknown if not any(name.startswith(each) for each in added)} == set(), stack.name


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (Resource("aws_db_instance", "orders", {}), "nothing is known about the costs of this type"),
        (Resource("aws_lambda_function", "exporter", {}), "how often this function runs"),
        (Resource("aws_dynamodb_table", "orders", {}), "what is written to this table"),
        (Resource("aws_s3_bucket", "reports", {}), "what is stored in this bucket"),
        (Resource("aws_cloudwatch_log_group", "orders", {"name": "/orders"}), "what is written to this log group"),
    ],
)
def test_what_there_are_no_figures_of_is_said_and_not_counted_as_nothing(resource: Resource, reason: str) -> None:
    found = cost(Resources((resource,)))
    assert [each.address for each in found.unknown] == [resource.address]
    assert found.unknown[0].reason.startswith(reason)
    assert found.lines == ()
