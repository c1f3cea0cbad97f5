"""F1 and F2: nothing lost and nothing double, over many runs in which everything fails now and then."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import count
from typing import Any

import pytest

from lambda_code.processor import ledger
from lambda_code.processor.ledger import DynamoLedger, NoLedger
from lambda_code.shared import exact_json
from lambda_code.shared.events import MARKS
from tests.faults.injection import Clock, NoFaults, RandomFaults
from tests.faults.naive import make_naive
from tests.faults.pipeline import World
from tests.faults.properties import BrokenError, archived, check, exactly_once
from tests.faults.simulation import CONSUMING, Plan, run

pytestmark = pytest.mark.usefixtures("unmeasured")


@pytest.mark.parametrize("seed", range(20))
def test_ten_thousand_events_are_stored_exactly_once_and_in_order(seed: int) -> None:
    result = run(seed, Plan())
    assert len(result.books.accepted) > 9_500
    check(result.world, result.books, result.poison)


@pytest.mark.parametrize("seed", range(100, 105))
def test_calls_that_are_carried_out_long_after_their_sender_gave_up_change_nothing(seed: int) -> None:
    result = run(seed, Plan(events=4_000, late=0.05))
    check(result.world, result.books, result.poison, order=False)


@pytest.mark.parametrize("seed", range(200, 203))
def test_large_requests_make_no_difference(seed: int) -> None:
    result = run(seed, Plan(events=4_000, largest_request=500, clients=2))
    check(result.world, result.books, result.poison)


@pytest.mark.parametrize("seed", range(300, 320))
def test_short_runs_find_what_long_ones_hide(seed: int) -> None:
    result = run(seed, Plan(events=300, clients=3, largest_request=20, late=0.02 * (seed % 2)))
    check(result.world, result.books, result.poison, order=seed % 2 == 0)


@pytest.mark.parametrize("seed", range(500, 503))
def test_a_deploy_while_events_flow_makes_no_conflict_of_what_the_code_before_claimed(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F20: rows of the first version are read by the next; copies of their events come before and after the deploy."""
    rows_before: set[str] = set()

    def first_hash(event: dict[str, Any]) -> str:
        return hashlib.sha256(exact_json.encode({k: v for k, v in event.items() if k not in MARKS})).hexdigest()

    def deploy_halfway(world: World) -> None:
        post, requests = world.post, count(1)

        def posted(request: dict[str, Any]) -> dict[str, Any] | None:
            if next(requests) == 60:
                rows_before.update(world.table.rows)
                monkeypatch.undo()
            return post(request)

        world.post = posted  # type: ignore[method-assign]

    monkeypatch.setattr("lambda_code.processor.records.content_hash", first_hash)
    result = run(seed, Plan(events=3_000, change=deploy_halfway))
    check(result.world, result.books, result.poison)
    versions = Counter(":" in row["content_hash"]["S"] for row in result.world.table.rows.values())
    assert versions[False] == len(rows_before) > 100
    assert versions[True] > 100


@pytest.mark.parametrize("seed", range(510, 513))
def test_code_that_claims_by_conditional_puts_can_run_beside_that_which_inserts(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F20: a deploy that goes on, or is undone. Transactions of puts wrote the same rows under the same condition."""
    insert, made = DynamoLedger._insert, Counter[bool]()

    def by_puts(self: DynamoLedger, claims: Any) -> Any:
        client: Any = self._client
        with monkeypatch.context() as patch:  # they are one call, which fails or succeeds as a whole
            patch.setattr(client, "faults", NoFaults(Clock()))
            return [self._replaced(claim) for claim in claims]

    def by_either(self: DynamoLedger, claims: Any) -> Any:
        inserts = bool(sum(made.values()) // 5 % 2)
        made[inserts] += 1
        if inserts:
            return insert(self, claims)
        faults: Any = self._client.faults  # type: ignore[attr-defined]
        return ledger._answered(lambda: faults.call("dynamodb", lambda: by_puts(self, claims))), []

    monkeypatch.setattr(DynamoLedger, "_insert", by_either)
    result = run(seed, Plan(events=3_000))
    check(result.world, result.books, result.poison)
    assert min(made.values()) > 20


def test_in_these_runs_everything_does_go_wrong() -> None:
    seen: Counter[str] = Counter()
    statuses: Counter[int | None] = Counter()
    taken = put = discarded = 0
    for seed in range(4):
        result = run(seed, Plan(events=4_000))
        for faults in (result.world.kinesis.faults, result.world.s3.faults):
            assert isinstance(faults, RandomFaults)
            seen.update(faults.seen)
        statuses.update(result.books.statuses)
        put += sum(result.world.kinesis.calls)
        taken += result.world.stream.taken
        discarded += result.world.mapping.discarded
    assert seen.keys() == CONSUMING.keys()
    assert statuses.keys() == {202, 422, 503, None}
    assert taken < 0.8 * put
    assert discarded > 0


@pytest.mark.parametrize("seed", range(3))
def test_a_naive_pipeline_loses_and_doubles_in_the_same_runs(seed: int) -> None:
    result = run(seed, Plan(events=2_000, change=make_naive))
    with pytest.raises(BrokenError, match=r"exactly_once: [1-9]\d* lost, [1-9]\d* doubled"):
        check(result.world, result.books, result.poison)


def without_ledger(world: World) -> None:
    world.ledger = NoLedger()
    world.processor = world.new_process()


@pytest.mark.parametrize("seed", range(3))
def test_without_a_ledger_nothing_is_lost_but_events_are_doubled(seed: int) -> None:
    result = run(seed, Plan(events=2_000, change=without_ledger))
    assert result.books.accepted <= {line.identity for line in archived(result.world.buckets)}
    with pytest.raises(BrokenError, match=r"exactly_once: 0 lost, [1-9]\d* doubled"):
        exactly_once(result.world.buckets, result.books)


def test_the_same_seed_makes_the_same_run() -> None:
    one, other = run(7, Plan(events=500)), run(7, Plan(events=500))
    assert one.world.buckets == other.world.buckets
