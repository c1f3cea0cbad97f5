"""Which deployed function, buckets, stream and table belong to a stack."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from modules.names import Kind, Names
from stacks.settings import Environment, SettingsError, select_environments

_OUTPUTS = ("processor_function", "failures_bucket", "archive_bucket", "stream_name", "alerts_topic_arn")


class TargetError(Exception):
    """The stack can't be found, or its outputs can't be read; the text is for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What belongs to a pipeline.

    `ledger_table`, and what its archive is queried with (`workgroup`, `database`, `compactor`), only if it has one;
    `endpoint_url` only if it is on an emulator.
    """

    region: str
    account_id: str
    processor: str
    failures_bucket: str
    archive_bucket: str
    stream: str
    ledger_table: str | None
    workgroup: str | None = None
    database: str | None = None
    compactor: str | None = None
    endpoint_url: str | None = None


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Adds the option `--outputs`: the file for `find_target`."""
    parser.add_argument(
        "--outputs",
        type=Path,
        metavar="FILE",
        help="read names from `terraform output -json` or `cdktf output --outputs-file` instead of environments/",
    )


def find_target(stack: str, outputs: Path | None, folder: Path, environ: Mapping[str, str]) -> Target:
    """By a file of the stack's outputs, if there is one, else by the settings in the folder. Raises TargetError."""
    return from_outputs(stack, outputs) if outputs else from_settings(stack, folder, environ)


def from_settings(stack: str, folder: Path, environ: Mapping[str, str]) -> Target:
    """Compute the names, as synthesis does. Raises TargetError."""
    try:
        environments = select_environments(folder, environ)
    except SettingsError as error:
        raise TargetError(str(error)) from None
    targets = {name: target for each in environments for name, target in targets_of(each).items()}
    if stack not in targets:
        raise TargetError(
            f"there is no stack {stack!r}; there is: {', '.join(targets)}. An ephemeral environment, such as pr42 made "
            "of dev, needs TAP_ENVIRONMENT=dev and TAP_ENVIRONMENT_SUFFIX=pr42, as when it was deployed"
        )
    return targets[stack]


def targets_of(environment: Environment) -> dict[str, Target]:
    """The environment's pipelines, by the names of their stacks."""
    settings = environment.settings
    targets = {}
    for region in settings.regions:
        names = Names(
            project=settings.project, suffix=environment.suffix, region=region, account_id=settings.account_id
        )
        targets[environment.pipeline(region).name] = Target(
            region=region,
            account_id=settings.account_id,
            processor=names("processor", Kind.FUNCTION),
            failures_bucket=names("failures", Kind.BUCKET),
            archive_bucket=names("archive", Kind.BUCKET),
            stream=names("events", Kind.STREAM),
            ledger_table=names("ledger", Kind.TABLE) if settings.deduplication.days else None,
            workgroup=names("queries", Kind.WORKGROUP) if settings.query.enabled else None,
            database=names("events", Kind.DATABASE) if settings.query.enabled else None,
            compactor=names("compactor", Kind.FUNCTION) if settings.query.compacts else None,
            endpoint_url=settings.emulator.endpoint_url if settings.emulator else None,
        )
    return targets


def from_outputs(stack: str, path: Path) -> Target:
    """Read `terraform output -json`, or what `cdktf output --outputs-file` writes. Raises TargetError."""
    values = _outputs(stack, path)
    missing = [name for name in _OUTPUTS if name not in values]
    topic = values.get("alerts_topic_arn", "").split(":")  # the output that tells region and account
    if missing or len(topic) != 6:
        what = ", ".join(missing) or "ARN in alerts_topic_arn"
        raise TargetError(f"{path}: no {what}; allowed: the outputs of the stack {stack}")
    return Target(
        region=topic[3],
        account_id=topic[4],
        processor=values["processor_function"],
        failures_bucket=values["failures_bucket"],
        archive_bucket=values["archive_bucket"],
        stream=values["stream_name"],
        ledger_table=values.get("ledger_table"),
        workgroup=values.get("query_workgroup"),
        database=values.get("query_database"),
        compactor=values.get("compactor_function"),
    )


def _outputs(stack: str, path: Path) -> dict[str, str]:
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise TargetError(f"{path}: can't be read: {error.strerror}") from None
    except ValueError:
        raise TargetError(f"{path}: not JSON; allowed: what `terraform output -json` prints") from None
    of_stack = data.get(stack, data) if isinstance(data, dict) else None
    if not isinstance(of_stack, dict):
        return {}
    values = {name: body.get("value") if isinstance(body, dict) else body for name, body in of_stack.items()}
    return {name: value for name, value in values.items() if isinstance(value, str)}
