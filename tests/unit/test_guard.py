"""What keeps tests from depending on the user's settings."""

import subprocess
import sys

import pytest

from stacks.settings import select_environments
from tests.guard import ReadsEnvironmentsError
from tests.project import ENVIRONMENTS, ROOT


def test_a_test_that_opens_the_user_s_environments_fails_with_advice() -> None:
    with pytest.raises(ReadsEnvironmentsError, match=r"belongs to the user: read tests/environments instead"):
        select_environments(ROOT / "environments", {})
    with pytest.raises(ReadsEnvironmentsError):
        (ROOT / "environments" / "dev.toml").read_text()
    assert select_environments(ENVIRONMENTS, {})


def test_a_command_that_would_read_them_in_the_project_s_folder_fails_with_advice() -> None:
    with pytest.raises(ReadsEnvironmentsError, match=r"main\.py would read environments/"):
        subprocess.run([sys.executable, "main.py"], cwd=ROOT, check=False)
    subprocess.run([sys.executable, "-c", ""], cwd=ROOT, check=True)
