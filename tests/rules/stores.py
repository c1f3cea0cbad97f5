"""Rules on topic, queue and table (SNS.*, SQS.*, DynamoDB.*)."""

import json
import re

from tests.rules.mutations import Mutation, drop, no_statement, put, remove, statement, twice
from tests.rules.reading import dig, each, everything, is_our_key, parts, statements
from tests.rules.registry import Case, Check, Checks, rule

_TOPIC = "aws_sns_topic"
_TOPIC_POLICY = "aws_sns_topic_policy"
_QUEUE = "aws_sqs_queue"
_QUEUE_POLICY = "aws_sqs_queue_policy"
_TABLE = "aws_dynamodb_table"
_SUBSCRIPTION = "aws_sns_topic_subscription"
_SCALING = "aws_appautoscaling_target"
_SCALING_POLICY = "aws_appautoscaling_policy"
_TARGET = "target_tracking_scaling_policy_configuration.target_value"
_TRACKED = "target_tracking_scaling_policy_configuration.predefined_metric_specification"
_PENDING = r"\$\{!aws_sns_topic_subscription\.[\w-]+\.pending_confirmation\}"
_TLS = {"Bool aws:SecureTransport": "false"}


@rule(
    "SNS.1, SNS.4, CKV_AWS_26, CKV_AWS_169",
    broken_by=[
        drop(_TOPIC, "kms_master_key_id"),
        put(_TOPIC, "kms_master_key_id", "alias/aws/sns"),
        remove(_TOPIC_POLICY),
        statement(_TOPIC_POLICY, "AlarmsPublish", Principal="*"),
        statement(_TOPIC_POLICY, "AlarmsPublish", Principal={"Service": "events.amazonaws.com"}),
        statement(_TOPIC_POLICY, "AlarmsPublish", Condition=None),
        statement(_TOPIC_POLICY, "AlarmsPublish", Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}}),
        statement(_TOPIC_POLICY, "EventRulesPublish", Condition={"StringEquals": {"aws:SourceAccount": "1"}}),
        no_statement(_TOPIC_POLICY, "EventRulesPublish"),
        no_statement(_TOPIC_POLICY, "DenyInsecureTransport"),
    ],
)
def topics_take_alarms_of_this_account_only(case: Case) -> Checks:
    """Every topic has our key, and only CloudWatch of this account and EventBridge may publish, over TLS."""
    account = {"StringEquals aws:SourceAccount": case.settings.account_id}
    for topic in each(case.stack, _TOPIC):
        yield Check(topic.address, is_our_key(case.stack, topic.body.get("kms_master_key_id")), "has not our key")
        policy = [
            one for part in parts(case.stack, _TOPIC_POLICY, topic, "arn") for one in statements(part.body["policy"])
        ]
        allowed = [(one["Principal"], one["Action"], one["Condition"]) for one in policy if one["Effect"] == "Allow"]
        wanted = [
            ({"Service": "cloudwatch.amazonaws.com"}, ["sns:Publish"], account),
            # SNS supports no condition for EventBridge.
            ({"Service": "events.amazonaws.com"}, ["sns:Publish"], {}),
        ]
        yield Check(topic.address, allowed == wanted, f"allows {allowed}")
        denied = [(one["Principal"], one["Condition"]) for one in policy if one["Effect"] == "Deny"]
        yield Check(topic.address, ("*", _TLS) in denied, "takes messages without TLS")


@rule(
    "SNS.1, alarms",
    broken_by=[
        remove(_SUBSCRIPTION),
        put(_SUBSCRIPTION, "endpoint", "other@example.com"),
        put(_SUBSCRIPTION, "protocol", "http"),
        twice(_SUBSCRIPTION),
        Mutation("no checks", lambda stack: stack.pop("check", None)),
    ],
)
def people_are_told(case: Case) -> Checks:
    """Every topic has exactly the subscribers of the settings, and production has one at least for every alarm."""
    told = case.settings.alarms
    subscribers = {"alerts": (told.emails, told.urls), "pages": (told.page_emails, told.page_urls)}
    for topic in each(case.stack, _TOPIC):
        found = [one.body for one in parts(case.stack, _SUBSCRIPTION, topic, "topic_arn")]
        got = sorted((one["protocol"], one["endpoint"]) for one in found)
        emails, urls = subscribers[topic.id]
        wanted = sorted([*(("email", email) for email in emails), *(("https", url) for url in urls)])
        yield Check(topic.address, got == wanted, f"subscribers are {got}, the settings say {wanted}")
        checks = case.stack.json.get("check", {}).get(f"{topic.id}-confirmed", {"assert": []})["assert"]
        warned = [one for one in checks if re.fullmatch(_PENDING, one["condition"])]
        yield Check(topic.address, len(warned) == len(emails), "no plan warns of whom nothing reaches")
        silent = topic.id == "alerts" and case.settings.production and not got
        yield Check(topic.address, not silent, "production tells nobody")


@rule(
    "alarms, KMS",
    broken_by=[
        put(_TOPIC, "kms_master_key_id", "${aws_kms_key.key.arn}"),
        put(_TABLE, "server_side_encryption.kms_key_arn", "${aws_kms_key.alerts-key.arn}"),
    ],
)
def alarms_have_a_key_of_their_own(case: Case) -> Checks:
    """The key of the topics encrypts nothing else, so that alarms are told when the key of the data can't be used."""
    keys = {str(topic.body.get("kms_master_key_id")) for topic in each(case.stack, _TOPIC)}
    for one in everything(case.stack):
        if one.type != _TOPIC:
            yield Check(one.address, not any(f'"{key}"' in json.dumps(one.body) for key in keys), "has the alarms' key")


@rule(
    "SQS.1, SQS.3",
    broken_by=[
        drop(_QUEUE, "kms_master_key_id"),
        put(_QUEUE, "message_retention_seconds", 345600),
        remove(_QUEUE_POLICY),
        no_statement(_QUEUE_POLICY, "DenyInsecureTransport"),
        statement(_QUEUE_POLICY, "DenyInsecureTransport", Effect="Allow"),
        statement(_QUEUE_POLICY, "DenyInsecureTransport", Action="sqs:ReceiveMessage"),
    ],
)
def dead_letters_wait_two_weeks(case: Case) -> Checks:
    """Every queue has our key, keeps messages for 14 days, allows nobody by policy and denies requests without TLS."""
    for queue in each(case.stack, _QUEUE):
        yield Check(queue.address, is_our_key(case.stack, queue.body.get("kms_master_key_id")), "has not our key")
        seconds = queue.body.get("message_retention_seconds")
        yield Check(queue.address, seconds == 1_209_600, f"keeps messages for {seconds} s")
        found = parts(case.stack, _QUEUE_POLICY, queue, "queue_url")
        policy = [one for part in found for one in statements(part.body["policy"])]
        wanted = [("Deny", "*", ["sqs:*"], _TLS)]
        got = [(one["Effect"], one["Principal"], one["Action"], one["Condition"]) for one in policy]
        yield Check(queue.address, got == wanted, f"policy is {got}")


@rule(
    "DynamoDB.1, DynamoDB.2, DynamoDB.6, CKV_AWS_28, CKV_AWS_119",
    broken_by=[
        put(_TABLE, "point_in_time_recovery.enabled", False),
        drop(_TABLE, "point_in_time_recovery"),
        put(_TABLE, "server_side_encryption.enabled", False),
        drop(_TABLE, "server_side_encryption.kms_key_arn"),
        put(_TABLE, "ttl.enabled", False),
        put(_TABLE, "deletion_protection_enabled", False),
    ],
)
def tables_can_be_brought_back(case: Case) -> Checks:
    """Every table is recoverable and protected as the settings say, under our key, and forgets by TTL."""
    recovers = case.settings.ledger.point_in_time_recovery
    for table in each(case.stack, _TABLE):
        for holds, wrong in (
            (
                dig(table.body, "point_in_time_recovery.enabled") is recovers,
                "point-in-time recovery differs from the settings",
            ),
            (dig(table.body, "server_side_encryption.enabled") is True, "is not under our key"),
            (is_our_key(case.stack, dig(table.body, "server_side_encryption.kms_key_arn")), "is not under our key"),
            (dig(table.body, "ttl.enabled") is True, "keeps rows for ever"),
            (
                table.body.get("deletion_protection_enabled") is case.settings.protection.deletion_protection,
                "deletion protection differs from the settings",
            ),
        ):
            yield Check(table.address, holds, wrong)


@rule(
    "Lens: capacity",
    broken_by=[
        put(_TABLE, "billing_mode", "PROVISIONED"),
        put(_TABLE, "billing_mode", "PAY_PER_REQUEST"),
        drop(_TABLE, "lifecycle.ignore_changes"),
        put(_SCALING, "min_capacity", 26),
        put(_SCALING, "max_capacity", 999),
        put(_SCALING, "resource_id", "table/other"),
        put(_SCALING, "scalable_dimension", "dynamodb:table:WriteCapacityUnits"),
        remove(_SCALING),
        remove(_SCALING_POLICY),
        put(_SCALING_POLICY, "target_tracking_scaling_policy_configuration.target_value", 100),
        put(
            _SCALING_POLICY,
            f"{_TRACKED}.predefined_metric_type",
            "DynamoDBWriteCapacityUtilization",
            of="ledger_scaling_reads",
        ),
    ],
)
def capacity_is_what_the_settings_say(case: Case) -> Checks:
    """Every table is on demand, or its writes and reads scale within the settings and Terraform leaves them alone."""
    settings = case.settings.ledger_capacity
    for table in each(case.stack, _TABLE):
        if settings is None:
            yield Check(table.address, table.body.get("billing_mode") == "PAY_PER_REQUEST", "is not on demand")
            continue
        yield Check(table.address, table.body.get("billing_mode") == "PROVISIONED", "is on demand")
        ignored = set(dig(table.body, "lifecycle.ignore_changes") or [])
        yield Check(table.address, ignored == {"read_capacity", "write_capacity"}, f"Terraform ignores {ignored}")
        found = sorted(
            tuple(one.body[name] for name in ("resource_id", "scalable_dimension", "min_capacity", "max_capacity"))
            for one in each(case.stack, _SCALING)
        )
        wanted = [
            (
                f"table/{table.body['name']}",
                f"dynamodb:table:{kind}CapacityUnits",
                settings.minimum_units,
                settings.maximum_units,
            )
            for kind in ("Read", "Write")
        ]
        yield Check(table.address, found == wanted, f"scales {found}, the settings say {wanted}")
        followed = sorted(
            (dig(one.body, f"{_TRACKED}.predefined_metric_type"), dig(one.body, _TARGET))
            for one in each(case.stack, _SCALING_POLICY)
        )
        metrics = [(f"DynamoDB{kind}CapacityUtilization", settings.target_percent) for kind in ("Read", "Write")]
        yield Check(table.address, followed == metrics, f"follows {followed}, the settings say {metrics}")
