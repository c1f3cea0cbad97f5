"""The entry points, put together from variables as Lambda does it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from stacks.settings import FUNCTIONS
from tests.function_code import environ
from tests.unit.lambda_code.fakes import FakeContext


@pytest.fixture
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in environ().items():
        monkeypatch.setenv(name, value)
    yield
    monkeypatch.undo()
    for function in FUNCTIONS:
        importlib.reload(importlib.import_module(f"lambda_code.{function}.handler"))


def loaded(function: str) -> ModuleType:
    """The handler's module, as a new process has it."""
    return importlib.reload(importlib.import_module(f"lambda_code.{function}.handler"))


@pytest.mark.usefixtures("in_lambda")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_in_lambda_everything_is_made_while_the_process_starts(function: str) -> None:
    handler: Any = loaded(function)
    assert getattr(handler, function).cache_info().currsize == 1


@pytest.mark.parametrize("function", FUNCTIONS)
def test_elsewhere_importing_a_handler_needs_nothing(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in environ():
        monkeypatch.delenv(name, raising=False)
    handler: Any = loaded(function)
    assert getattr(handler, function).cache_info().currsize == 0


@pytest.mark.usefixtures("in_lambda")
def test_the_receiver_answers_about_its_health() -> None:
    event = {"routeKey": "GET /health", "requestContext": {"requestId": "r"}}
    assert loaded("receiver").handle(event, FakeContext())["statusCode"] == 200


@pytest.mark.usefixtures("in_lambda")
def test_the_importer_ignores_the_test_notification() -> None:
    loaded("importer").handle({"Event": "s3:TestEvent"}, FakeContext())


@pytest.mark.usefixtures("in_lambda")
def test_the_processor_raises_for_an_event_that_is_no_batch() -> None:
    with pytest.raises(KeyError):
        loaded("processor").handle({}, FakeContext())
    assert loaded("processor").settings().ledger_table == environ()["TAP_LEDGER_TABLE"]


@pytest.mark.usefixtures("in_lambda")
def test_without_deduplication_the_processor_needs_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAP_DEDUPLICATION_DAYS", "0")
    monkeypatch.delenv("TAP_LEDGER_TABLE")
    assert loaded("processor").processor()
