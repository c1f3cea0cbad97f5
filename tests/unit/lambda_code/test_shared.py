"""The stream's limits, the metric lines, the variables."""

from __future__ import annotations

import json

import pytest

from lambda_code.importer import settings as importer
from lambda_code.processor import settings as processor
from lambda_code.receiver import settings as receiver
from lambda_code.shared.environment import MissingVariableError, is_lambda
from lambda_code.shared.metrics import print_metrics
from lambda_code.shared.stream import Entry, EventStream
from tests.unit.lambda_code.fakes import FakeClock, FakeKinesis, client_error

RECEIVER = {name: name.lower() for name in (*receiver.VARIABLES, *receiver.RUNTIME_VARIABLES)}
PROCESSOR = {**{name: name.lower() for name in processor.VARIABLES}, "TAP_DEDUPLICATION_DAYS": "35"}


def test_a_call_holds_at_most_500_records() -> None:
    kinesis = FakeKinesis()
    entries = [Entry("k", b"x")] * 1001
    EventStream(kinesis, "tap-events-test").put(entries, seconds_left=lambda: 60)
    assert kinesis.calls == [500, 500, 1]


def test_a_call_holds_at_most_5_mib_with_the_keys() -> None:
    kinesis = FakeKinesis()
    entries = [Entry("k" * 24, b"x" * (1024 * 1024 - 24))] * 6
    EventStream(kinesis, "tap-events-test").put(entries, seconds_left=lambda: 60)
    assert kinesis.calls == [5, 1]


def test_pauses_grow_up_to_two_seconds() -> None:
    kinesis, clock = FakeKinesis(before=[client_error("InternalFailure")] * 20), FakeClock()
    EventStream(kinesis, "tap-events-test", sleep=clock.sleep).put([Entry("k", b"x")], seconds_left=lambda: 60)
    assert len(kinesis.taken) == 1
    assert clock.now - 1_750_000_000 < 0.05 * 63 + 2 * 14


def test_a_metric_line_is_what_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics("tap-dev", "processor", {"EventsStored": 3, "BytesStored": 99}, clock=FakeClock())
    definition = {
        "Namespace": "TapStack",
        "Dimensions": [["Stack", "Function"]],
        "Metrics": [{"Name": "EventsStored", "Unit": "Count"}, {"Name": "BytesStored", "Unit": "Bytes"}],
    }
    assert json.loads(capsys.readouterr().out) == {
        "_aws": {"Timestamp": 1_750_000_000_000, "CloudWatchMetrics": [definition]},
        "Stack": "tap-dev",
        "Function": "processor",
        "EventsStored": 3,
        "BytesStored": 99,
    }


@pytest.mark.parametrize("name", importer.VARIABLES)
def test_a_variable_that_is_missing_or_empty_is_named(name: str) -> None:
    environ = {name: name.lower() for name in importer.VARIABLES}
    for broken in ({**environ, name: ""}, {other: value for other, value in environ.items() if other != name}):
        with pytest.raises(MissingVariableError, match=name):
            importer.Settings.from_environ(broken)


def test_the_signing_secret_is_needed_only_for_signatures() -> None:
    assert receiver.Settings.from_environ({**RECEIVER, "TAP_API_AUTH": "signature"}).signing_secret_arn
    without = {name: value for name, value in RECEIVER.items() if name != "TAP_SIGNING_SECRET_ARN"}
    assert receiver.Settings.from_environ({**without, "TAP_API_AUTH": "iam"}).signing_secret_arn is None
    with pytest.raises(MissingVariableError, match="TAP_SIGNING_SECRET_ARN"):
        receiver.Settings.from_environ({**without, "TAP_API_AUTH": "signature"})


def test_the_ledger_is_needed_only_for_deduplication() -> None:
    assert processor.Settings.from_environ(PROCESSOR).ledger_table == "tap_ledger_table"
    without = {name: value for name, value in PROCESSOR.items() if name != "TAP_LEDGER_TABLE"}
    assert processor.Settings.from_environ({**without, "TAP_DEDUPLICATION_DAYS": "0"}).ledger_table is None
    with pytest.raises(MissingVariableError, match="TAP_LEDGER_TABLE"):
        processor.Settings.from_environ(without)


def test_a_process_knows_whether_lambda_runs_it() -> None:
    assert is_lambda({"AWS_LAMBDA_FUNCTION_NAME": "f"})
    assert not is_lambda({})
