"""The project, the environments that the tests own, and copies of the project to change as a user would.

No test expects anything of `environments/`, which belongs to the users: only tests/unit/environments reads it, to hold
it to rules. All other tests read tests/environments.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = ROOT / "tests" / "environments"
# The tests that read `environments/`: all that users' changes of settings can break. tests/guard.py holds others to it.
USER_FACING = "tests/unit/environments"

# What was installed or fetched, and is the same for a copy.
_SHARED = (".venv", ".tools", "node_modules", ".cache/wheels")
# What isn't copied where git can't say what belongs to the project.
_IGNORED = {*_SHARED, ".cache", ".git", "cdktf.out", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


def copy_project(folder: Path) -> Path:
    """Copies the project into a new folder, with the environments of the tests instead of the user's.

    What is installed is shared, so that nothing is fetched.
    """
    for path in _files_of_git() if (ROOT / ".git").exists() else _files(ROOT):
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    shutil.copytree(ENVIRONMENTS, folder / "environments")
    for name in _SHARED:
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to((ROOT / name).resolve())
    return folder


def _files_of_git() -> Iterator[Path]:
    """Every file that is, or could be, committed, but for the user's environments; without those deleted meanwhile."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ":!environments"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return (ROOT / name for name in names if name and (ROOT / name).is_file())


def _files(folder: Path) -> Iterator[Path]:
    """The same of a copy of the project that isn't a repository."""
    for path in folder.iterdir():
        if path.name not in _IGNORED and path != ROOT / "environments":
            yield from _files(path) if path.is_dir() else [path]


def clean_environ(**variables: str) -> dict[str, str]:
    """The variables of this process, without those that choose environments, lead to an AWS account or steer make."""
    ours = ("TAP_", "CDKTF_", "AWS_", "TF_", "SYNTH_HCL_OUTPUT", "PYTEST_", "MAKE", "MFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | variables
