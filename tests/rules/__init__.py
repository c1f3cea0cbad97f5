"""Rules that every synthesized stack must keep. Importing this package registers all of them in `RULES`."""

from tests.rules import (  # noqa: F401  # each registers its rules
    alarms,
    api,
    buckets,
    coverage,
    delivery,
    functions,
    isolation,
    keys,
    logs,
    names,
    notifications,
    query,
    roles,
    stores,
    stream,
    terraform,
)
from tests.rules.registry import RULES, Case, Rule, cases_of

__all__ = ["RULES", "Case", "Rule", "cases_of"]
