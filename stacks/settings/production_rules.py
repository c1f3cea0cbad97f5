"""What an environment with `production = true` must not do, and which environment must be one."""

from collections.abc import Callable
from typing import Any

from stacks.settings.rule import Refusal, Rule

_ALWAYS_PRODUCTION = "prod"


def _in_production(key: str, good: Callable[[Any], bool], allowed: str, advice: str = "") -> Rule:
    def check(value: object, production: bool) -> Refusal | None:
        return Refusal(f"{allowed} in production", advice) if production and not good(value) else None

    return Rule((key, "production"), check)


def _only_https(origins: tuple[str, ...]) -> bool:
    return all(origin.startswith("https://") for origin in origins)


PRODUCTION = (
    _in_production("api.auth", lambda auth: auth != "open", "signature, iam or jwt"),
    _in_production("api.cors_origins", _only_https, "https origins only, no *"),
    _in_production("protection.force_destroy", lambda on: not on, "false", "a destroy would empty the buckets"),
    _in_production("protection.deletion_protection", lambda on: on, "true"),
    _in_production("protection.kms_deletion_window_days", lambda days: days == 30, "30"),
    _in_production("protection.secret_recovery_window_days", lambda days: days == 30, "30"),
    _in_production("observability.log_retention_days", lambda days: days >= 365, "365 or more"),
    _in_production("alarms.emails", bool, "at least one e-mail address", "name who is notified of alarms"),
    _in_production("delivery.previews", lambda on: not on, "false", "a pull request would deploy into this account"),
    _in_production("emulator", lambda _table: False, "no [emulator]", "remove the table, or set production = false"),
)


def rules_for(environment: str) -> tuple[Rule, ...]:
    """Return the rules that hold because of an environment's name."""
    if environment != _ALWAYS_PRODUCTION:
        return ()

    def must_be_production(production: bool) -> Refusal | None:
        return None if production else Refusal("true in the environment prod", "remove the line")

    return (Rule(("production",), must_be_production),)
