"""The Terraform command line in the folder of one stack, ended when the command that runs it is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.local import process
from tools.local.errors import LocalError
from tools.local.process import OnLine

Json = dict[str, Any]

# What a person has set for other work: credentials, and arguments added to every command.
_NOT_OURS = ("AWS_", "TAP_", "TF_VAR_", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR")
# Stronger than what the stack says: its own state stays in a file, as long as the bucket for it isn't there.
_OVERRIDE = "state_override.tf.json"


def clean_environ(environ: Mapping[str, str], **more: str) -> dict[str, str]:
    """The variables without what was set for other work, and `more`."""
    kept = {name: value for name, value in environ.items() if not name.startswith(_NOT_OURS)}
    return kept | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "AWS_EC2_METADATA_DISABLED": "true"} | more


class TerraformError(LocalError):
    """A command failed; the text is what Terraform said about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terraform:
    """Runs commands in `folder`; everything they print is kept in `log`. All raise TerraformError."""

    folder: Path
    environ: Mapping[str, str]
    log: Path

    def init(self, *arguments: str) -> None:
        """Prepares the folder."""
        self.run("init", "-input=false", "-no-color", *arguments)

    def apply(self, on_line: OnLine) -> None:
        """Makes what the stack says; `on_line` gets what Terraform tells programs."""
        self.run("apply", "-input=false", "-auto-approve", "-json", on_line=on_line)

    def destroy(self, on_line: OnLine) -> None:
        """Removes all that the state knows."""
        self.run("destroy", "-input=false", "-auto-approve", "-json", on_line=on_line)

    def outputs(self) -> dict[str, str]:
        """The values of the outputs, by name."""
        return {name: output["value"] for name, output in json.loads(self.run("output", "-json")).items()}

    def move_state_to_file(self, name: str) -> None:
        """Takes the state out of the bucket, if there is one already, before the bucket is made or destroyed."""
        override = {"terraform": {"backend": {"local": {"path": name}}}}
        (self.folder / _OVERRIDE).write_text(json.dumps(override))

    def move_state_to_bucket(self) -> None:
        """Undoes `move_state_to_file`. Either takes effect at the next `init`."""
        (self.folder / _OVERRIDE).unlink(missing_ok=True)

    def run(self, *arguments: str, on_line: OnLine | None = None) -> str:
        """What it printed."""
        command = ["terraform", *arguments]
        ended = process.run(command, folder=self.folder, environ=self.environ, log=self.log, on_line=on_line)
        if ended.status:
            raise TerraformError(self._complaint(arguments[0], ended.lines))
        return "".join(ended.lines)

    def _complaint(self, command: str, lines: list[str]) -> str:
        reason = "\n".join(errors_in(lines)) or "".join(lines)[-2000:].strip() or "it said nothing"
        return f"terraform {command} of {self.folder.name} failed: {reason}\nAll that it said is in {self.log}"


def errors_in(lines: list[str]) -> list[str]:
    """Every error that a command printed, for programs or for people, each on one line."""
    found = [
        f"{at}{one['summary']}{': ' if one.get('detail') else ''}{' '.join(one.get('detail', '').split())}"
        for one in (message_of(line).get("diagnostic", {}) for line in lines)
        if one.get("severity") == "error"
        for at in ([f"{one['address']}: "] if one.get("address") else [""])
    ]
    text = "".join(line.lstrip("│╷╵ ") if line.strip(" │╷╵\n") else "\n" for line in lines if not line.startswith("{"))
    return found + [" ".join(part.split()) for part in text.split("Error: ")[1:]]


def message_of(line: str) -> Json:
    """A line of `-json`; empty where it is no such line."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class Counter:
    """Counts the resources that a command has finished, from the lines of `-json`."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._done = self._planned = 0

    def __call__(self, line: str) -> None:
        """Takes a line, and says how far it is."""
        message = message_of(line)
        kind = message.get("type")
        if kind == "change_summary":
            changes = message["changes"]
            count = sum(changes[name] for name in ("add", "change", "remove"))
            if changes["operation"] == "plan":
                self._planned = count
            else:
                self._say(f"{count} resources" if count else "nothing to do")
        elif kind == "apply_complete":
            self._done += 1
            self._say(f"{self._done} of {self._planned} resources")
