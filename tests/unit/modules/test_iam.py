"""IAM policies as JSON."""

import json

import pytest

from modules.iam import Statement, assume_role_document, deny_insecure_transport, fitting, policy_document

_PUT = Statement(sid="Put", actions=("s3:PutObject",), resources=("arn:a",))


def test_a_statement_says_one_action_as_text_and_several_as_a_list() -> None:
    both = Statement(sid="Both", actions=("s3:GetObject", "s3:PutObject"), resources=("arn:a", "arn:b"))
    assert _PUT.as_dict() == {"Sid": "Put", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:a"}
    assert both.as_dict() == {
        "Sid": "Both",
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": ["arn:a", "arn:b"],
    }


def test_a_statement_says_effect_principals_and_conditions() -> None:
    statement = Statement(
        sid="Deny",
        effect="Deny",
        principals={"Service": "s3.amazonaws.com"},
        actions=("s3:*",),
        resources=("*",),
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
    assert statement.as_dict() == {
        "Sid": "Deny",
        "Effect": "Deny",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_equal_statements_are_one_and_keep_each_resource_once() -> None:
    other = Statement(sid="Put", actions=("s3:PutObject",), resources=("arn:b", "arn:a"))
    assert _PUT.merged(other).resources == ("arn:a", "arn:b")
    assert _PUT.merged(_PUT) == _PUT


@pytest.mark.parametrize(
    "other",
    [
        Statement(sid="Put", actions=("s3:GetObject",), resources=("arn:a",)),
        Statement(sid="Put", actions=("s3:PutObject",), resources=("arn:a",), effect="Deny"),
        Statement(sid="Put", actions=("s3:PutObject",), resources=("arn:a",), conditions={"Bool": {"a": "b"}}),
    ],
)
def test_statements_of_one_sid_that_differ_are_refused(other: Statement) -> None:
    with pytest.raises(ValueError, match="two statements called 'Put' differ in more than their resources"):
        _PUT.merged(other)


def test_equal_policies_are_equal_texts() -> None:
    text = policy_document([_PUT])
    assert json.loads(text) == {"Version": "2012-10-17", "Statement": [_PUT.as_dict()]}
    assert text == json.dumps(json.loads(text), sort_keys=True)


def test_a_role_is_assumed_by_one_service_only() -> None:
    assert json.loads(assume_role_document("lambda.amazonaws.com"))["Statement"] == [
        {
            "Sid": "AssumeRole",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ]


def test_requests_without_tls_are_denied_to_everybody() -> None:
    assert deny_insecure_transport(("arn:a",), "sqs").as_dict() == {
        "Sid": "DenyInsecureTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "arn:a",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_a_managed_policy_may_be_as_long_as_iam_takes_spaces_not_counted() -> None:
    assert fitting("p", "x" * 6144 + " \n", shorter="less") == "x" * 6144 + " \n"
    with pytest.raises(ValueError, match="the policy p has 6145 characters, IAM accepts 6144: it needs less"):
        fitting("p", "x" * 6145, shorter="less")
