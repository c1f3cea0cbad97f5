"""What the commands say at their end."""

import json
from collections.abc import Sequence

from tools.local.accounts import SECRET_KEY
from tools.local.pipeline import Journey, Pipeline
from tools.local.record import Running

_SHOWN = 1  # events of each journey


def arrived(journeys: Sequence[Journey]) -> str:
    """What arrived, how long each part of its way took, and where it lies."""
    lines = ["Arrived, once each:"]
    for one in journeys:
        hops = ", ".join(f"{hop.name} {hop.seconds * 1000:.0f} ms" for hop in one.hops)
        lines += ["", f"  {one.what}, {one.region}: {hops}"]
        lines += [f"  s3://{one.bucket}/{key}" for key in dict.fromkeys(arrival.key for arrival in one.arrivals)]
        lines += [f"    {json.dumps(arrival.event)}" for arrival in one.arrivals[:_SHOWN]]
        lines += [f"    and {len(one.arrivals) - _SHOWN} more"] if len(one.arrivals) > _SHOWN else []
    return "\n".join(lines)


def next_steps(running: Running, pipelines: Sequence[Pipeline]) -> str:
    """What a person may do with what runs now."""
    first = pipelines[0].account
    variables = {
        "AWS_ENDPOINT_URL": running.url,
        "AWS_ACCESS_KEY_ID": first.account_id,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": first.region,
    }
    steps = (
        ("send another event", """make local-send ARGS='--data "{\\"total\\": 12}"'"""),
        ("what the functions log", "make local-logs"),
        ("alarms, and what is where", "make local-status"),
        ("deploy what you changed", "make local"),
        ("stop, and leave nothing", "make local-down"),
    )
    return "\n".join(
        [
            f"It keeps running at {running.url} (process {running.pid}). Next:",
            *(f"  {what:26} {command}" for what, command in steps),
            *(f"  {'health, ' + one.account.region:26} curl '{one.url}/health'" for one in pipelines),
            f"  {'any AWS tool':26} {' '.join(f'{name}={value}' for name, value in variables.items())} aws s3 ls",
        ]
    )
