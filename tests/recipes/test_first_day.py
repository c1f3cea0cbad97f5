"""What users do on their first day, as the documentation says it: whatever they fill in, everything stays green."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.recipes.copies import Copy, documented

pytestmark = pytest.mark.slow


def _everything_at_once(copy: Copy) -> set[str]:
    """Accounts, owners, regions moved, added and removed, an environment more and one less, settings of each kind."""
    mine = {
        "account_id": '"210987654321"',
        "owner": '"Shop / orders"',
        "cost_centre": '"4711"',
        "repository": '"https://git.example.org/shop/events"',
    }
    # Other regions, and people who get the alarms.
    copy.fill_in("dev", **mine, regions='["eu-west-1", "ap-southeast-2"]')
    copy.fill_in("dev", "state", region='"ap-southeast-2"')
    copy.fill_in("dev", "alarms", emails='["somebody@example.org"]', account_concurrency="500")
    copy.fill_in("dev", "observability", log_retention_days="365", tracing="false")
    # An environment more, with a region less and other choices; then one less.
    assert "tap-qa-eu-west-1" in copy.sh(documented("sh", "cp environments/dev.toml environments/qa.toml"))
    copy.fill_in("qa", account_id='"109876543210"', regions='["ap-southeast-2"]')
    copy.fill_in("qa", "stream", mode='"ON_DEMAND"', shards=None)
    copy.fill_in("qa", "api", auth='"iam"', cors_origins='["https://shop.example.org"]')
    copy.fill_in("qa", "deduplication", days="0")
    copy.settings("staging").unlink()
    # A region more, more shards, and what makes sense in production.
    regions = tomllib.loads(documented("toml", "regions = "))["regions"]
    copy.fill_in("prod", **mine, regions=str(regions))
    copy.fill_in("prod", "stream", shards="4", retention_hours="72")
    copy.fill_in("prod", "mapping", maximum_record_age_seconds="86400")
    copy.fill_in("prod", "storage", archive_expiration_days="400", failures_expiration_days="20")
    copy.fill_in("prod", "receiver", reserved_concurrency="50")
    copy.fill_in("prod", "alarms", emails='["somebody@example.org", "else@example.org"]', minimum_requests_per_hour="5")
    copy.fill_in("prod", "budget", monthly_usd="200")
    copy.fill_in("prod", "edge", domain_name='"events.example.org"', hosted_zone_id='"Z0123456789ABCDEFGHIJ"')
    copy.fill_in("prod", "delivery", repository='"shop@1/events@2"')
    return {
        *("tap-dev-state", "tap-dev-eu-west-1", "tap-dev-ap-southeast-2"),
        *("tap-qa-state", "tap-qa-ap-southeast-2"),
        *("tap-local-state", "tap-local-us-east-1"),
        *("tap-prod-state", "tap-prod-edge", "tap-prod-delivery", *(f"tap-prod-{region}" for region in regions)),
    }


def _a_single_environment(copy: Copy) -> set[str]:
    """None of those that came with the project, not even `local`; another project's name, one region."""
    copy.copy_environment("prod", "live")
    for name in ("dev", "local", "prod", "staging"):
        copy.settings(name).unlink()
    copy.fill_in("live", project='"shop"', architecture='"x86_64"', regions='["eu-central-1"]')
    return {"shop-live-state", "shop-live-eu-central-1"}


@pytest.mark.parametrize("recipe", [_everything_at_once, _a_single_environment])
def test_settings_can_be_filled_in_and_all_stays_green(recipe: Callable[[Copy], set[str]], tmp_path: Path) -> None:
    copy = Copy.make(tmp_path / "project")
    stacks = recipe(copy)
    copy.synth()
    assert copy.synthesized() == stacks
    assert copy.docs() == []
    assert " passed" in copy.test()


def test_what_is_wrong_is_named_with_file_and_line_by_the_tests_too(tmp_path: Path) -> None:
    copy = Copy.make(tmp_path / "project")
    copy.fill_in("dev", account_id='"1234"')
    copy.fill_in("prod", "stream", shards="0")
    with pytest.raises(AssertionError) as raised:
        copy.test()
    assert 'environments/dev.toml:3: account_id: got "1234"; allowed: 12 digits' in str(raised.value)
    assert "stream.shards: got 0; allowed: 1 to 500" in str(raised.value)
    assert "Traceback" not in str(raised.value)
