"""What the golden list of addresses says that a stack has: it is what people reviewed."""

from pathlib import Path

from modules.alarm_catalogue import CATALOGUE
from modules.failure_mode import Limit, Setting
from stacks.settings import FUNCTIONS, Settings

_ADDRESSES = Path(__file__).parent.parent / "snapshot" / "addresses" / "pipeline.txt"
_ALARM = "aws_cloudwatch_metric_alarm.alarms_"
_HASH = 9  # `_` and the 8 characters that cdktf puts behind a nested id


def reviewed_alarms(settings: Settings) -> set[str]:
    """Every alarm that a stack with these settings has: `receiver-errors`, `events-lag`, ..."""
    lines = (line.split() for line in _ADDRESSES.read_text().splitlines())
    alarms = {words[0].removeprefix(_ALARM)[:-_HASH] for words in lines if words and words[0].startswith(_ALARM)}
    return {alarm for alarm in alarms if not _left_out(alarm, settings)}


def _left_out(alarm: str, settings: Settings) -> bool:
    """Whether the settings leave out what it watches: by a threshold of 0, or executions that can't be many."""
    mode = max((mode for mode in CATALOGUE if alarm.endswith(f"-{mode.id}")), key=lambda mode: len(mode.id))
    subject = alarm.removesuffix(f"-{mode.id}")
    if subject == "ledger" and not settings.deduplication.days:
        return True
    if subject in FUNCTIONS and subject not in settings.functions:
        return True
    if not isinstance(mode.threshold, Setting):
        return False
    if mode.threshold.percent_of is Limit.CONCURRENCY and subject in FUNCTIONS:
        return not _may_be_throttled(subject, settings)
    return not getattr(settings.alarms, mode.threshold.name)


def _may_be_throttled(function: str, settings: Settings) -> bool:
    """Whether it can have most of the executions that it may have: the processor has those of the stream's lanes."""
    limit = getattr(settings, function).reserved_concurrency or settings.alarms.account_concurrency
    lanes = settings.stream.shards * settings.mapping.parallelization_factor
    bounded = function == "processor" and settings.stream.mode == "PROVISIONED"
    return limit > 1 and limit * settings.alarms.concurrency_percent <= 100 * (lanes if bounded else limit)
