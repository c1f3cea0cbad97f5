"""Which stack is asked."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project import ENVIRONMENTS
from tools.local import record
from tools.local.record import Running
from tools.query import place
from tools.replay.target import TargetError

_TWO = Running(pid=1, port=4711, regions=("us-east-1", "eu-west-1"), complete=True)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "environments").symlink_to(ENVIRONMENTS)
    (tmp_path / ".cache/local").mkdir(parents=True)
    monkeypatch.setattr(place, "ROOT", tmp_path)
    monkeypatch.setattr(place, "forget_other_settings", lambda environ: environ.pop("AWS_PROFILE", None))
    return tmp_path


@pytest.fixture
def runs(root: Path) -> Iterator[None]:
    """An emulator that runs in two regions: its process holds the lock."""
    record.save(root / ".cache/local/emulator.json", _TWO)
    with (root / ".cache/local/emulator.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.usefixtures("runs")
def test_without_a_name_it_is_what_make_local_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    name, target = place.find("", None, {}, usage="make query")
    assert (name, target.region, target.endpoint_url) == ("tap-local-us-east-1", "us-east-1", "http://127.0.0.1:4711")
    assert (target.workgroup, target.database) == ("tap-queries-local-us-east-1", "tap_events_local_us_east_1")
    assert "AWS_PROFILE" not in os.environ


@pytest.mark.usefixtures("runs")
def test_another_region_of_it_is_named_by_its_stack() -> None:
    _, target = place.find("tap-local-eu-west-1", None, {}, usage="make query")
    assert (target.region, target.endpoint_url) == ("eu-west-1", "http://127.0.0.1:4711")


@pytest.mark.usefixtures("runs")
def test_a_deployed_stack_is_asked_with_the_credentials_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    name, target = place.find("tap-dev-us-east-1", None, {}, usage="make query")
    assert (name, target.endpoint_url) == ("tap-dev-us-east-1", None)
    assert os.environ["AWS_PROFILE"] == "production"


@pytest.mark.usefixtures("root")
def test_nothing_that_runs_is_told_with_both_ways_out() -> None:
    with pytest.raises(TargetError, match="`make local` starts it; for a deployed stack: make query STACK=tap-dev"):
        place.find("", None, {}, usage="make query")


@pytest.mark.usefixtures("runs")
def test_a_deployment_that_is_not_finished_is_told(root: Path) -> None:
    record.save(root / ".cache/local/emulator.json", Running(pid=1, port=4711, regions=("us-east-1",)))
    with pytest.raises(TargetError, match="isn't finished"):
        place.find("", None, {}, usage="make query")
