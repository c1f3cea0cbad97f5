"""In CI a snapshot that differs is a finding, never something to overwrite or to overlook."""

import os

import pytest

_WRITING = {
    "update_snapshots": "--snapshot-update",
    "update_new_snapshots_only": "--snapshot-update-new-only",
    "warn_unused_snapshots": "--snapshot-warn-unused",
    "disable_unused_snapshots": "--snapshot-disable-unused",
}


def pytest_configure(config: pytest.Config) -> None:
    """Refuses, where CI is set, every option that would let a changed snapshot pass."""
    refused = [text for option, text in _WRITING.items() if config.getoption(option, default=False)]
    if os.environ.get("CI") and refused:
        raise pytest.UsageError(
            f"{', '.join(refused)}: refused where CI is set; run `make snapshots` on your machine, review, commit"
        )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew (`make snapshots`)."""
    return bool(request.config.getoption("update_snapshots"))
