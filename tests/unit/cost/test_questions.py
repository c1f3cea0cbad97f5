"""What a query costs follows from what it reads."""

import pytest

from stacks.traffic_settings import TrafficSettings
from tests.synthesized import Stack
from tests.unit.cost.stacks import resources_of
from tools.cost.prices import BASE
from tools.cost.questions import questions

_PER_MB = 5 / 1_000_000
_TRAFFIC = TrafficSettings(events_per_second=100, bytes_per_event=1024)


def test_a_query_costs_the_bytes_of_what_it_reads(dev: Stack) -> None:
    count, whole, raw = questions(resources_of(dev), _TRAFFIC, BASE)
    assert (count.what, whole.what, raw.what) == ("a count by type", "whole events", "before they are compacted")
    assert count.read_mb < whole.read_mb / 50
    assert whole.read_mb < raw.read_mb == pytest.approx(1024 * 0.18)
    assert whole.usd == pytest.approx(whole.read_mb * _PER_MB)
    assert raw.usd > raw.read_mb * _PER_MB, "each of the small objects is a request, too"


def test_a_query_costs_ten_megabytes_at_least(dev: Stack) -> None:
    count, *_ = questions(resources_of(dev), _TRAFFIC, BASE)
    assert count.read_mb < 10
    assert count.usd == pytest.approx(10 * _PER_MB)


def test_without_compaction_every_query_reads_the_archive_itself(every_stack: dict[str, Stack]) -> None:
    (only,) = questions(resources_of(every_stack["tap-uncompacted-us-east-1"]), _TRAFFIC, BASE)
    assert only.what == "any query"


def test_without_tables_nothing_can_be_asked(every_stack: dict[str, Stack]) -> None:
    assert list(questions(resources_of(every_stack["tap-unasked-us-east-1"]), _TRAFFIC, BASE)) == []
