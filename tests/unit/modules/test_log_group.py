"""Log groups belong to the stack: with our key, a retention, and gone when it is destroyed."""

from stacks.settings import FUNCTIONS
from tests.synthesized import Stack


def test_every_log_group_has_our_key_and_the_retention_of_the_settings(dev: Stack, prod: Stack) -> None:
    for stack, days in ((dev, 30), (prod, 365)):
        environment = stack.identity.suffix
        groups = stack.resources("aws_cloudwatch_log_group").values()
        assert sorted(
            [tuple(value for name, value in sorted(group.items()) if name != "//") for group in groups]
        ) == sorted(
            ("${aws_kms_key.key.arn}", f"{prefix}-{environment}-us-east-1", days)
            for prefix in ("/aws/vendedlogs/tap-api", *(f"/aws/lambda/tap-{function}" for function in FUNCTIONS))
        )


def test_no_log_group_outlives_its_stack(every_stack: dict[str, Stack]) -> None:
    groups = [group for stack in every_stack.values() for group in stack.resources("aws_cloudwatch_log_group").values()]
    assert groups
    assert not [group for group in groups if group.get("skip_destroy") or "lifecycle" in group]
