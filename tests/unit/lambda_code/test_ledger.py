"""Claims: which row holds for an event, whatever DynamoDB answers to each statement."""

from __future__ import annotations

import pytest

from lambda_code.processor.ledger import MAX_CLAIMS, DynamoLedger
from lambda_code.processor.ports import Claim
from lambda_code.shared.errors import UnavailableError
from tests.unit.lambda_code.fakes import FakeClock, FakeDynamo, client_error, lost_answer

_DAY_SECONDS = 86_400


class World:
    """A ledger of a day, and its table."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.table = FakeDynamo()
        self.ledger = DynamoLedger(self.table, "ledger", 1, clock=self.clock, sleep=self.clock.sleep)

    def claim(self, *names: str, sequence: str = "1") -> dict[str, str]:
        """Claim events; the sequence number of the record that each row names."""
        claims = [Claim(name, sequence, "hash", f"events/{sequence}") for name in names]
        return {row.identity: row.sequence for row in self.ledger.claim(claims)}


@pytest.fixture
def world() -> World:
    """One with nothing in it."""
    return World()


def test_a_new_event_gets_the_row_of_its_record(world: World) -> None:
    assert world.claim("a", "b") == {"a": "1", "b": "1"}
    assert world.table.rows["b"] == {
        "id": {"S": "b"},
        "sequence_number": {"S": "1"},
        "content_hash": {"S": "hash"},
        "object_key": {"S": "events/1"},
        "expires_at": {"N": str(int(world.clock.now) + _DAY_SECONDS)},
    }


def test_a_known_event_keeps_its_row_which_alone_is_read(world: World) -> None:
    world.claim("a", "b")
    assert world.claim("c", "b", "d", sequence="2") == {"c": "2", "b": "1", "d": "2"}
    assert world.table.read == [1]
    [row] = world.ledger.claim([Claim("a", "3", "other", "events/3")])
    assert (row.sequence, row.content_hash, row.home) == ("1", "hash", "events/1")


def test_new_events_cost_one_call(world: World) -> None:
    began = world.clock.now
    world.claim(*(str(number) for number in range(MAX_CLAIMS)))
    assert (world.table.written, world.table.read, world.clock.now) == ([MAX_CLAIMS], [], began)


@pytest.mark.parametrize("name", ['it\'s "quoted"', "?", "\\", "é{}", "'} --"])
def test_no_text_in_an_event_is_read_as_a_statement(world: World, name: str) -> None:
    assert world.claim(name) == {name: "1"}
    assert [*world.table.rows] == [name]


@pytest.mark.parametrize(
    "code",
    [
        "InternalServerError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ThrottlingError",
        "TransactionConflict",
    ],
)
def test_what_passes_is_waited_for_and_nothing_else_is_written_again(world: World, code: str) -> None:
    began = world.clock.now
    world.table.refuse = [{1: code}]
    assert world.claim("a", "b", "c") == {"a": "1", "b": "1", "c": "1"}
    assert world.table.written == [2, 1]
    assert world.clock.now > began


def test_what_is_held_is_not_waited_for(world: World) -> None:
    world.claim("a")
    began = world.clock.now
    world.claim("a", "b", sequence="2")
    assert world.clock.now == began


def test_pauses_grow_but_not_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(world.ledger, "_sleep", pauses.append)
    monkeypatch.setattr("random.uniform", lambda _, longest: longest)
    world.table.refuse = [{0: "ThrottlingError"}] * 6
    with pytest.raises(UnavailableError, match="1 of 2 claims failed 6 times"):
        world.claim("a", "b")
    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0]


@pytest.mark.parametrize("code", ["ValidationError", "ItemCollectionSizeLimitExceeded", "AccessDenied"])
def test_a_statement_that_is_refused_for_another_reason_is_reported_at_once(world: World, code: str) -> None:
    began = world.clock.now
    world.table.refuse = [{1: code}]
    with pytest.raises(UnavailableError, match=code):
        world.claim("a", "b")
    assert world.clock.now == began


@pytest.mark.parametrize("error", [client_error("ThrottlingException"), lost_answer()])
@pytest.mark.parametrize("call", [0, 1, 2], ids=["insert", "read", "replace"])
def test_a_call_that_fails_is_reported(world: World, call: int, error: Exception) -> None:
    world.claim("a")
    world.clock.now += _DAY_SECONDS + 1
    world.table.before = [*[None] * call, error]
    with pytest.raises(UnavailableError):
        world.claim("a", sequence="2")
    assert world.claim("a", sequence="2") == {"a": "2"}


def test_an_insert_whose_answer_is_lost_finds_its_own_row(world: World) -> None:
    world.table.after = [lost_answer()]
    with pytest.raises(UnavailableError):
        world.claim("a")
    assert world.claim("a") == {"a": "1"}


def test_rows_that_were_not_read_are_asked_for_again(world: World) -> None:
    world.claim("a", "b", "c")
    world.table.leave = [{"a", "c"}, {"c"}]
    assert world.claim("a", "b", "c", sequence="2") == {"a": "1", "b": "1", "c": "1"}
    assert world.table.read == [3, 2, 1]


def test_a_row_that_is_gone_when_it_is_read_is_claimed_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.claim("a")
    read = world.table._read

    def gone(ids: list[str]) -> dict[str, object]:
        world.table.rows.clear()
        return read(ids)

    monkeypatch.setattr(world.table, "_read", gone)
    assert world.claim("a", sequence="2") == {"a": "2"}


class TestExpired:
    """Rows whose time is over are there until DynamoDB removes them, days later."""

    @pytest.mark.parametrize(("seconds", "sequence"), [(0, "1"), (1, "2")])
    def test_a_row_counts_until_its_time_is_over(self, world: World, seconds: int, sequence: str) -> None:
        world.claim("a")
        world.clock.now = int(world.clock.now) + _DAY_SECONDS + seconds
        assert world.claim("a", sequence="2") == {"a": sequence}
        assert world.claim("a", sequence="3") == {"a": sequence}

    def test_of_two_that_replace_an_expired_row_the_first_is_right(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.claim("a")
        world.clock.now += _DAY_SECONDS + 1
        read = world.table._read

        def other(ids: list[str]) -> dict[str, object]:
            found = read(ids)
            monkeypatch.undo()
            assert world.claim("a", sequence="2") == {"a": "2"}
            return found

        monkeypatch.setattr(world.table, "_read", other)
        assert world.claim("a", sequence="3") == {"a": "2"}

    def test_the_row_that_replaces_it_is_the_same_as_a_new_one(self, world: World) -> None:
        world.claim("a")
        world.clock.now += _DAY_SECONDS + 1
        world.claim("a", "b", sequence="2")
        assert {**world.table.rows["a"], "id": {"S": "b"}} == world.table.rows["b"]
