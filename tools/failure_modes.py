"""What the runbook says about each failure mode: a list of facts from the catalogue, then steps written by hand.

A section is found by its anchor, the failure mode's id. Its steps begin after the list and are kept as they are. A new
failure mode gets steps to start from.
"""

import re

from modules.alarm_catalogue import CATALOGUE
from modules.alarms_settings import AlarmSettings
from modules.failure_mode import FailureMode, Setting


def overview() -> str:
    """A table of all failure modes, each with a link to its section."""
    rows = [
        f"| [{mode.title}](#{mode.id}) | {mode.severity} | `{mode.metric}` | {threshold(mode)} |" for mode in CATALOGUE
    ]
    return "\n".join(["| alarm | severity | metric | threshold |", "| --- | --- | --- | --- |", *rows, ""])


STEPS = ("Look", "Tell apart", "Do", "Over when")
"""What the steps of a section say, in this order."""

_SECTION = re.compile(r'^<a id="([^"]+)"></a>\n\n## .*\n\n(?:- .*\n)+', re.MULTILINE)


class OrphanError(Exception):
    """The runbook has steps for a failure mode that is not in the catalogue; the text names it."""


def sections(before: str) -> str:
    """A section for each failure mode, with the anchor that its alarms link to, and its steps as they were before.

    Raises OrphanError, so that no steps are lost with a renamed or removed entry.
    """
    kept = steps(before)
    if orphans := sorted(kept.keys() - {mode.id for mode in CATALOGUE}):
        raise OrphanError(
            f"docs/runbook.md has steps for {', '.join(orphans)}, which CATALOGUE in modules/alarm_catalogue.py does "
            "not have: rename the anchor of the section as the entry was renamed, or remove the section"
        )
    return "\n".join(f"{_facts(mode)}\n{kept.get(mode.id) or _first_steps(mode)}\n" for mode in CATALOGUE)


def steps(text: str) -> dict[str, str]:
    """The steps of every section of the text, by the id of its failure mode."""
    _, *parts = _SECTION.split(text)
    return {id_: body.strip() for id_, body in zip(parts[::2], parts[1::2], strict=True)}


def threshold(mode: FailureMode) -> str:
    """Which values breach the threshold, and which settings decide that."""
    return f"{_number(mode)}{_share(mode)}"


def _number(mode: FailureMode) -> str:
    comparison = "<" if mode.below else "\u2265"
    if not isinstance(mode.threshold, Setting):
        return f"{comparison} {mode.threshold:g} {mode.unit}"
    name, limit, minutes = mode.threshold.name, mode.threshold.percent_of, mode.threshold.minutes
    unit = f"% of {limit.value}" if limit else mode.unit
    sooner = f"`alarms.{minutes}` minutes, or " if minutes else ""
    return f"{comparison} {sooner}`alarms.{name}` {unit}{' if that is less' if minutes else ''}"


def _optional(mode: FailureMode) -> str:
    if not isinstance(mode.threshold, Setting):
        return ""
    name = mode.threshold.name
    may_be_zero = any(getattr(one, "ge", None) == 0 for one in AlarmSettings.model_fields[name].metadata)
    return f"; 0 in `alarms.{name}` means no alarm" if may_be_zero else ""


def _first_steps(mode: FailureMode) -> str:
    """Steps that hold for any alarm, to be replaced by better ones."""
    query = f"MetricAlarms[?contains(AlarmName, '-{mode.id}-')].[AlarmName, StateValue, StateReason]"
    return f"""**Look** at what the alarm saw:

```sh
aws cloudwatch describe-alarms --query "{query}" --output text
```

**Tell apart**: if an alarm of a part before this one went off first, its cause is probably this one's, too; if
a deploy came first, that is.

**Do**: {mode.action}

**Over when** the alarm is back at `OK`."""


def _facts(mode: FailureMode) -> str:
    dimensions = [f"`{name}`" for name in mode.dimensions]
    dimensions += [f"`{name}` = `{value}`" for name, value in mode.fixed_dimensions.items()]
    return f"""<a id="{mode.id}"></a>

## {mode.title}

- **What it means**: {mode.means}
- **Metric**: `{mode.metric}` in `{mode.namespace}`, {mode.statistic}, by {", ".join(dimensions)}
- **Threshold**: {threshold(mode)}, in {_periods(mode)}{_optional(mode)}
- **What to do**: {mode.action}
"""


def _share(mode: FailureMode) -> str:
    if mode.share is None:
        return ""
    return f", and \u2265 `alarms.{mode.share.percent}` % of `{mode.share.of}`"


def _periods(mode: FailureMode) -> str:
    length = f"{mode.period_seconds // 60 if mode.period_seconds else '`alarms.evaluation_minutes`'} minutes"
    if mode.evaluated_periods == 1:
        return f"a period of {length}"
    return f"{mode.breaching_periods} of {mode.evaluated_periods} periods of {length}"
