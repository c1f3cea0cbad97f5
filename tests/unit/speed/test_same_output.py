"""The shims change the time that synthesis takes, and not a byte of what it writes.

Without the shims the provider takes a quarter of a minute to load. So what the small app writes without them is kept in
`plain.json`, with what it depends on: the app itself and the versions of the libraries. `make snapshots` runs the app
again when one of these has changed. tests/e2e/test_plain_synthesis.py compares a whole environment.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.project import ROOT
from tests.snapshot.golden import check
from tests.unit.speed.running import Run, run

pytestmark = pytest.mark.slow

PLAIN = Path(__file__).with_name("plain.json")
SMALL_APP = ["-m", "tests.unit.speed.small_app", "{out}"]
LIBRARIES = ("cdktf", "cdktf-cdktf-provider-aws", "constructs", "jsii")


def depends_on() -> dict[str, str]:
    """What decides about the output of a run without the shims."""
    app = hashlib.sha256((ROOT / "tests/unit/speed/small_app.py").read_bytes()).hexdigest()
    return {"small_app.py": app, **{library: version(library) for library in LIBRARIES}}


@pytest.fixture(scope="module")
def plain(update: bool, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a run without the shims wrote, printed and loaded."""
    kept: dict[str, Any] = json.loads(PLAIN.read_text()) if PLAIN.exists() else {}
    if update and kept.get("of") != depends_on():
        made = run(SMALL_APP, tmp_path_factory.mktemp("plain") / "run", shims=False)
        kept = {
            "of": depends_on(),
            "files": made.files(),
            "report": made.report(),
            "processes": len(made.node_files()),
            "loaded": made.node_files()[-1],
        }
        check(PLAIN, json.dumps(kept, indent=2) + "\n", update=True)
    assert kept.get("of") == depends_on(), f"{PLAIN.name} is of another app or other versions: run make snapshots"
    return kept


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with the shims."""
    return run(SMALL_APP, tmp_path_factory.mktemp("fast") / "run", shims=True)


def test_a_small_app_is_written_the_same_with_and_without_the_shims(fast: Run, plain: dict[str, Any]) -> None:
    assert len(plain["files"]) == 3
    assert fast.files() == plain["files"]


def test_only_what_is_used_of_the_provider_is_loaded(fast: Run, plain: dict[str, Any]) -> None:
    assert fast.report()["imported"] < 100 < 1000 < plain["report"]["imported"]
    assert fast.node_files()[-1] < 200 < 1000 < plain["loaded"]


def test_jsii_runs_in_one_node_instead_of_two(fast: Run, plain: dict[str, Any]) -> None:
    assert len(fast.node_files()) == 1
    assert plain["processes"] == 2


def test_arguments_of_a_wrong_type_are_refused_with_and_without_the_shims(fast: Run, plain: dict[str, Any]) -> None:
    assert fast.report()["refuses"]
    assert plain["report"]["refuses"]
