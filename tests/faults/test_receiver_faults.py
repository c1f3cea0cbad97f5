"""F3, F14, F15, F18: what the receiver says, and where its events go, while services fail and clocks are wrong."""

from __future__ import annotations

import base64
import hmac
import json
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from lambda_code.receiver.signing_keys import SigningKeys
from tests.faults import mapping
from tests.faults.clients import BATCH
from tests.faults.injection import Clock, client_error
from tests.faults.kinesis import Stream
from tests.faults.pipeline import DAYS, World, request
from tests.faults.properties import archived
from tests.faults.records import event

KEY = b"a key of a test that is long enough"
TEN_YEARS = 10 * 365 * 86_400


class Refusing:
    """A service that refuses every call while it is `down`."""

    def __init__(self, clock: Clock, code: str, *, down: bool = True) -> None:
        self.clock, self.code, self.down = clock, code, down

    def call(self, _service: str, do: Any) -> Any:
        self.clock.now += 0.02
        if self.down:
            raise client_error(self.code)
        return do()


def batch(*documents: bytes) -> bytes:
    return b"[" + b",".join(documents) + b"]"


EVENTS = request(batch(event("a"), event("b"), event("c")), BATCH)


def is_refused(answer: dict[str, Any] | None) -> bool:
    """Whether the client is told to come again, and nothing of acceptance."""
    assert answer is not None
    assert "accepted" not in json.loads(answer["body"])
    return answer["statusCode"] == 503 and int(answer["headers"]["retry-after"]) > 0


def test_exhausted_retries_are_503_with_retry_after_within_the_time_of_the_function() -> None:
    """F3."""
    world = World()
    world.kinesis.refused = 1.0
    start = world.clock.now
    assert is_refused(world.post(EVENTS))
    assert world.clock.now - start < world.receiver_seconds
    assert len(world.kinesis.calls) > 3
    assert world.stream.taken == 0


def test_one_entry_that_is_never_taken_is_503_and_the_same_request_again_adds_only_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F3."""
    world = World()
    taken = world.kinesis._take

    def take(record: dict[str, Any]) -> dict[str, str]:
        return {"ErrorCode": "InternalFailure"} if b'"b"' in record["Data"] else taken(record)

    monkeypatch.setattr(world.kinesis, "_take", take)
    assert is_refused(world.post(EVENTS))
    monkeypatch.undo()
    assert (world.post(EVENTS) or {})["statusCode"] == 202
    world.mapping.drain()
    assert sorted(line.id for line in archived(world.buckets)) == ["a", "b", "c"]


def test_only_what_was_refused_is_sent_again() -> None:
    """Without lost answers the stream holds every event once."""
    world = World(rng=Random(1))
    world.kinesis.refused = 0.5
    many = request(batch(*(event(f"e{number}") for number in range(300))), BATCH)
    answer = world.post(many)
    assert answer is not None
    assert answer["statusCode"] == 202
    assert world.stream.taken == 300
    assert len(world.kinesis.calls) > 3


@pytest.mark.parametrize("refused", [0.0, 0.5])
def test_events_of_one_key_keep_their_order_from_request_to_request_whatever_is_refused(refused: float) -> None:
    """Within a request what is refused follows later: Kinesis takes each entry by itself."""
    world = World(rng=Random(2))
    world.kinesis.refused = refused
    for start in range(0, 100, 20):
        documents = [event(f"e{number}", number, partitionkey="k") for number in range(start, start + 20)]
        world.post(request(batch(*documents), BATCH))
    numbers = [json.loads(record.data)["data"] for record in world.stream.records()]
    assert [number // 20 for number in numbers] == [number // 20 for number in range(100)]
    assert (numbers == sorted(numbers)) is (refused == 0.0)


@pytest.mark.parametrize("code", ["KMSThrottlingException", "KMSDisabledException", "KMSAccessDeniedException"])
def test_without_the_key_of_the_stream_nothing_is_accepted_and_later_everything_is(code: str) -> None:
    """F15."""
    world = World()
    faults = Refusing(world.clock, code)
    world.produce_with(faults)
    assert is_refused(world.post(EVENTS))
    faults.down = False
    assert (world.post(EVENTS) or {})["statusCode"] == 202
    assert world.stream.taken == 3


@pytest.mark.parametrize("code", ["KMS.DisabledException", "KMS.ThrottlingException", "AccessDeniedException"])
def test_without_the_key_of_the_stores_nothing_is_lost(code: str) -> None:
    """F15: the mapping retries, then gives the batch up; replay restores it when the key is back."""
    world = World(settings=mapping.Settings(maximum_retry_attempts=10))
    faults = Refusing(world.clock, code)
    world.post(EVENTS)
    world.consume_with(faults)
    world.mapping.drain()
    assert (archived(world.buckets), world.mapping.discarded, world.mapping.invocations) == ([], 1, 11)
    faults.down = False
    world.replay()
    assert [line.id for line in archived(world.buckets)] == ["a", "b", "c"]


class Secrets:
    """Secrets Manager with one key, while it is not `down`."""

    def __init__(self) -> None:
        self.down = False

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's names
        assert SecretId
        if self.down:
            raise client_error("InternalServiceError")
        if VersionStage != "AWSCURRENT":
            raise client_error("ResourceNotFoundException")
        return {"SecretString": base64.b64encode(KEY).decode()}


def signed(world: World, *, clock: float) -> dict[str, Any]:
    """The request, signed by a client whose clock says so."""
    stamp = str(int(clock))
    mac = hmac.digest(KEY, f"id.{stamp}.".encode() + EVENTS["body"].encode(), "sha256")
    signature = "v1," + base64.b64encode(mac).decode()
    headers = {"webhook-id": "id", "webhook-timestamp": stamp, "webhook-signature": signature}
    assert world.keys is not None
    return {**EVENTS, "headers": {**EVENTS["headers"], **headers}}


def test_without_secrets_manager_nothing_is_accepted_unless_the_keys_are_known() -> None:
    """F15."""
    clock, secrets = Clock(), Secrets()
    world = World(clock=clock, keys=SigningKeys(secrets, "arn", clock=clock))
    secrets.down = True
    assert is_refused(world.post(signed(world, clock=clock.now)))
    assert world.stream.taken == 0
    secrets.down = False
    assert (world.post(signed(world, clock=clock.now)) or {})["statusCode"] == 202
    secrets.down = True
    assert (world.post(signed(world, clock=clock.now)) or {})["statusCode"] == 202
    clock.now += 301
    assert is_refused(world.post(signed(world, clock=clock.now)))


@pytest.mark.parametrize("off", [-TEN_YEARS, TEN_YEARS])
def test_clocks_of_clients_have_no_effect_on_keys_expiry_or_partitions(off: int) -> None:
    """F18."""
    right, wrong = World(shards=4), World(shards=4)
    for world, time in (
        (right, "2025-06-15T15:06:40Z"),
        (wrong, "2015-01-01T00:00:00Z" if off < 0 else "2035-01-01T00:00:00Z"),
    ):
        documents = [event(f"e{number}", time=time) for number in range(20)]
        world.post(request(batch(*documents), BATCH, date=time))
        world.mapping.drain()
    assert wrong.buckets.bodies("archive").keys() == right.buckets.bodies("archive").keys()
    assert [record[:3] for record in wrong.stream.records()] == [record[:3] for record in right.stream.records()]
    expiries = {row["expires_at"]["N"] for row in wrong.table.rows.values()}
    assert all(0 <= int(each) - wrong.clock.now - DAYS * 86_400 + 60 <= 60 for each in expiries)
    assert len(archived(wrong.buckets)) == 20


@pytest.mark.parametrize("off", [-TEN_YEARS, TEN_YEARS])
def test_a_signature_by_a_clock_that_is_years_off_is_refused(off: int) -> None:
    """F18: otherwise a captured request could be repeated for years."""
    clock = Clock()
    world = World(clock=clock, keys=SigningKeys(Secrets(), "arn", clock=clock))
    assert (world.post(signed(world, clock=clock.now + off)) or {})["statusCode"] == 401
    assert world.stream.taken == 0


IDS: dict[str, Callable[[Random, int], str]] = {
    "random": lambda rng, _: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "counted": lambda _, number: f"order-{number}",
    "by time": lambda _, number: f"{1_750_000_000_000 + 7 * number:x}",
}


@pytest.mark.parametrize("kind", IDS)
def test_ids_as_partition_keys_fill_two_to_eight_shards_alike(kind: str) -> None:
    """F14: events that name neither a partition key nor a subject are spread by their ids."""
    world, rng = World(), Random(14)
    for start in range(0, 20_000, 500):
        documents = [event(IDS[kind](rng, number)) for number in range(start, start + 500)]
        world.post(request(batch(*documents), BATCH))
    keys = [record.partition_key for record in world.stream.records()]
    assert len(keys) == 20_000
    for shards in range(2, 9):
        counts = Counter(map(Stream(world.clock, shards).shard_of, keys))
        assert max(counts.values()) <= 1.10 * len(keys) / shards


def test_a_partition_key_keeps_its_events_in_one_shard() -> None:
    """F14: the key is the extension `partitionkey`, else the subject, else the id."""
    world = World(shards=8)
    world.post(request(batch(*(event(f"a{n}", partitionkey="k") for n in range(50))), BATCH))
    world.post(request(batch(*(event(f"b{n}", subject="s") for n in range(50))), BATCH))
    keys = Counter((record.partition_key, record.shard) for record in world.stream.records())
    assert {key: count for (key, _), count in keys.items()} == {"k": 50, "s": 50}
    assert len(keys) == 2
