"""What the golden list of addresses says that a stack has: it is what people reviewed."""

from pathlib import Path

from stacks.settings import Settings
from tests.integration.deployment import FUNCTIONS

_ADDRESSES = Path(__file__).parent.parent / "snapshot" / "addresses" / "pipeline.txt"
_ALARM = "aws_cloudwatch_metric_alarm.alarms_"
_HASH = 9  # `_` and the 8 characters that cdktf puts behind a nested id


def reviewed_alarms(settings: Settings) -> set[str]:
    """Every alarm that a stack with these settings has: `receiver-errors`, `events-lag`, ..."""
    lines = (line.split() for line in _ADDRESSES.read_text().splitlines())
    alarms = {words[0].removeprefix(_ALARM)[:-_HASH] for words in lines if words and words[0].startswith(_ALARM)}
    # Of one execution at most, one is no sign of anything.
    sizes = {role: getattr(settings, role).reserved_concurrency for role in FUNCTIONS}
    left_out = {f"{role}-concurrency" for role, reserved in sizes.items() if reserved == 1}
    if not settings.alarms.minimum_requests_per_hour:
        left_out.add("api-silence")
    if not settings.deduplication.days:
        left_out.add("ledger-throttled-claims")
    return alarms - left_out
