"""The ledger of events stored."""

from stacks.settings import FUNCTIONS
from tests.synthesized import Stack


def test_the_ledger_is_on_demand_recoverable_encrypted_and_forgets_by_itself(dev: Stack) -> None:
    assert dev.arguments("aws_dynamodb_table", "ledger") == {
        "name": "tap-ledger-dev-us-east-1",
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "id",
        "attribute": [{"name": "id", "type": "S"}],
        "ttl": {"attribute_name": "expires_at", "enabled": True},
        "point_in_time_recovery": {"enabled": True},
        "server_side_encryption": {"enabled": True, "kms_key_arn": "${aws_kms_key.key.arn}"},
        "deletion_protection_enabled": False,
    }


def test_provisioned_capacity_begins_at_its_minimum_and_then_belongs_to_application_auto_scaling(
    every_stack: dict[str, Stack],
) -> None:
    stack = every_stack["tap-scaled-us-east-1"]
    ledger = stack.resource("aws_dynamodb_table", "ledger")
    assert (ledger["billing_mode"], ledger["write_capacity"], ledger["read_capacity"]) == ("PROVISIONED", 25, 25)
    assert ledger["lifecycle"] == {"ignore_changes": ["write_capacity", "read_capacity"], "prevent_destroy": True}
    assert stack.arguments("aws_appautoscaling_target", "ledger_scaling_writes") == {
        "service_namespace": "dynamodb",
        "resource_id": f"table/{ledger['name']}",
        "scalable_dimension": "dynamodb:table:WriteCapacityUnits",
        "min_capacity": 25,
        "max_capacity": 1000,
        "depends_on": ["aws_dynamodb_table.ledger"],
    }
    policy = stack.arguments("aws_appautoscaling_policy", "ledger_scaling_reads-policy")
    assert policy["scalable_dimension"].startswith("${aws_appautoscaling_target.ledger_scaling_reads_")
    assert policy["target_tracking_scaling_policy_configuration"] == {
        "target_value": 70,
        "predefined_metric_specification": {"predefined_metric_type": "DynamoDBReadCapacityUtilization"},
    }


def test_in_prod_both_terraform_and_dynamodb_refuse_to_delete_it(prod: Stack) -> None:
    ledger = prod.resource("aws_dynamodb_table", "ledger")
    assert ledger["deletion_protection_enabled"] is True
    assert ledger["lifecycle"] == {"prevent_destroy": True}


def test_the_processor_may_claim_events_and_nobody_else(dev: Stack) -> None:
    assert dev.granted("processor")["ClaimEvents"]["Resource"] == (
        "arn:aws:dynamodb:us-east-1:111111111111:table/tap-ledger-dev-us-east-1"
    )
    assert dev.granted("processor")["DecryptViaDynamodb"]["Action"] == "kms:Decrypt"
    others = [statement for name in FUNCTIONS if name != "processor" for statement in dev.granted(name).values()]
    assert not [statement for statement in others if "dynamodb" in str(statement)]


def test_without_deduplication_there_is_no_ledger_no_permission_and_no_alarm(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["tap-forgetful-us-east-1"]
    assert not stack.resources("aws_dynamodb_table")
    assert not {"ClaimEvents", "DecryptViaDynamodb"} & set(stack.granted("processor"))
    assert not [name for name in stack.resources("aws_cloudwatch_metric_alarm") if "ledger" in name]
    assert "ledger_table" not in stack.outputs
