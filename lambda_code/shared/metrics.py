"""Metrics as lines of log in CloudWatch's embedded metric format: no call, no permission, no wait."""

import time
from collections.abc import Callable, Mapping

import msgspec

NAMESPACE = "TapStack"

_UNITS = {"BytesStored": "Bytes", "BytesImported": "Bytes"}


def print_metrics(
    stack: str, function: str, values: Mapping[str, int], *, clock: Callable[[], float] = time.time
) -> None:
    """Print one line that holds the values under the dimensions Stack and Function."""
    metrics = [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in values]
    definition = {"Namespace": NAMESPACE, "Dimensions": [["Stack", "Function"]], "Metrics": metrics}
    header = {"Timestamp": int(clock() * 1000), "CloudWatchMetrics": [definition]}
    line = {"_aws": header, "Stack": stack, "Function": function, **values}
    print(msgspec.json.encode(line).decode())
