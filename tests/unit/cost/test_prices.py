"""The price list is whole, dated, and says of which regions it is."""

import dataclasses
from datetime import date

import pytest

from stacks.regions import KNOWN_REGIONS
from tools.cost import prices
from tools.cost.prices import BASE, Price, price_list


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


def test_regions_are_known_ones_and_name_prices_that_there_are() -> None:
    data = prices._read("prices.toml")
    assert BASE in data["regions"]
    assert set(data["regions"]) <= KNOWN_REGIONS
    for name, region in data["regions"].items():
        same, own = region["same"], region.get("own", {})
        assert {*(() if same == "*" else same), *own} <= set(data["prices"]), name
        assert same == "*" or set(same) & set(own) == set(), name


def test_of_another_region_all_prices_are_borrowed() -> None:
    base, other = price_list(BASE), price_list("ap-south-1")
    assert not base.borrowed
    assert other.borrowed == set(base.prices)
    assert other.prices == base.prices


def test_a_region_has_prices_of_its_own_the_same_ones_and_borrowed_ones() -> None:
    found, base = price_list("eu-west-1"), price_list(BASE)
    assert found.prices["http_api_request"].usd(400e6) == pytest.approx(300 * 1.11 + 100 * 1.00)
    assert found.prices["dynamodb_write_unit"].usd(2_000_000) == pytest.approx(1.41)
    assert found.prices["secret"] == base.prices["secret"]
    assert "secret" not in found.borrowed
    assert found.prices["kinesis_put_unit"] == base.prices["kinesis_put_unit"]
    assert "kinesis_put_unit" in found.borrowed
    assert not found.borrowed & {"http_api_request", "dynamodb_write_unit"}


def test_a_price_list_can_be_compared() -> None:
    assert dataclasses.replace(price_list(BASE)) == price_list(BASE)
