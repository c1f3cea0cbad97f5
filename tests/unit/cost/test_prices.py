"""The price list is whole, dated, and says of which regions it is."""

import dataclasses
from datetime import date

import pytest

from stacks.regions import KNOWN_REGIONS
from tools.cost import prices
from tools.cost.prices import BASE, Price, covered_regions, price_list


def test_tiers_are_filled_one_after_the_other() -> None:
    price = Price(unit="requests", page="", per=1_000_000, tiers=[(300e6, 1.00), (float("inf"), 0.90)])
    assert price.usd(0) == 0
    assert price.usd(1_000_000) == pytest.approx(1.00)
    assert price.usd(300e6) == pytest.approx(300)
    assert price.usd(400e6) == pytest.approx(390)


def test_every_price_and_quota_has_its_page_and_every_figure_its_source() -> None:
    data, ours = prices._read("prices.toml"), prices._read("figures.toml")
    assert isinstance(data["date"], date)
    for name, entry in (data["prices"] | data["limits"]).items():
        assert entry["page"].startswith(("https://aws.amazon.com/", "https://docs.aws.amazon.com/")), name
    for name, entry in (ours["figures"] | ours["functions"]).items():
        assert entry["source"].startswith(("https://", "measured", "assumed", "log measured")), name


def test_tiers_go_up_and_get_cheaper_and_the_last_has_no_end() -> None:
    for name, price in price_list(BASE).prices.items():
        ends, amounts = zip(*price.tiers, strict=True)
        assert list(ends) == sorted(ends), name
        assert list(amounts) == sorted(amounts, reverse=True), name
        assert ends[-1] == float("inf"), name
        assert amounts[-1] > 0, name


def test_regions_with_prices_are_known_ones_and_one_of_them_is_the_base() -> None:
    assert BASE in covered_regions()
    assert set(covered_regions()) <= KNOWN_REGIONS


def test_of_another_region_it_is_said_that_its_prices_are_those_of_the_base() -> None:
    base, other = price_list(BASE), price_list("ap-south-1")
    assert base.is_covered
    assert not other.is_covered
    assert other.prices == base.prices


def test_a_region_may_have_some_prices_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    data = prices._read("prices.toml")
    data["regions"]["eu-west-1"] = {"http_api_request": 1.11}
    read = prices._read
    monkeypatch.setattr(prices, "_read", lambda name: data if name == "prices.toml" else read(name))
    found = price_list.__wrapped__("eu-west-1")
    assert found.is_covered
    assert found.prices["http_api_request"].usd(2_000_000) == pytest.approx(2.22)
    assert found.prices["secret"] == price_list(BASE).prices["secret"]


def test_a_price_list_can_be_compared() -> None:
    assert dataclasses.replace(price_list(BASE)) == price_list(BASE)
