"""What the commands print at the end."""

import json
from collections.abc import Sequence

from tools.local.accounts import SECRET_KEY
from tools.local.pipeline import Journey, Pipeline
from tools.local.record import Running

_SHOWN = 1  # events of each thing sent


def arrived(journeys: Sequence[Journey]) -> str:
    """What arrived, how long each part of its path took, and where it is stored."""
    lines = ["Arrived, once each:"]
    for one in journeys:
        hops = ", ".join(f"{hop.name} {hop.seconds * 1000:.0f} ms" for hop in one.hops)
        lines += ["", f"  {one.what}, {one.region}: {hops}"]
        lines += [f"  s3://{one.bucket}/{key}" for key in dict.fromkeys(arrival.key for arrival in one.arrivals)]
        lines += [f"    {json.dumps(arrival.event)}" for arrival in one.arrivals[:_SHOWN]]
        lines += [f"    and {len(one.arrivals) - _SHOWN} more"] if len(one.arrivals) > _SHOWN else []
    return "\n".join(lines)


def next_steps(running: Running, pipelines: Sequence[Pipeline]) -> str:
    """What to do next with the running pipeline."""
    first = pipelines[0].account
    variables = {
        "AWS_ENDPOINT_URL": running.url,
        "AWS_ACCESS_KEY_ID": first.account_id,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": first.region,
    }
    steps = (
        ("send another event", """make local-send ARGS='--data "{\\"total\\": 12}"'"""),
        ("ask what is stored", """make query SQL="select type, count(*) from events group by 1\""""),
        ("show the functions' logs", "make local-logs"),
        ("show alarms and objects", "make local-status"),
        ("deploy your changes", "make local"),
        ("destroy and stop", "make local-down"),
    )
    return "\n".join(
        [
            f"Running at {running.url} (process {running.pid}). Next:",
            *(f"  {what:26} {command}" for what, command in steps),
            *(f"  {'check health, ' + one.account.region:26} curl '{one.url}/health'" for one in pipelines),
            f"  {'use any AWS tool':26} {' '.join(f'{name}={value}' for name, value in variables.items())} aws s3 ls",
        ]
    )
