"""What a query costs, by Athena's own rule."""

import pytest

from tools.query.price import dollars, money, size


@pytest.mark.parametrize(
    ("read_bytes", "price"),
    [(0, "0.00005"), (10_000_000, "0.00005"), (11_000_001, "0.00006"), (3 * 10**9, "0.015"), (3 * 10**12, "15.00")],
)
def test_a_terabyte_costs_five_dollars_and_a_query_is_charged_for_ten_megabytes_at_least(
    read_bytes: int, price: str
) -> None:
    assert money(dollars(read_bytes)) == price


@pytest.mark.parametrize(
    ("bytes_", "words"), [(999, "999 bytes"), (1_200_000, "1.2 MB"), (5 * 10**9, "5.0 GB"), (2 * 10**15, "2000.0 TB")]
)
def test_sizes_are_told_in_powers_of_a_thousand(bytes_: int, words: str) -> None:
    assert size(bytes_) == words
