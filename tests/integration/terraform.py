"""The Terraform command line in the folder of one stack."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Done = subprocess.CompletedProcess[str]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Terraform:
    """Runs commands; all but `run` raise AssertionError with what Terraform printed when it fails."""

    folder: Path
    environ: Mapping[str, str]

    def run(self, *arguments: str) -> Done:
        """Whatever comes of it."""
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def succeed(self, *arguments: str) -> str:
        """What it printed."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"terraform {' '.join(arguments)}:\n{done.stdout[-3000:]}\n{done.stderr}"
        return done.stdout

    def init(self, *arguments: str) -> None:
        """Prepares the folder."""
        self.succeed("init", "-input=false", "-no-color", *arguments)

    def apply(self, *arguments: str) -> None:
        """Makes what the stack says, or what a saved plan says."""
        self.succeed("apply", "-input=false", "-no-color", "-auto-approve", *arguments)

    def destroy(self) -> None:
        """Removes all that the state knows."""
        self.succeed("destroy", "-input=false", "-no-color", "-auto-approve")

    def plan(self, file: Path, *arguments: str) -> Json:
        """The plan, as Terraform tells it to programs; kept in `file`."""
        self.succeed("plan", "-input=false", "-no-color", f"-out={file}", *arguments)
        found: Json = json.loads(self.succeed("show", "-json", str(file)))
        return found

    def outputs(self) -> dict[str, str]:
        """The values of the outputs, by name."""
        return {name: output["value"] for name, output in json.loads(self.succeed("output", "-json")).items()}

    def validate(self) -> list[str]:
        """Everything that Terraform finds wrong or doubtful, warnings too."""
        diagnostics = json.loads(self.run("validate", "-json").stdout)["diagnostics"]
        return [f"{found['severity']}: {found['summary']}: {found['detail']}" for found in diagnostics]


def changes(plan: Json) -> dict[str, list[str]]:
    """What a plan would do, by address."""
    actions = {change["address"]: change["change"]["actions"] for change in plan["resource_changes"]}
    return {address: action for address, action in actions.items() if action != ["no-op"]}
