"""What starts the compactor."""

import json

from tests.synthesized import Stack


def test_the_compactor_is_invoked_every_hour_once_the_last_one_is_closed(dev: Stack) -> None:
    schedule = dev.arguments("aws_scheduler_schedule", "compaction_hourly")
    assert schedule["name"] == "tap-hourly-dev-us-east-1"
    assert schedule["schedule_expression"] == "cron(20 * * * ? *)"
    assert schedule["flexible_time_window"] == {"mode": "FLEXIBLE", "maximum_window_in_minutes": 10}
    target = schedule["target"]
    assert (target["arn"], target["input"]) == ("${aws_lambda_function.compactor.arn}", "{}")
    assert target["retry_policy"] == {"maximum_event_age_in_seconds": 3000, "maximum_retry_attempts": 10}
    assert target["dead_letter_config"] == {"arn": "${aws_sqs_queue.dead-letters.arn}"}


def test_its_role_is_only_the_scheduler_s_of_this_account_and_invokes_only_the_compactor(dev: Stack) -> None:
    role = dev.resource("aws_iam_role", "compaction_hourly_role")
    (trust,) = json.loads(role["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": "111111111111",
            "aws:SourceArn": "arn:aws:scheduler:us-east-1:111111111111:schedule-group/default",
        }
    }
    granted = dev.policy("aws_iam_role_policy", "compaction_hourly_policy")
    assert {sid: one["Action"] for sid, one in granted.items()} == {
        "InvokeFunction": "lambda:InvokeFunction",
        "SendDeadLetters": "sqs:SendMessage",
        "EncryptViaSqs": "kms:GenerateDataKey",
        "DecryptViaSqs": "kms:Decrypt",
    }
    assert granted["InvokeFunction"]["Resource"].endswith(":function:tap-compactor-dev-us-east-1")
