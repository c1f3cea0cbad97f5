"""What holds data is guarded where the settings say so, and only there."""

from tests.synthesized import Stack

_GUARDED = [
    "aws_dynamodb_table.ledger",
    "aws_glue_catalog_database.query_catalog_8264344C",
    "aws_glue_catalog_table.query_catalog_compacted_53993D73",
    "aws_kinesis_stream.events",
    "aws_kms_key.alerts-key",
    "aws_kms_key.key",
    "aws_s3_bucket.archive",
    "aws_s3_bucket.failures",
    "aws_s3_bucket.inbox",
    "aws_s3_bucket.results",
]


def _guarded(stack: Stack) -> list[str]:
    bodies = stack.json["resource"].items()
    return sorted(
        f"{type_}.{id_}"
        for type_, found in bodies
        for id_, body in found.items()
        if body.get("lifecycle", {}).get("prevent_destroy")
    )


def test_prod_refuses_to_destroy_what_holds_data(stacks: dict[str, Stack]) -> None:
    assert _guarded(stacks["tap-prod-us-east-1"]) == _GUARDED
    assert _guarded(stacks["tap-prod-state"]) == ["aws_kms_key.key", "aws_s3_bucket.state"]


def test_other_environments_are_destroyed_in_one_go(stacks: dict[str, Stack]) -> None:
    others = [stack for stack in stacks.values() if stack.identity.environment != "prod"]
    assert len(others) == 8
    assert not [stack.name for stack in others if _guarded(stack)]
