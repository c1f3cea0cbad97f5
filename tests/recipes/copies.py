"""A copy of the project in which a user works: settings are edited, commands are run, and all must stay green."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.project import USER_FACING, clean_environ, copy_project
from tests.unit.docs.pages import PAGES, code_blocks


def _at_home(**variables: str) -> dict[str, str]:
    """The variables of a user, who works on a machine of theirs: CI would refuse to rewrite snapshots."""
    return {name: value for name, value in clean_environ(**variables).items() if name != "CI"}


def documented(language: str, text: str) -> str:
    """The one example of the documentation that has the text in it, to be followed to the letter."""
    found = [block for page in PAGES for block in code_blocks(page, language) if text in block]
    assert len(found) == 1, f"{len(found)} examples have {text!r} in them: tests/recipes follows one"
    return found[0]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the project, and what a user does in it."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Copy":
        """A copy with the environments of the tests, which are much like those that the project comes with."""
        return cls(copy_project(folder))

    def settings(self, environment: str) -> Path:
        """The settings file of an environment."""
        return self.folder / "environments" / f"{environment}.toml"

    def copy_environment(self, name: str, new: str) -> None:
        """As `cp environments/<name>.toml environments/<new>.toml` does."""
        shutil.copy(self.settings(name), self.settings(new))

    def fill_in(self, environment: str, table: str = "", /, **values: str | None) -> None:
        """Sets keys of a settings file to TOML, `shards="4"`, or takes them out; above its tables, or in one."""
        path = self.settings(environment)
        text = path.read_text(encoding="utf-8")
        if table and f"[{table}]\n" not in text:
            text += f"\n[{table}]\n"
        before, head, after = text.partition(f"[{table}]\n") if table else ("", "", text)
        section, mark, rest = after.partition("\n[")
        lines = section.splitlines()
        for key, value in values.items():
            wanted = [f"{key} = {value}"] if value else []
            places = [at for at, line in enumerate(lines) if line.startswith(f"{key} = ")]
            lines[slice(places[0], places[0] + 1) if places else slice(0)] = wanted
        path.write_text(before + head + "\n".join([*lines, ""]) + mark + rest, encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        """Writes a file of the project, as a whole."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Edits a file of the project; `old` has to be in it, once."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} has {text.count(old)} times: {old}"
        self.write(path, text.replace(old, new))

    def run(self, *arguments: str, **variables: str) -> str:
        """What Python says with these arguments in the copy's folder; AssertionError with all of it when it fails."""
        return self._say(sys.executable, *arguments, **variables)

    def sh(self, commands: str) -> str:
        """What the shell says to commands of the documentation."""
        return self._say("sh", "-e", "-c", commands)

    def synth(self) -> str:
        """As `make synth`."""
        return self.run("main.py")

    def docs(self) -> list[str]:
        """As `make docs`; which pages it rewrote."""
        return [line.removesuffix(" rewritten") for line in self.run("-m", "tools.docs").splitlines()]

    def test(self, *arguments: str) -> str:
        """As `make test`, for what users' changes of settings can break; or other tests."""
        return self.run("-m", "pytest", "-p", "no:cacheprovider", *(arguments or (USER_FACING,)))

    def synthesized(self) -> set[str]:
        """Names of the stacks that were synthesized last."""
        return {path.name for path in (self.folder / "cdktf.out" / "stacks").iterdir()}

    def _say(self, *command: str, **variables: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=_at_home(**variables), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-8000:]}\n{done.stderr[-8000:]}"
        return done.stdout
