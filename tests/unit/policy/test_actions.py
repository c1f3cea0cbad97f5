import json
from typing import Any

import pytest

from tools.policy.actions import check_policies
from tools.policy.findings import PolicyError
from tools.policy.globs import SEGMENT, overlap

KEY = "${aws_kms_key.key.arn}"
LOGS = "arn:aws:logs:us-east-1:111111111111:log-group:/aws/lambda/x"


def _check(
    action: Any, resource: Any, *, type_: str = "aws_iam_role_policy", effect: str = "Allow"
) -> list[tuple[str, str]]:
    statement = {"Sid": "One", "Effect": effect, "Action": action, "Resource": resource}
    stack = {"resource": {type_: {"a": {"policy": json.dumps({"Statement": [statement]})}, "b": {}}}}
    findings, passed = check_policies("tap-dev-us-east-1", stack)
    assert (passed == 1) == (not findings)
    return [(finding.check, finding.title) for finding in findings]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("kinesis:PutRecords", "arn:aws:kinesis:us-east-1:111111111111:stream/x"),
        (["s3:PutObject", "s3:GetObject"], "arn:aws:s3:::bucket/prefix/*"),
        ("s3:ListBucket", "arn:aws:s3:::bucket"),
        ("s3:*", ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]),
        ("kms:Decrypt", KEY),
        ("secretsmanager:GetSecretValue", "${aws_secretsmanager_secret.signing.arn}"),
        (["logs:CreateLogStream", "logs:PutLogEvents"], f"{LOGS}:*"),
        ("xray:PutTraceSegments", "*"),
    ],
)
def test_policies_that_work_pass(action: Any, resource: Any) -> None:
    assert _check(action, resource) == []


@pytest.mark.parametrize(
    ("action", "resource", "check"),
    [
        ("kinesis:PutRecordz", "arn:aws:kinesis:us-east-1:111111111111:stream/x", "IAM_UNKNOWN_ACTION"),
        ("nothing:Do", "*", "IAM_UNKNOWN_ACTION"),
        ("kinesis:PutRecords", "arn:aws:kinesis:us-east-1:111111111111:x", "IAM_ARN_NEVER_MATCHES"),
        ("s3:PutObject", "arn:aws:s3:::bucket", "IAM_ARN_NEVER_MATCHES"),
        ("s3:ListBucket", "arn:aws:s3:::bucket/*", "IAM_ARN_NEVER_MATCHES"),
        ("kinesis:PutRecords", KEY, "IAM_ARN_NEVER_MATCHES"),
        (["s3:ListBucket", "s3:PutObject"], "arn:aws:s3:::bucket/*", "IAM_ARN_NEVER_MATCHES"),
        ("s3:PutObject", ["arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket"], "IAM_ARN_NEVER_MATCHES"),
        ("logs:PutLogEvents", LOGS, "IAM_ARN_NEVER_MATCHES"),
    ],
)
def test_policies_that_can_never_work_are_found(action: Any, resource: Any, check: str) -> None:
    assert {found for found, _ in _check(action, resource)} >= {check}


def test_everything_can_be_denied_but_not_allowed() -> None:
    assert _check("*", "*", effect="Deny") == []
    assert [check for check, _ in _check("*", "*")] == ["IAM_UNKNOWN_ACTION"]


def test_an_action_that_aws_does_not_have_denies_nothing_and_is_found() -> None:
    assert [check for check, _ in _check(["*", "kinesis:PutRecordz"], "*", effect="Deny")] == ["IAM_UNKNOWN_ACTION"] * 2


def test_in_a_key_policy_everything_is_the_key() -> None:
    assert _check("kms:Decrypt", "*", type_="aws_kms_key") == []


def test_a_trust_policy_has_no_resource() -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = json.dumps({"Statement": [statement]})

    found = check_policies("s", {"resource": {"aws_iam_role": {"r": {"assume_role_policy": document}}}})

    assert found == ([], 1)


def test_a_reference_of_unknown_form_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(PolicyError, match="add aws_efs_file_system to _ARNS"):
        _check("s3:GetObject", "${aws_efs_file_system.x.arn}")


@pytest.mark.parametrize(
    ("first", "second", "meets"),
    [
        ("", "", True),
        ("a", "", False),
        ("*", "", True),
        ("a*c", "abc", True),
        ("a*", "b*", False),
        ("*a", "b*", True),
        ("a*b*c", "a*x*c", True),
        ("in/*", "*/deep/x", True),
        ("in/a*", "in/b", False),
        (f"s3:{SEGMENT}", "s3:bucket", True),
        (f"s3:{SEGMENT}", "s3:bucket/key", False),
        (f"s3:{SEGMENT}", "s3:*", True),
        (f"{SEGMENT}/x", f"a{SEGMENT}", False),
    ],
)
def test_two_patterns_overlap_when_some_text_fits_both(first: str, second: str, meets: bool) -> None:
    assert overlap(first, second) is meets
    assert overlap(second, first) is meets
