"""What each function's code can call, and what its role allows, are the same: in both directions."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from functools import cache

import botocore.session
import pytest
from botocore import xform_name

from lambda_code.shared import aws
from stacks.settings import FUNCTIONS
from tests.function_code import modules_of, nodes, services_of
from tests.project import ROOT
from tests.synthesized import Stack

# Of each statement that the code makes no call for: who does. By the statement's id, without that of a bucket.
OTHERS = {
    "WriteLogs": "the Lambda runtime writes the log",
    "SendTraces": "the Lambda runtime sends traces, where the environment has them on",
    "ReadEvents": "the event source mapping reads the stream as this role",
    "PutFailedBatches": "the event source mapping leaves failed batches as this role",
    "ListFailedBatches": "likewise",
    "SendDeadLetters": "Lambda sends notifications that failed for good as this role",
    **dict.fromkeys((f"Query{verb}Archive" for verb in ("Reads", "Uses", "Writes")), "Athena works as this role"),
    **dict.fromkeys((f"Query{verb}Results" for verb in ("Reads", "Uses", "Writes")), "likewise"),
    "QueryUsesDatabase": "likewise",
    "ListResults": "likewise",
    "ListInbox": "without s3:ListBucket S3 answers 403, not 404, for a file that is gone",
}
# What a call on something encrypted needs of the key, and by way of which service (their developer guides, "KMS").
KEY_USE = {
    "dynamodb:BatchGetItem": "DecryptViaDynamodb",
    "dynamodb:PartiQLInsert": "DecryptViaDynamodb",
    "dynamodb:PutItem": "DecryptViaDynamodb",
    # Nothing of a query or a table is encrypted by our key but its objects.
    **dict.fromkeys(
        f"athena:{name}"
        for name in ("GetQueryExecution", "GetQueryResults", "StartQueryExecution", "StopQueryExecution")
    ),
    **dict.fromkeys(
        f"glue:{name}"
        for name in (
            "BatchUpdatePartition",
            "CreatePartition",
            "CreateTable",
            "DeleteTable",
            "GetPartition",
            "GetPartitions",
            "GetTable",
            "GetTables",
            "UpdateTable",
        )
    ),
    "kinesis:PutRecords": "EncryptViaKinesis",
    "lambda:InvokeFunction": None,  # Lambda encrypts what it queues by its own key
    "s3:DeleteObject": None,
    "s3:GetObject": "DecryptViaS3",
    "s3:GetObjectVersion": "DecryptViaS3",
    "s3:ListBucket": None,
    "s3:PutObject": "EncryptViaS3",
    "secretsmanager:GetSecretValue": "DecryptViaSecretsmanager",
}
KEY_USE_OF_OTHERS = {
    "ReadEvents": {"DecryptViaKinesis"},
    "PutFailedBatches": {"EncryptViaS3"},
    "QueryReadsArchive": {"DecryptViaS3"},
    "QueryWritesArchive": {"DecryptViaS3", "EncryptViaS3"},
    "QueryReadsResults": {"DecryptViaS3"},
    "QueryWritesResults": {"DecryptViaS3", "EncryptViaS3"},
    "SendDeadLetters": {"DecryptViaSqs", "EncryptViaSqs"},
}
# Where the action is not called like the operation (Service Authorization Reference).
CALLED_OTHERWISE = {
    ("lambda", "Invoke"): "lambda:InvokeFunction",
    ("s3", "DeleteObjects"): "s3:DeleteObject",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
}
NO_CALLS = ("botocore.session.get_session",)  # which is called like an operation of Athena
# Statements are authorised by what they do (DynamoDB developer guide, "IAM security policies with PartiQL for
# DynamoDB").
STATEMENT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE) ")


@cache
def methods(service: str) -> dict[str, str]:
    """Operations by the name of the client's method."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def actions_of(trees: list[ast.Module]) -> set[str]:
    """The IAM actions of every operation that is named, called or not."""
    return {
        action
        for service in services_of(trees)
        for each in trees
        for node in ast.walk(each)
        if isinstance(node, ast.Attribute) and node.attr in methods(service) and ast.unparse(node) not in NO_CALLS
        for action in actions(service, methods(service)[node.attr], node, each)
    }


def actions(service: str, operation: str, at: ast.Attribute, tree: ast.Module) -> set[str]:
    """The actions that an operation needs, where AWS does not call them the same."""
    if operation == "BatchExecuteStatement":
        texts = [str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        return {f"dynamodb:PartiQL{found[1].title()}" for text in texts if (found := STATEMENT.match(text))}
    if (service, operation) == ("s3", "GetObject") and "VersionId" in keywords(at, tree):
        return {"s3:GetObjectVersion"}
    return {CALLED_OTHERWISE.get((service, operation), f"{service}:{operation}")}


def keywords(at: ast.Attribute, tree: ast.Module) -> set[str | None]:
    """The keywords that the method is called with."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.func is at]
    return {keyword.arg for call in calls for keyword in call.keywords}


def granted(stack: Stack, function: str) -> tuple[set[str], set[str], set[str]]:
    """Actions granted for calls, statements about the key, and statements for others."""
    statements = stack.granted(function)
    others = OTHERS.keys() & statements.keys()
    key = {sid for sid, each in statements.items() if str(each["Action"]).startswith("kms:")}
    own = [statements[sid]["Action"] for sid in statements.keys() - others - key]
    return {action for each in own for action in ([each] if isinstance(each, str) else each)}, key, others


def wanted_of_key(actions: set[str], others: set[str]) -> set[str]:
    used = {sid for action in actions if (sid := KEY_USE[action])}
    return used.union(*(KEY_USE_OF_OTHERS.get(sid, set()) for sid in others))


# What an environment switches off, the code can still call: it asks its settings first.
OFF = {
    "forgetful": ("processor", {"dynamodb:BatchGetItem", "dynamodb:PartiQLInsert", "dynamodb:PutItem"}),
    "iam": ("receiver", {"secretsmanager:GetSecretValue"}),
    "jwt": ("receiver", {"secretsmanager:GetSecretValue"}),
    "open": ("receiver", {"secretsmanager:GetSecretValue"}),
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_allows_what_the_code_can_call_and_nothing_else(every_stack: dict[str, Stack], function: str) -> None:
    can_call = actions_of(modules_of(function))
    pipelines = [stack for stack in every_stack.values() if f"{function}_function" in stack.outputs]
    assert len(pipelines) > 20
    for stack in pipelines:
        of, switched_off = OFF.get(stack.name.split("-")[1], ("", set()))
        expected = can_call - switched_off if of == function else can_call
        allowed, key, others = granted(stack, function)
        assert allowed == expected, stack.name
        assert key == wanted_of_key(expected, others), stack.name


def test_every_exception_is_needed_and_is_what_it_says(dev: Stack) -> None:
    assert {sid for function in FUNCTIONS for sid in granted(dev, function)[2]} == OTHERS.keys()
    actions = {sid: each["Action"] for function in FUNCTIONS for sid, each in dev.granted(function).items()}
    assert {sid: actions[sid] for sid in OTHERS} == {
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "SendTraces": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        "ReadEvents": [
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
        ],
        "PutFailedBatches": "s3:PutObject",
        "ListFailedBatches": "s3:ListBucket",
        "SendDeadLetters": "sqs:SendMessage",
        **dict.fromkeys(("QueryReadsArchive", "QueryReadsResults"), "s3:GetObject"),
        "QueryUsesArchive": ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        "QueryUsesResults": ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        "QueryWritesArchive": ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
        "QueryWritesResults": ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
        "QueryUsesDatabase": "glue:GetDatabase",
        "ListResults": "s3:ListBucket",
        "ListInbox": "s3:ListBucket",
    }


def test_clients_are_made_in_one_place_and_every_method_of_theirs_is_an_operation() -> None:
    for file in sorted((ROOT / "lambda_code").rglob("*.py")):
        text = file.read_text("utf-8")
        assert "import boto3" not in text, file
        assert ("create_client" in text or "get_session" in text) == (file.parts[-2:] == ("shared", "aws.py")), file
    functions = [file.parent.name for file in (ROOT / "lambda_code").glob("*/handler.py")]
    assert set().union(*(services_of(modules_of(function)) for function in functions)) == set(aws.SERVICES)
    for function in functions:
        trees = modules_of(function)
        known = set().union(*(methods(service) for service in services_of(trees)))
        of_clients = {
            node.attr
            for node in nodes(trees)
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith(("client", "_s3", "_kinesis"))
        }
        assert of_clients <= known, f"{function}: neither waiters, paginators nor dynamic calls: this test reads calls"


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("self._client.delete_object(Bucket=b, Key=k)", "s3:DeleteObject"),
        ("partial(client.list_objects_v2, Bucket=b)", "s3:ListBucket"),
        ("c.get_object(Bucket=b, Key=k)", "s3:GetObject"),
        ("c.get_object(Bucket=b, Key=k, VersionId=v)", "s3:GetObjectVersion"),
        ("d.batch_execute_statement(Statements=[{'Statement': f'DELETE FROM {t} ...'}])", "dynamodb:PartiQLDelete"),
        ("d.get_item(TableName=t)", "dynamodb:GetItem"),
    ],
)
def test_a_new_call_would_be_seen(call: str, action: str) -> None:
    trees = [ast.parse("x = aws.client('s3', C); y = aws.client('dynamodb', C)"), ast.parse(call)]
    assert actions_of(trees) == {action}


def test_a_new_grant_would_be_seen(dev: Stack) -> None:
    statements = [*dev.granted("receiver").values(), {"Sid": "New", "Action": "sqs:SendMessage", "Resource": "x"}]
    policies = {"receiver_policy": {"policy": json.dumps({"Statement": statements})}}
    widened = replace(dev, json={"resource": {"aws_iam_role_policy": policies}})
    assert granted(widened, "receiver")[0] - granted(dev, "receiver")[0] == {"sqs:SendMessage"}


@pytest.mark.parametrize(
    ("function", "actions"),
    [
        ("receiver", ["kinesis:PutRecords", "secretsmanager:GetSecretValue"]),
        (
            "processor",
            ["dynamodb:BatchGetItem", "dynamodb:PartiQLInsert", "dynamodb:PutItem", "s3:GetObject", "s3:PutObject"],
        ),
        ("importer", ["kinesis:PutRecords", "lambda:InvokeFunction", "s3:GetObjectVersion", "s3:PutObject"]),
        (
            "compactor",
            [
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
                "glue:BatchUpdatePartition",
                "glue:CreatePartition",
                "glue:CreateTable",
                "glue:DeleteTable",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:GetTable",
                "glue:GetTables",
                "glue:UpdateTable",
                "s3:DeleteObject",
                "s3:ListBucket",
            ],
        ),
    ],
)
def test_what_a_function_calls(function: str, actions: list[str]) -> None:
    assert sorted(actions_of(modules_of(function))) == actions
