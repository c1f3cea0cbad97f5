"""What the golden list of addresses says of alarms is what every variant of the settings synthesizes."""

import pytest

from stacks.settings import Environment
from tests.integration.reviewed import reviewed_alarms
from tests.synthesized import VARIANTS, Stack


@pytest.mark.parametrize("environment", VARIANTS, ids=lambda environment: environment.name)
def test_the_reviewed_alarms_are_those_of_the_stack(every_stack: dict[str, Stack], environment: Environment) -> None:
    settings = environment.settings
    stack = every_stack[f"{settings.project}-{environment.suffix}-{settings.regions[0]}"]
    alarms = stack.resources("aws_cloudwatch_metric_alarm")
    assert reviewed_alarms(settings) == {id_.removeprefix("alarms_")[:-9] for id_ in alarms}
