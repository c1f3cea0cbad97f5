import gzip
import io
import json
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from stacks.settings import FUNCTIONS
from tests.unit.local.fakes import Answers, Bucket
from tools.local.accounts import Account
from tools.local.pipeline import FILE_LINES, Pipeline
from tools.local.watching import recent_logs, summary
from tools.progress import Progress

_OUTPUTS = {
    "api_id": "abc",
    "archive_bucket": "archive",
    "inbox_bucket": "inbox",
    "failures_bucket": "failures",
    "signing_secret_arn": "arn",
    "alerts_topic_arn": "arn:topic",
    **{f"{function}_function": f"tap-{function}" for function in FUNCTIONS},
}


class World(Bucket):
    """Archive, inbox and API in one: what is sent is archived at once."""

    def archive(self, *events: Mapping[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lines = [json.dumps({**event, "taptime": now}) for event in events]
        self.objects[f"events/{len(self.objects)}.gz"] = gzip.compress("\n".join(lines).encode())

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803
        assert Bucket == "inbox"
        assert Key.startswith("incoming/")
        lines = [json.loads(line) for line in Body.splitlines()]
        self.archive(*({"source": "/inbox", "id": str(n), "data": line} for n, line in enumerate(lines)))

    def urlopen(self, request: urllib.request.Request, timeout: float) -> io.BytesIO:  # noqa: ARG002
        assert request.full_url.startswith("http://127.0.0.1:4711/_aws/execute-api/abc/$default/")
        if isinstance(request.data, bytes):
            assert request.has_header("Webhook-signature")
            self.archive(json.loads(request.data), {"source": "/somebody", "id": "else"})
        answer = io.BytesIO(b"{}")
        answer.status = 202 if request.data else 200  # type: ignore[attr-defined]
        return answer


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """A pipeline in us-east-1."""
    world = World({})
    alarms = [
        {"AlarmName": "tap-errors", "StateValue": "ALARM", "StateReason": "1 error"},
        {"AlarmName": "tap-lag", "StateValue": "OK", "StateReason": ""},
    ]
    lines = [
        {"timestamp": 0, "message": text} for text in ("START RequestId: 1\n", *(f"line {n}\n" for n in range(12)))
    ]
    clients = {
        "s3": world,
        "secretsmanager": Answers(get_secret_value={"SecretString": "a2V5a2V5"}),
        "cloudwatch": Answers(describe_alarms={"MetricAlarms": alarms}),
        "logs": Answers(filter_log_events={"events": lines}),
    }
    monkeypatch.setattr(Account, "client", lambda _, service: clients[service])
    monkeypatch.setattr(urllib.request, "urlopen", world.urlopen)
    account = Account(url="http://127.0.0.1:4711", account_id="000000000000", region="us-east-1")
    return Pipeline(account=account, outputs=_OUTPUTS, progress=Progress(io.StringIO()))


def test_an_event_is_followed_from_the_request_to_the_archive(pipeline: Pipeline) -> None:
    journey = pipeline.send_event({"total": 12})
    (arrival,) = journey.arrivals
    assert arrival.event["data"] == {"total": 12}
    assert (journey.what, journey.region, journey.bucket) == ("signed event", "us-east-1", "archive")
    assert [hop.name for hop in journey.hops] == ["request", "stream -> archive"]
    assert all(0 <= hop.seconds < 5 for hop in journey.hops)


def test_every_line_of_a_file_is_followed_from_the_inbox_to_the_archive(pipeline: Pipeline) -> None:
    journey = pipeline.drop_file()
    assert [one.event["data"]["line"] for one in journey.arrivals] == list(range(1, FILE_LINES + 1))
    assert [hop.name for hop in journey.hops] == ["upload", "inbox -> importer", "stream -> archive"]
    assert all(0 <= hop.seconds < 5 for hop in journey.hops)


def test_status_counts_objects_and_names_the_alarms_that_ring(pipeline: Pipeline) -> None:
    pipeline.drop_file()
    lines = summary(pipeline).splitlines()
    assert lines[0] == "us-east-1: healthy"
    assert "    1 objects in s3://archive/events/" in lines[1]
    assert "  2 alarms: 1 ALARM, 1 OK" in lines
    assert "  ALARM tap-errors: 1 error" in lines


def test_logs_are_the_last_lines_of_each_function_without_the_frame_of_each_request(pipeline: Pipeline) -> None:
    lines = recent_logs(pipeline).splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        f"/aws/lambda/tap-{function}: the latest of 12 lines" for function in FUNCTIONS
    ]
    assert sum(line.endswith("line 11") for line in lines) == len(FUNCTIONS)
    assert not any("START" in line for line in lines)
