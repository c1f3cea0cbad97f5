"""Many clients that repeat what they send: nothing is lost, and nothing is stored twice."""

import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.deployment import Deployment
from tests.integration.sender import Sender
from tests.synthesized import Json

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

_EVENTS = 10_000
_SINGLE = 400  # of them sent one by one, the others in batches
_BATCH = 60
_CLIENTS = 4
_REPEATED = 0.3  # the share of requests that are sent again, as by a client that got no answer
_END_SECONDS = 120


def _requests(sender: Sender, seed: int) -> list[list[Json]]:
    """What is sent: some requests twice, shortly after each other or much later."""
    chance = random.Random(seed)
    events = [sender.event(id=f"{sender.mark}-{number}", data={"number": number}) for number in range(_EVENTS)]
    requests = [[event] for event in events[:_SINGLE]]
    requests += [events[start : start + _BATCH] for start in range(_SINGLE, _EVENTS, _BATCH)]
    again = [request for request in requests if chance.random() < _REPEATED]
    requests += again
    chance.shuffle(requests)
    return requests


def test_10000_events_of_clients_that_repeat_are_stored_exactly_once(deployment: Deployment) -> None:
    sender = Sender(deployment)

    def send(events: list[Json]) -> int:
        return sender.post(json.dumps(events).encode(), content_type="application/cloudevents-batch+json")[0]

    try:
        requests = _requests(sender, seed=1)
        with ThreadPoolExecutor(_CLIENTS) as clients:
            assert set(clients.map(send, requests)) == {202}
        sent = sum(map(len, requests))
        assert sent > _EVENTS * (1 + _REPEATED / 2)

        stored = _wait_until_quiet(sender)
        assert [number for number in range(_EVENTS) if stored[number] == 0] == []
        assert [number for number, count in stored.items() if count > 1] == []
    finally:
        sender.take_away()


def _wait_until_quiet(sender: Sender) -> Counter[int]:
    """How often each number is in the archive, once everything that was sent has been worked off."""
    probe = sender.event(data={"probe": True})
    sender.post_event(probe)
    end = time.monotonic() + _END_SECONDS
    while time.monotonic() < end:
        # One shard and one order: what was sent before the probe has been worked off when it is there.
        found = sender.stored()
        if any("probe" in event["data"] for event in found):
            return Counter(event["data"]["number"] for event in found if "number" in event["data"])
        time.sleep(1)
    raise AssertionError(f"the last event is not in the archive after {_END_SECONDS} s")
