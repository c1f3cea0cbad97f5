"""What figures.toml calls "measured" is what the code does."""

import json
import re
import uuid
from typing import Any

import pytest

from lambda_code.processor.batch import WORKERS
from lambda_code.processor.ledger import MAX_CLAIMS
from lambda_code.processor.objects import pack
from lambda_code.processor.records import MAX_OBJECT_CHARACTERS, MAX_OBJECT_RECORDS
from lambda_code.shared.stream import MAX_RECORDS
from tests.synthesized import Stack
from tests.unit.cost.made_up import TRACE, Processing, made_up_event
from tests.unit.lambda_code import receiving
from tests.unit.lambda_code.receiving import SECRET, STRUCTURED
from tools.cost.prices import BASE, price_list

FIGURES = price_list(BASE).figures
# What API Gateway adds to an answer: its status line, date, connection, content length and apigw-requestid.
_GATEWAY_BYTES = 180


def _close_to(name: str) -> Any:
    return pytest.approx(FIGURES[name], rel=0.2)


def test_marks_of_a_record() -> None:
    world, event = receiving.World(), made_up_event(1, 1024)
    assert world.post(event, STRUCTURED, **TRACE).status == 202
    [(key, data)] = world.kinesis.taken
    assert len(data) + len(key) - len(json.dumps(event)) == _close_to("mark_bytes")


def test_an_archivedmade_up_event() -> None:
    events = [made_up_event(number, 1024) for number in range(500)]
    lines = {str(10**55 + number): json.dumps(event).encode() for number, event in enumerate(events)}
    share = len(pack(lines)) / sum(map(len, lines.values()))
    assert share == _close_to("archived_share")


def test_sizes_that_the_code_names() -> None:
    assert FIGURES["object_records"] == MAX_OBJECT_RECORDS
    assert FIGURES["object_base64_bytes"] == MAX_OBJECT_CHARACTERS
    assert FIGURES["put_records"] == MAX_RECORDS
    assert FIGURES["claims_per_call"] == MAX_CLAIMS
    assert FIGURES["claim_calls_at_a_time"] == WORKERS


def test_claims() -> None:
    processing, events = Processing(), 100
    processing.store(events)
    dynamo = processing.dynamo
    assert len(dynamo.written) == events / FIGURES["claims_per_call"]
    assert sum(dynamo.written) * FIGURES["write_units_per_event"] == events
    assert dynamo.read == []
    sizes = [sum(len(name) + len(*value.values()) for name, value in row.items()) for row in dynamo.rows.values()]
    assert max(sizes) == _close_to("row_bytes")
    processing.store(events)
    assert sum(dynamo.read) * FIGURES["read_units_per_duplicate"] == events, "each row is below the 4 KB of a unit"


def test_an_answer() -> None:
    answer = receiving.World().post(made_up_event(1, 1024), STRUCTURED)
    headers = sum(len(name) + len(str(value)) + 4 for name, value in answer.headers.items())
    assert headers + len(answer.text) + _GATEWAY_BYTES == _close_to("response_bytes")


def test_a_line_of_the_access_log(dev: Stack) -> None:
    [stage] = dev.resources("aws_apigatewayv2_stage").values()
    examples = {
        "status": "202",
        "integrationStatus": "202",
    }
    ids = {"requestId": "JKJaXmPLvHcESHA=", "integrationRequestId": str(uuid.uuid4())}
    others = {"sourceIp": "203.0.113.217", "routeKey": "POST /process"}
    times = {"responseLatency": "31", "integrationLatency": "29"}
    known = examples | ids | others | times
    format_ = json.loads(stage["access_log_settings"]["format"])
    assert len(json.dumps({name: known.get(name, "-") for name in format_})) == _close_to("access_log_bytes")


def test_reads_of_the_signing_secret() -> None:
    world = receiving.World(secrets={"AWSCURRENT": SECRET, "AWSPREVIOUS": SECRET})
    body = json.dumps(made_up_event(1, 100)).encode()
    minutes = 60
    for _ in range(minutes):
        assert world.post(body, STRUCTURED, **receiving.signed(body, world.clock)).status == 202
        world.clock.now += 60
    assert world.secrets.reads == _close_to("secret_reads_per_hour")


def test_the_figures_are_all_used() -> None:
    """One that nothing reads would be kept up for nothing."""
    from tools.cost.prices import FOLDER

    code = "\n".join(path.read_text() for path in FOLDER.rglob("*.py"))
    lists = price_list(BASE)
    for name in (*FIGURES, *lists.limits):
        assert re.search(rf'"{name}"', code), name
    for name in lists.prices:
        family = re.sub(r"_(arm64|x86_64)$", "_", re.sub(r"_(read|write)_capacity_hour$", "_", name))
        assert f'"{name}"' in code or f'"{family}{{' in code, name
