"""What the runbook says about each failure mode, from the catalogue."""

from modules.alarm_catalogue import CATALOGUE
from modules.alarms_settings import AlarmSettings
from modules.failure_mode import FailureMode, Setting


def overview() -> str:
    """A table of all failure modes, each with a link to its section."""
    rows = [f"| [{mode.title}](#{mode.id}) | `{mode.metric}` | {threshold(mode)} |" for mode in CATALOGUE]
    return "\n".join(["| alarm | metric | threshold |", "| --- | --- | --- |", *rows, ""])


def sections() -> str:
    """A section for each failure mode, with the anchor that its alarms link to."""
    return "\n".join(map(_section, CATALOGUE))


def threshold(mode: FailureMode) -> str:
    """Which values breach the threshold, and which settings decide that."""
    comparison = "<" if mode.below else "\u2265"
    if not isinstance(mode.threshold, Setting):
        return f"{comparison} {mode.threshold:g} {mode.unit}"
    name, limit = mode.threshold.name, mode.threshold.percent_of
    unit = f"% of {limit.value}" if limit else mode.unit
    return f"{comparison} `alarms.{name}` {unit}"


def _optional(mode: FailureMode) -> str:
    if not isinstance(mode.threshold, Setting):
        return ""
    name = mode.threshold.name
    may_be_zero = any(getattr(one, "ge", None) == 0 for one in AlarmSettings.model_fields[name].metadata)
    return f"; 0 in `alarms.{name}` means no alarm" if may_be_zero else ""


def _section(mode: FailureMode) -> str:
    dimensions = [f"`{name}`" for name in mode.dimensions]
    dimensions += [f"`{name}` = `{value}`" for name, value in mode.fixed_dimensions.items()]
    return f"""<a id="{mode.id}"></a>

## {mode.title}

- **What it means**: {mode.means}
- **Metric**: `{mode.metric}`{_share(mode)} in `{mode.namespace}`, {mode.statistic}, by {", ".join(dimensions)}
- **Threshold**: {threshold(mode)}, in {_periods(mode)}{_optional(mode)}
- **What to do**: {mode.action}
"""


def _share(mode: FailureMode) -> str:
    if mode.percent_of is None:
        return ""
    return f" as a percentage of `{mode.percent_of}` (where that is {mode.percent_from} or more)"


def _periods(mode: FailureMode) -> str:
    length = f"{mode.period_seconds // 60 if mode.period_seconds else '`alarms.evaluation_minutes`'} minutes"
    if mode.evaluated_periods == 1:
        return f"a period of {length}"
    return f"{mode.breaching_periods} of {mode.evaluated_periods} periods of {length}"
