"""The integration tests, run as a person runs them, with the settings that the tests own."""

import subprocess
import sys
from collections.abc import Mapping

from tests.project import ENVIRONMENTS, ROOT


def run_integration_tests(environ: Mapping[str, str], *arguments: str) -> str:
    """What pytest printed; raises AssertionError with it when a test failed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/integration", f"--settings={ENVIRONMENTS}", *arguments],
        cwd=ROOT,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    return done.stdout
