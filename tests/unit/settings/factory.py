"""Settings for tests: the least that is valid, and what a test changes in it."""

from typing import Any

from stacks.settings import Settings, parse_settings

_LEAST: dict[str, Any] = {
    "production": False,
    "account_id": "111111111111",
    "regions": ["us-east-1"],
    "owner": "team",
    "cost_centre": "engineering",
    "repository": "https://github.com/example/tapstack",
    "state": {"region": "us-east-1"},
}


def make_settings(**overrides: Any) -> Settings:
    """Return valid settings with overrides, as nested dicts: `make_settings(stream={"shards": 2})`."""
    return parse_settings(_merged(_LEAST, overrides))


def _merged(base: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    merged = {**base, **overrides}
    for key, value in overrides.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merged[key] = _merged(base[key], value)
    return merged
