"""docs/leaving.md: with CDK Terrain, every stack of every kind comes out as it does with CDKTF."""

from pathlib import Path

import pytest

from tests.recipes.copies import Copy, documented

pytestmark = pytest.mark.slow


def test_every_stack_is_the_same_with_cdk_terrain(tmp_path: Path) -> None:
    copy = Copy.make(tmp_path / "project")
    copy.fill_in("dev", "api", auth='"jwt"', jwt_issuer='"https://login.example.com/"', jwt_audience='["events"]')
    copy.fill_in("staging", "stream", mode='"ON_DEMAND"', shards=None)
    copy.fill_in("staging", "deduplication", days="0")
    copy.fill_in("prod", "edge", domain_name='"events.example.org"', hosted_zone_id='"Z0123456789ABCDEFGHIJ"')
    copy.fill_in("prod", "delivery", repository='"shop@1/events@2"')
    copy.synth()
    said = copy.sh(documented("sh", "make cdk-terrain"))
    assert {line.split()[1] for line in said.splitlines() if line.startswith("same ")} == copy.synthesized()
    assert "DIFFERENT" not in said
    assert {"tap-prod-edge", "tap-prod-delivery"} <= copy.synthesized()
