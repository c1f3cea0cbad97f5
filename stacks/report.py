"""The report that a synthesis ends with."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stacks.settings import Environment

_HEADER = ("stack", "resources", "packages", "where")


def synthesis_report(outdir: Path, environments: Sequence[Environment]) -> str:
    """A table of every stack in `outdir`, what deviates from the safe defaults, and what to do next."""
    manifest = json.loads((outdir / "manifest.json").read_text())
    rows = [_row(outdir, stack) for stack in manifest["stacks"].values()]
    lines = [_HEADER, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADER))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    chosen = ", ".join(_title(environment) for environment in environments)
    parts = [f"Environments: {chosen}", "", *table, ""]
    deviations = [text for environment in environments for text in _deviations(environment)]
    if deviations:
        parts += ["Less safe than the defaults, as the settings say:", *deviations, ""]
    first = environments[0]
    stack = first.pipelines[0].name
    parts.append(f"Next: `./cdktf diff {stack}` shows what would change, `./cdktf deploy {stack}` changes it.")
    bootstrap = f"TAP_BOOTSTRAP=1 ./cdktf deploy {first.state.name}"
    parts.append(f"Before the first deploy, create the bucket of the state: `{bootstrap}` (step 2 in README.md).")
    return "\n".join(parts)


def _row(outdir: Path, stack: dict[str, Any]) -> tuple[str, str, str, str]:
    path = outdir / stack["synthesizedStackPath"]
    resources: dict[str, dict[str, Any]] = json.loads(path.read_text())["resource"]
    packages = len(resources.get("aws_lambda_function", {}))
    return stack["name"], str(sum(map(len, resources.values()))), str(packages), os.path.relpath(path)


def _title(environment: Environment) -> str:
    return f"{environment.suffix} (settings of {environment.name})" if environment.is_ephemeral else environment.name


def _deviations(environment: Environment) -> list[str]:
    settings = environment.settings
    found = {
        "api.auth = open": settings.api.auth == "open",
        "protection.force_destroy = true": settings.protection.force_destroy,
        "protection.deletion_protection = false": not settings.protection.deletion_protection,
        "observability.tracing = false": not settings.observability.tracing,
        "ledger.point_in_time_recovery = false": not settings.ledger.point_in_time_recovery,
        "deduplication.days = 0": not settings.deduplication.days,
        "alarms.emails = []": not settings.alarms.emails,
    }
    names = [name for name, deviates in found.items() if deviates]
    return [f"  {_title(environment)}: {', '.join(names)}"] if names else []
