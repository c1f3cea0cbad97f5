"""The AWS SDK for Go sends S3 Control calls to a host that only a proxy can reach: see stacks/emulator.py."""

import asyncio
import http.client
import json
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from tools.emulator import program
from tools.emulator.serve import accepting_absolute_form, with_partiql, with_rules

_TARGETS = {
    b"/plain": ("/plain", b"/plain"),
    b"http://000000000000.127.0.0.1:4566/v20180820/tags/arn%3Aaws": (
        "/v20180820/tags/arn:aws",
        b"/v20180820/tags/arn%3Aaws",
    ),
    b"HTTP://localhost": ("/", b"/"),
}


@pytest.mark.parametrize("target", _TARGETS)
def test_a_request_is_served_by_its_path_whatever_the_form_of_its_target(target: bytes) -> None:
    seen: list[dict[str, Any]] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    scope = {"type": "http", "path": target.decode(), "raw_path": target, "query_string": b"a=1", "headers": []}
    asyncio.run(accepting_absolute_form(app)(scope, None, None))
    path, raw_path = _TARGETS[target]
    assert seen == [{**scope, "path": path, "raw_path": raw_path}]


def test_what_is_no_request_is_passed_on() -> None:
    seen: list[object] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    asyncio.run(accepting_absolute_form(app)({"type": "lifespan"}, None, None))
    assert seen == [{"type": "lifespan"}]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (['INSERT INTO "t" VALUE {}', 'delete from "u" where x'], [("PartiQLInsert", "t"), ("PartiQLDelete", "u")]),
        (['INSERT INTO "t" VALUE {}', "?"], []),
        (["INSERTED"], []),
    ],
)
def test_a_batch_of_statements_is_authorised_by_what_each_does(
    statements: list[str], expected: list[tuple[str, str]]
) -> None:
    body = json.dumps({"Statements": [{"Statement": text} for text in statements]}).encode()
    found = with_partiql(lambda *_: [])("dynamodb:BatchExecuteStatement", body, "r", "1")
    assert found == [(f"dynamodb:{action}", f"arn:aws:dynamodb:r:1:table/{table}") for action, table in expected]


def test_other_calls_are_authorised_as_before() -> None:
    checks = with_partiql(lambda action, _body, region, account_id: [(action, region + account_id)])
    assert checks("dynamodb:PutItem", b"{}", "r", "1") == [("dynamodb:PutItem", "r1")]


@pytest.mark.parametrize(
    ("asked", "arns"),
    [
        ({"Name": "a"}, ["arn:aws:events:r:1:rule/a"]),
        ({"Rule": "a", "EventBusName": "default"}, ["arn:aws:events:r:1:rule/a"]),
        ({"Name": "a", "EventBusName": "mine"}, ["bus"]),
        ({"ResourceARN": "arn:aws:events:r:1:rule/b"}, ["arn:aws:events:r:1:rule/b"]),
        ({"Entries": []}, ["bus"]),
    ],
)
def test_a_rule_of_the_default_bus_is_authorised_by_an_arn_without_it(asked: dict[str, Any], arns: list[str]) -> None:
    assert with_rules(lambda *_: ["bus"])(json.dumps(asked).encode(), "r", "1") == arns


def _answer(port: int, method: str, target: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(method, target, skip_host=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.slow
def test_the_emulator_as_a_proxy_answers_for_the_host_that_the_sdk_makes_of_the_account(port: int) -> None:
    s3 = boto3.client(
        "s3",
        endpoint_url=program.url_of(port),
        region_name="us-east-1",
        aws_access_key_id="000000000000",
        aws_secret_access_key="emulator",
    )
    # As the provider creates a bucket from 6.23 on: with its tags.
    tags: Any = {"Tags": [{"Key": "Stack", "Value": "tap-local-us-east-1"}]}
    s3.create_bucket(Bucket="some-bucket", CreateBucketConfiguration=tags)
    host = f"000000000000.127.0.0.1:{port}"
    path = f"/v20180820/tags/{quote('arn:aws:s3:::some-bucket', safe='')}"
    status, text = _answer(port, "GET", f"http://{host}{path}", Host=host)
    assert status == 200
    assert "<Key>Stack</Key><Value>tap-local-us-east-1</Value>" in text


@pytest.mark.slow
def test_the_emulator_as_a_proxy_leads_nobody_to_aws(port: int) -> None:
    host = "sts.us-east-1.amazonaws.com:443"
    assert _answer(port, "CONNECT", host, Host=host)[0] >= 400


@pytest.mark.slow
def test_saved_queries_are_kept_by_account_and_region(port: int) -> None:
    def logs(account: str, region: str) -> Any:
        url = program.url_of(port)
        keys: Any = {"aws_access_key_id": account, "aws_secret_access_key": "emulator"}
        return boto3.client("logs", endpoint_url=url, region_name=region, **keys)

    ours = logs("000000000000", "us-east-1")
    query = {"name": "tap-local-us-east-1/errors", "queryString": "limit 1", "logGroupNames": ["/aws/lambda/one"]}
    id_ = ours.put_query_definition(**query)["queryDefinitionId"]
    ours.put_query_definition(**query | {"queryDefinitionId": id_, "queryString": "limit 2"})
    found = ours.describe_query_definitions(queryDefinitionNamePrefix="tap-local")["queryDefinitions"]
    assert [(one["queryDefinitionId"], one["queryString"], one["logGroupNames"]) for one in found] == [
        (id_, "limit 2", ["/aws/lambda/one"])
    ]
    for other in (logs("000000000000", "eu-west-1"), logs("111111111111", "us-east-1")):
        assert other.describe_query_definitions()["queryDefinitions"] == []
    assert ours.describe_query_definitions(queryDefinitionNamePrefix="else")["queryDefinitions"] == []
    assert ours.delete_query_definition(queryDefinitionId=id_)["success"]
    assert not ours.delete_query_definition(queryDefinitionId=id_)["success"]
