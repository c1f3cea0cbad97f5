"""The examples of the documentation work."""

import io
import subprocess
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from lambda_code.receiver.handler import Receiver
from lambda_code.receiver.settings import Settings
from lambda_code.receiver.signing_keys import SigningKeys
from lambda_code.shared.stream import EventStream
from tests.unit.docs.pages import PAGES, ROOT, code_blocks

_SECRET = "kJ8sQ2mZ1xV7bN4cR0tY6uI3oP9aD5fGkJ8sQ2mZ1xV7bN4c"  # 48 letters and digits, as the stack makes it


class Secrets:
    """Secrets Manager with one version of one secret."""

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> dict[str, str]:  # noqa: ARG002, N803
        return {"SecretString": _SECRET if VersionStage == "AWSCURRENT" else "anotherSecret"}


class Stream:
    """A Kinesis stream that takes everything."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: ARG002, N803
        self.records += Records
        return {"FailedRecordCount": 0, "Records": [{"SequenceNumber": "1"} for _ in Records]}


class Context:
    """Lambda's context, with time enough."""

    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


class Answer(io.BytesIO):
    """An HTTP answer, as urllib gives it."""

    status = 0


def _gateway(stream: Stream) -> Any:
    """Calls the receiver as API Gateway does."""
    settings = Settings(
        stack="tap-dev-us-east-1",
        environment="dev",
        version="0",
        region="us-east-1",
        stream_name="events",
        signing_secret_arn="arn",
    )
    receiver = Receiver(settings, EventStream(stream, "events"), SigningKeys(Secrets(), "arn"))

    def urlopen(request: urllib.request.Request) -> Answer:
        assert request.full_url == "https://api.example.com/process"
        assert isinstance(request.data, bytes)
        event = {
            "routeKey": f"{request.get_method()} /process",
            "headers": {name.lower(): value for name, value in request.header_items()},
            "body": request.data.decode(),
            "isBase64Encoded": False,
            "requestContext": {"requestId": "request-1"},
        }
        answered = receiver.answer(event, Context())
        answer = Answer(answered["body"].encode())
        answer.status = answered["statusCode"]
        return answer

    return urlopen


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    """What an example writes to, if it sends requests to the receiver as the documentation deploys it."""
    written = Stream()
    monkeypatch.setenv("API_URL", "https://api.example.com")
    monkeypatch.setenv("SIGNING_SECRET", _SECRET)
    monkeypatch.setattr(urllib.request, "urlopen", _gateway(written))
    return written


def _sending() -> str:
    return next(block for block in code_blocks(ROOT / "README.md", "python") if "urlopen" in block)


def test_the_request_of_the_readme_is_accepted_by_the_receiver(
    stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(_sending(), "README.md", "exec"), {})  # noqa: S102
    assert '202 {"accepted":1,"ids":["order-1"]' in capsys.readouterr().out
    assert b'"source":"/shop"' in stream.records[0]["Data"]


def test_the_request_that_an_sdk_makes_is_accepted_by_the_receiver(
    stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = code_blocks(ROOT / "docs" / "api.md", "python")
    exec(compile(example, "api.md", "exec"), {})  # noqa: S102
    assert '202 {"accepted":1,' in capsys.readouterr().out
    assert b'"data":{"message": "Hello World!"}' in stream.records[0]["Data"]


def test_the_same_request_with_another_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = Stream()
    monkeypatch.setenv("API_URL", "https://api.example.com")
    monkeypatch.setenv("SIGNING_SECRET", _SECRET[::-1])
    monkeypatch.setattr(urllib.request, "urlopen", _gateway(stream))
    exec(compile(_sending(), "README.md", "exec"), {})  # noqa: S102
    assert "401 " in capsys.readouterr().out
    assert stream.records == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_is_valid_in_its_language(page: Path) -> None:
    for block in code_blocks(page, "python"):
        compile(block, page.name, "exec")
    for block in code_blocks(page, "toml"):
        tomllib.loads(block)
    for block in code_blocks(page, "sh"):
        subprocess.run(["sh", "-n"], input=block.encode(), check=True)
