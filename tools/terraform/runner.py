"""The Terraform command line in the folder of one stack, ended when the command that runs it is."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stacks.provider_lock import BINARY, binary, program
from tools import process
from tools.errors import ToolError
from tools.process import Done, OnLine
from tools.terraform.messages import Json, errors_in, said_to_people
from tools.terraform.provider import advice, lock_options, one_at_a_time

_INSTALL = {
    "terraform": "Terraform 1.11 or later (https://developer.hashicorp.com/terraform/install)",
    "opentofu": "OpenTofu 1.11 or later (https://opentofu.org/docs/intro/install)",
}
# Terraform merges it over what was synthesized (Terraform language, "Override Files").
_OVERRIDE = "state_override.tf.json"


class TerraformError(ToolError):
    """A command failed; the text is what Terraform said about it."""


@dataclass(frozen=True, slots=True)
class Terraform:
    """Runs commands in `folder`; everything they print is kept in `log`, too, if there is one.

    Nothing is asked: stdin is empty. All raise TerraformError where the program is missing, and, but for `run` and
    `watched`, where a command fails.
    """

    folder: Path
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    log: Path | None = None

    def run(self, *arguments: str, on_line: OnLine | None = None) -> Done:
        """Whatever comes of it; `on_line` gets each line of stdout."""
        command = [self._program(), *arguments]
        with one_at_a_time(self.environ, arguments):
            return process.run(command, folder=self.folder, environ=self.environ, log=self.log, on_line=on_line)

    def watched(self, *arguments: str) -> int:
        """Runs a command with its output shown; returns its exit status."""
        command = [self._program(), *arguments]
        sys.stdout.flush()  # what was printed before comes before
        with one_at_a_time(self.environ, arguments):
            return subprocess.run(command, cwd=self.folder, env=dict(self.environ), check=False).returncode

    def succeed(self, *arguments: str, on_line: OnLine | None = None) -> str:
        """What the command printed to stdout."""
        done = self.run(*arguments, on_line=on_line)
        if done.returncode:
            raise TerraformError(self._complaint(arguments[0], done))
        return done.stdout

    def init(self, *arguments: str) -> None:
        """Prepares the folder; of a stack for AWS with exactly the provider of its lock file."""
        try:
            self.succeed("init", "-input=false", "-no-color", *lock_options(self.folder), *arguments)
        except TerraformError as error:
            raise TerraformError(f"{error}{advice(self.folder, self.environ, str(error))}") from error

    def apply(self, *arguments: str, on_line: OnLine | None = None) -> None:
        """Applies the stack, or a saved plan; `on_line` gets the lines of Terraform's `-json`."""
        self.succeed("apply", "-input=false", "-auto-approve", _words(on_line), *arguments, on_line=on_line)

    def destroy(self, *arguments: str, on_line: OnLine | None = None) -> None:
        """Destroys everything in the state; `on_line` as with `apply`."""
        self.succeed("destroy", "-input=false", "-auto-approve", _words(on_line), *arguments, on_line=on_line)

    def plan(self, file: Path, *arguments: str) -> str:
        """Saves a plan in `file`; returns what Terraform prints about it."""
        return self.succeed("plan", "-input=false", "-no-color", f"-out={file}", *arguments)

    def show(self, file: Path) -> str:
        """A plan that was kept, as JSON."""
        text = self.succeed("show", "-json", str(file))
        self.read("show", text)
        return text

    def planned(self, file: Path, *arguments: str) -> Json:
        """`plan` and `show`, read."""
        self.plan(file, *arguments)
        return self.read("show", self.succeed("show", "-json", str(file)))

    def outputs(self) -> dict[str, str]:
        """The values of the outputs, by name."""
        return {name: output["value"] for name, output in self.read("output", self.succeed("output", "-json")).items()}

    def version(self) -> str:
        """Terraform's version, such as `1.11.4`."""
        return str(self.read("version", self.succeed("version", "-json"))["terraform_version"])

    def validate(self) -> list[str]:
        """All of Terraform's errors and warnings."""
        diagnostics = self.read("validate", self.run("validate", "-json").stdout)["diagnostics"]
        return [f"{found['severity']}: {found['summary']}: {found.get('detail', '')}" for found in diagnostics]

    def read(self, command: str, printed: str) -> Json:
        """What a command printed to stdout as JSON; raises TerraformError where something else got into it."""
        try:
            found: Json = json.loads(printed)
        except ValueError:
            words = printed.strip().splitlines()[:1] or ["nothing"]
            raise TerraformError(
                f"{binary(self.environ)} {command} -json printed something else than JSON to stdout in "
                f"{self.folder.name}; its first line: {words[0][:200]}\nIf {binary(self.environ)} is a script around "
                f"another program, let it print to stderr what is its own, or name the program in {BINARY}"
            ) from None
        return found

    def keep_state_in_file(self, name: str = "terraform.tfstate") -> None:
        """Keeps the state in a file of the folder, from the next `init` on: as long as its bucket doesn't exist."""
        override = {"terraform": {"backend": {"local": {"path": name}}}}
        (self.folder / _OVERRIDE).write_text(json.dumps(override))

    def keep_state_in_bucket(self) -> None:
        """Keeps the state where the stack says, from the next `init` on."""
        (self.folder / _OVERRIDE).unlink(missing_ok=True)

    def _program(self) -> str:
        name = binary(self.environ)
        if shutil.which(name, path=self.environ.get("PATH")) is None:
            named = f", as {BINARY} names it," if self.environ.get(BINARY) else ""
            known = _INSTALL[program(self.environ)]
            raise TerraformError(f"{name}{named} is not installed: install {known} and run the same command again")
        return name

    def _complaint(self, command: str, done: Done) -> str:
        what = f"{binary(self.environ)} {command} failed in {self.folder.name}"
        if self.log is None:
            return f"{what}:\n{done.stderr.strip() or done.stdout.strip() or 'it printed nothing'}"
        reasons = errors_in(done.stdout) + said_to_people(done.stdout) + said_to_people(done.stderr)
        reason = "\n".join(reasons) or (done.stderr or done.stdout)[-2000:].strip() or "it printed nothing"
        return f"{what}: {reason}\nAll that it printed is in {self.log}"


def _words(on_line: OnLine | None) -> str:
    return "-json" if on_line else "-no-color"
