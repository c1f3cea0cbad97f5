"""`make snapshots`: runs only the tests that can write snapshots and golden files, and names the files it rewrote.

In CI a snapshot that differs is a finding, never something to overwrite: there it is refused.
"""

import os
from pathlib import Path

import pytest

from tests.snapshot import golden

_OPTION = "--update-snapshots"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that `make snapshots` passes."""
    parser.addoption(_OPTION, action="store_true", help="rewrite snapshots and golden files (make snapshots)")


def pytest_configure(config: pytest.Config) -> None:
    """Refuses to rewrite where CI is set."""
    if os.environ.get("CI") and _is_updating(config):
        raise pytest.UsageError(
            f"{_OPTION}: refused where CI is set; run `make snapshots` on your machine, review, commit"
        )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves out files in which no test can write: to import them all takes longer than to rewrite."""
    tests = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    if _is_updating(config) and tests and "update: bool" not in collection_path.read_text(encoding="utf-8"):
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out tests that can't write."""
    if _is_updating(config):
        others = [item for item in items if "update" not in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=others)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Names what was rewritten."""
    if _is_updating(config):
        names = sorted(os.path.relpath(path, config.rootpath) for path in golden.rewritten)
        lines = ["Rewritten (review the difference before you commit):", *names] if names else ["Nothing to rewrite."]
        terminalreporter.write_line("\n  ".join(lines))


@pytest.fixture(scope="session")
def update(request: pytest.FixtureRequest) -> bool:
    """Whether snapshots and golden files are to be rewritten (`make snapshots`)."""
    return _is_updating(request.config)


def _is_updating(config: pytest.Config) -> bool:
    return bool(config.getoption(_OPTION, default=False))
