"""What an environment with `production = true` must not do."""

from typing import Any

import pytest

from stacks.settings import SettingsError, parse_settings

_STRICT: dict[str, Any] = {
    "account_id": "333333333333",
    "regions": ["us-east-1"],
    "owner": "team",
    "cost_centre": "engineering",
    "repository": "https://github.com/example/tapstack",
    "state": {"region": "us-east-1"},
    "observability": {"log_retention_days": 365},
    "alarms": {"emails": ["alerts@example.com"]},
}


def _told(changes: dict[str, Any], environment: str = "live") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse_settings({**_STRICT, **changes}, environment=environment)
    return [str(problem).removeprefix("settings: ") for problem in caught.value.problems]


def test_production_is_the_default() -> None:
    assert parse_settings(_STRICT).production


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"api": {"auth": "open"}}, 'api.auth: got "open"; allowed: signature, iam or jwt in production'),
        (
            {"api": {"cors_origins": ["*"]}},
            'api.cors_origins: got ["*"]; allowed: https origins only, no * in production',
        ),
        (
            {"api": {"cors_origins": ["https://a.example.com", "http://b.example.com"]}},
            'api.cors_origins: got ["https://a.example.com", "http://b.example.com"]; '
            "allowed: https origins only, no * in production",
        ),
        (
            {"protection": {"force_destroy": True}},
            "protection.force_destroy: got true; allowed: false in production; a destroy would empty the buckets",
        ),
        (
            {"protection": {"deletion_protection": False}},
            "protection.deletion_protection: got false; allowed: true in production",
        ),
        (
            {"protection": {"kms_deletion_window_days": 29}},
            "protection.kms_deletion_window_days: got 29; allowed: 30 in production",
        ),
        (
            {"protection": {"secret_recovery_window_days": 0}},
            "protection.secret_recovery_window_days: got 0; allowed: 30 in production",
        ),
        (
            {"observability": {"log_retention_days": 180}},
            "observability.log_retention_days: got 180; allowed: 365 or more in production",
        ),
        (
            {"observability": {}},
            "observability.log_retention_days: got 90 (the default); allowed: 365 or more in production",
        ),
        (
            {"alarms": {}},
            "alarms.emails: got [] (the default); allowed: at least one e-mail address in production; "
            "name who is notified of alarms",
        ),
        (
            {"emulator": {"endpoint_url": "http://localhost:4566"}},
            "emulator: got a table; allowed: no [emulator] in production; remove the table, or set production = false",
        ),
    ],
)
def test_production_refuses(changes: dict[str, Any], told: str) -> None:
    assert _told(changes) == [told]


@pytest.mark.parametrize("section", ["api", "protection", "observability", "alarms", "emulator"])
def test_what_production_refuses_is_allowed_elsewhere(section: str) -> None:
    loose = {
        "api": {"auth": "open", "cors_origins": ["*", "http://localhost:3000"]},
        "protection": {
            "force_destroy": True,
            "deletion_protection": False,
            "kms_deletion_window_days": 7,
            "secret_recovery_window_days": 0,
        },
        "observability": {"log_retention_days": 1},
        "alarms": {"emails": []},
        "emulator": {"endpoint_url": "http://127.0.0.1:4566"},
    }
    settings = parse_settings({**_STRICT, "production": False, section: loose[section]})
    assert not settings.production


def test_the_environment_prod_is_a_production() -> None:
    told = "production: got false; allowed: true in the environment prod; remove the line"
    assert _told({"production": False}, environment="prod") == [told]


def test_production_rules_wait_for_a_production_that_is_a_boolean() -> None:
    told = 'production: got "yes"; allowed: true or false; write it without quotes'
    assert _told({"production": "yes", "alarms": {}}) == [told]
