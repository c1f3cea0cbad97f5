"""`make cost`: what the synthesized stacks cost in a month, for the traffic that the settings declare.

`python -m tools.cost [STACK ...]`: names, or patterns. TAP_ENVIRONMENT chooses environments.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch

from pydantic import ValidationError

from stacks.identity import StackIdentity
from stacks.settings import SettingsError
from stacks.settings.wording import allowed_text
from stacks.traffic_settings import TrafficSettings
from tools.cost.declared import declared_by
from tools.cost.report import EnvironmentCost, cost_of, data_of, footer, parts_of
from tools.cost.resources import read_synthesized
from tools.cost.tables import as_markdown, draw
from tools.errors import ToolError
from tools.synthesized import OUTDIR, identities, stack_folders

_FIELDS = TrafficSettings.model_fields


def main(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Print what stacks cost; return the exit status: 1 for what can't be read, 2 for a wrong call."""
    parser = _parser()
    options = parser.parse_args(arguments)
    overrides = {name: value for name in _FIELDS if (value := getattr(options, name)) is not None}
    _check(parser, overrides)
    try:
        found = list(_costs(_chosen(options.stack, environ.get("TAP_ENVIRONMENT")), overrides))
    except (ToolError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.format == "json":
        print(json.dumps([data_of(cost) for cost in found], indent=2))
        return 0
    parts = [part for cost in found for part in parts_of(cost)] + [footer()]
    if options.format == "markdown":
        print(as_markdown(parts), end="")
    else:
        draw(parts, sys.stdout)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.cost", description="Say what stacks cost in a month.")
    parser.add_argument("stack", nargs="*", help="a name or a pattern (default: every synthesized stack)")
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table")
    for name, field in _FIELDS.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=int, metavar="N", help=f"instead of traffic.{name}: {field.description}")
    return parser


def _check(parser: argparse.ArgumentParser, overrides: Mapping[str, int]) -> None:
    try:
        TrafficSettings(**overrides)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        allowed = allowed_text(_FIELDS[name].annotation, _FIELDS[name].metadata)
        parser.error(f"--{name.replace('_', '-')}: got {overrides[name]}; allowed: {allowed}")


def _chosen(patterns: Sequence[str], environments: str | None) -> dict[str, list[StackIdentity]]:
    """The stacks of each environment, by its suffix."""
    known = identities()
    if unknown := [one for one in patterns if not any(fnmatch(name, one) for name in known)]:
        raise ToolError(f"no stack {', '.join(unknown)}; synthesized are: {', '.join(known)}")
    wanted = [name.strip() for name in environments.split(",")] if environments else None
    found: dict[str, list[StackIdentity]] = {}
    for name, identity in known.items():
        is_named = not patterns or any(fnmatch(name, one) for one in patterns)
        if is_named and (wanted is None or identity.environment in wanted):
            found.setdefault(identity.suffix, []).append(identity)
    if not found:
        raise ToolError(f"no stack of {environments} was synthesized, only: {', '.join(known)}; run `make synth` first")
    return found


def _costs(chosen: Mapping[str, Sequence[StackIdentity]], overrides: Mapping[str, int]) -> Iterator[EnvironmentCost]:
    folders = stack_folders(OUTDIR)
    for suffix, stacks in chosen.items():
        declared = declared_by(stacks[0].environment, overrides)
        if declared.is_emulated:
            print(f"{suffix}: runs on an emulator, which costs nothing", file=sys.stderr)
            continue
        yield EnvironmentCost(
            name=suffix,
            traffic=declared.traffic,
            budget_usd=declared.budget_usd,
            stacks=[cost_of(each, read_synthesized(folders[each.name]), declared) for each in stacks],
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
