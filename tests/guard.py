"""The user's `environments/` are opened by nobody but the tests of tests/unit/environments.

Others would fail as soon as a user fills in an account, which is the first thing that users do. What a test starts in
another process can't be watched; it must not be started in the project's own folder, where it would read them.
"""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.project import ROOT, USER_FACING

_FOLDER = ROOT / "environments"
_ADVICE = "read tests/environments instead, or start the command in a copy (fixture `project`); see tests/guard.py"


class ReadsEnvironmentsError(Exception):
    """A test is about to depend on what users have in environments/."""


class Guard:
    """A plugin of pytest that watches what this process opens and starts."""

    def __init__(self) -> None:
        self._may_read = False
        sys.addaudithook(self._watch)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        """Notes whether the test, with its fixtures, is one of those that may."""
        self._may_read = item.nodeid.startswith(f"{USER_FACING}/")
        try:
            return (yield)
        finally:
            self._may_read = False

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._may_read:
            return
        if event in ("open", "os.listdir", "os.scandir"):
            if _is_theirs(arguments):
                raise ReadsEnvironmentsError(f"{arguments[0]} belongs to the user: {_ADVICE}")
        elif event == "subprocess.Popen":
            _, command, folder, _ = arguments
            words = [command] if isinstance(command, str) else [os.fsdecode(word) for word in command]
            if Path(folder or ".").resolve() == ROOT and any(map(_reads_them, words)):
                raise ReadsEnvironmentsError(f"{' '.join(words)[:80]} would read environments/: {_ADVICE}")


def _is_theirs(arguments: tuple[Any, ...]) -> bool:
    path, mode = (*arguments, "")[:2]
    # `os.open` has no mode, and a name in an open folder as its path: so files are removed, not read.
    if mode is None or not isinstance(path, str | os.PathLike) or "environments" not in os.fspath(path):
        return False
    absolute = Path(path).absolute()
    return absolute == _FOLDER or _FOLDER in absolute.parents


def _reads_them(word: str) -> bool:
    """Whether a word of a command says that it reads environments/ in the folder that it is started in."""
    return "main.py" in word or word.startswith("tools.") or Path(word).name in ("cdktf", "make")
