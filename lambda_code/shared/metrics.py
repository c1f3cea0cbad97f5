"""Lines of log that are also metrics, in CloudWatch's embedded metric format: no call, no permission, no wait."""

import time
from collections.abc import Callable, Mapping

import msgspec

NAMESPACE = "TapStack"

_UNITS = {"BytesStored": "Bytes", "BytesImported": "Bytes"}


def print_metrics(
    stack: str,
    function: str,
    message: str,
    values: Mapping[str, int],
    about: Mapping[str, object],
    *,
    clock: Callable[[], float] = time.time,
) -> None:
    """Print one line: the values, counted under the dimensions Stack and Function, what happened, and more about it.

    It is what somebody reads and what CloudWatch counts, since every line of a request is paid for.
    """
    metrics = [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in values]
    definition = {"Namespace": NAMESPACE, "Dimensions": [["Stack", "Function"]], "Metrics": metrics}
    header = {"Timestamp": int(clock() * 1000), "CloudWatchMetrics": [definition]}
    line = {"_aws": header, "Stack": stack, "Function": function, "message": message, **about, **values}
    print(msgspec.json.encode(line).decode())
