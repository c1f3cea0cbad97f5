"""The stream's limits, the metric lines, the variables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from lambda_code.importer import settings as importer
from lambda_code.processor import settings as processor
from lambda_code.receiver import settings as receiver
from lambda_code.shared.environment import MissingVariableError, is_lambda
from lambda_code.shared.errors import UnavailableError
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


@pytest.mark.parametrize("key", ["k" * 24, "ü" * 12, "\N{GRINNING FACE}" * 6])
def test_a_call_holds_at_most_5_mib_with_the_bytes_of_the_keys(key: str) -> None:
    for more, calls in ((0, [5, 1]), (1, [4, 2])):
        kinesis = FakeKinesis()
        entries = [Entry(key, b"x" * (1024 * 1024 - 24 + more))] * 6
        EventStream(kinesis, "tap-events-test").put(entries, seconds_left=lambda: 60)
        assert kinesis.calls == calls


def test_pauses_grow_up_to_two_seconds_and_no_further() -> None:
    pauses: list[float] = []
    kinesis = FakeKinesis(before=[client_error("InternalFailure")] * 200)
    EventStream(kinesis, "tap-events-test", sleep=pauses.append).put([Entry("k", b"x")], seconds_left=lambda: 1e99)
    assert len(kinesis.taken) == 1
    assert len(pauses) == 200
    assert all(pause <= min(0.05 * 2**tried, 2) for tried, pause in enumerate(pauses))
    assert max(pauses[:3]) < 0.5 < max(pauses)


@pytest.mark.parametrize(("left", "calls"), [(3.4, 1), (3.6, 2)])
def test_no_call_is_begun_that_could_outlast_the_time_left(left: float, calls: int) -> None:
    kinesis = FakeKinesis(refuse=[{0}])
    stream = EventStream(kinesis, "tap-events-test", sleep=lambda _: None)
    try:
        stream.put([Entry("k", b"x")], seconds_left=lambda: left)
    except UnavailableError:
        assert kinesis.taken == []
    assert len(kinesis.calls) == calls


def _calls_of(kinesis: FakeKinesis, *, patience_seconds: float) -> int:
    clock = FakeClock()
    stream = EventStream(kinesis, "tap-events-test", patience_seconds=patience_seconds, sleep=clock.sleep, clock=clock)
    with pytest.raises(UnavailableError):
        stream.put([Entry("k", b"x")], seconds_left=lambda: 60)
    return len(kinesis.calls)


def test_who_is_impatient_gives_up_what_is_refused_after_some_calls_within_that_time() -> None:
    assert 5 <= _calls_of(FakeKinesis(refuse=[{0}] * 100), patience_seconds=1) <= 100
    assert _calls_of(FakeKinesis(refuse=[{0}] * 100), patience_seconds=0) == 2


def test_a_lost_answer_is_followed_by_another_call_however_long_it_took() -> None:
    clock = FakeClock()

    class Slow(FakeKinesis):
        def put_records(self, **call: Any) -> Mapping[str, Any]:
            clock.sleep(3.5)
            return super().put_records(**call)

    kinesis = Slow(before=[client_error("InternalFailure")])
    stream = EventStream(kinesis, "tap-events-test", patience_seconds=1, sleep=clock.sleep, clock=clock)
    stream.put([Entry("k", b"x")], seconds_left=lambda: 6)
    assert len(kinesis.taken) == 1


def test_a_metric_line_is_what_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"EventsStored": 3, "BytesStored": 99}
    print_metrics("tap-dev", "processor", "processed", values, {"records": 4}, clock=FakeClock())
    definition = {
        "Namespace": "TapStack",
        "Dimensions": [["Stack", "Function"]],
        "Metrics": [{"Name": "EventsStored", "Unit": "Count"}, {"Name": "BytesStored", "Unit": "Bytes"}],
    }
    assert json.loads(capsys.readouterr().out) == {
        "_aws": {"Timestamp": 1_750_000_000_000, "CloudWatchMetrics": [definition]},
        "Stack": "tap-dev",
        "Function": "processor",
        "message": "processed",
        "records": 4,
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


def test_the_rate_is_what_the_stack_says_and_no_limit_where_it_says_nothing() -> None:
    said = receiver.Settings.from_environ({**RECEIVER, "TAP_REQUESTS_PER_MINUTE": "6000"})
    unsaid = receiver.Settings.from_environ({**RECEIVER, "TAP_REQUESTS_PER_MINUTE": ""})
    assert (said.requests_per_minute, unsaid.requests_per_minute) == ("6000", "*")


def test_the_ledger_is_needed_only_for_deduplication() -> None:
    assert processor.Settings.from_environ(PROCESSOR).ledger_table == "tap_ledger_table"
    without = {name: value for name, value in PROCESSOR.items() if name != "TAP_LEDGER_TABLE"}
    assert processor.Settings.from_environ({**without, "TAP_DEDUPLICATION_DAYS": "0"}).ledger_table is None
    with pytest.raises(MissingVariableError, match="TAP_LEDGER_TABLE"):
        processor.Settings.from_environ(without)


def test_a_process_knows_whether_lambda_runs_it() -> None:
    assert is_lambda({"AWS_LAMBDA_FUNCTION_NAME": "f"})
    assert not is_lambda({})
