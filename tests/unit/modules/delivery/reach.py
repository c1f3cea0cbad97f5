"""A reach for tests."""

from typing import Any

from modules.delivery.reach import Reach
from modules.names import Names

NAMES = Names(project="tap", suffix="dev", region="us-east-1", account_id="111111111111")


def make_reach(**changed: Any) -> Reach:
    """The reach of `dev` in one region, with what is changed."""
    least: dict[str, Any] = {"names": NAMES, "suffixes": ("dev",), "regions": ("us-east-1",)}
    return Reach(**{**least, **changed})
