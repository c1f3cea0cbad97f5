"""The order of things: what is checked before anything is started, and what ends when something fails."""

import fcntl
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.project import ENVIRONMENTS
from tools.local import commands as module
from tools.local.archive import Arrival
from tools.local.commands import Commands
from tools.local.deployment import Deployment
from tools.local.errors import LocalError
from tools.local.pipeline import Hop, Journey
from tools.local.record import Running
from tools.progress import Progress
from tools.terraform import TerraformError

_DONE = Running(pid=1, port=4711, regions=("us-east-1",), complete=True)


class World:
    """What happens, in its order; `fails` names what doesn't succeed, and with what."""

    def __init__(self, fails: Mapping[str, BaseException], running: Running | None, left: Sequence[str]) -> None:
        self.happened: list[str] = []
        self.fails = fails
        self.running = running
        self.left = left

    def do(self, what: str, answer: object = None) -> object:
        self.happened.append(what)
        if error := self.fails.get(what.partition(" ")[0]):
            raise error
        return answer


class Emulator:
    log = Path("emulator.log")

    def __init__(self, world: World) -> None:
        self._world = world

    def running(self) -> Running | None:
        return self._world.running

    def start(self, port: int) -> None:
        self._world.running = Running(pid=1, port=port)
        self._world.do("start")

    def note(self, *, regions: tuple[str, ...], complete: bool) -> Running:
        self._world.running = Running(pid=1, port=4711, regions=regions, complete=complete)
        return self._world.running

    def stop(self) -> None:
        if self._world.running:
            self._world.do("stop")
        self._world.running = None


class Pipeline:
    def __init__(self, world: World, account: Any) -> None:
        self.account = account
        self.url = f"{account.url}/api"
        self._world = world

    def send_event(self, data: object) -> Journey:
        self._world.do(f"send {data} {self.account.region}")
        return Journey("event", self.account.region, [Hop("request", 0.5)], "b", [Arrival({"id": "1"}, "key", 0)])

    def drop_file(self) -> Journey:
        self._world.do(f"file {self.account.region}")
        return Journey("file", self.account.region, [], "b", [Arrival({"id": str(n)}, "key", 0) for n in range(3)])


def _commands(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    running: Running | None = None,
    left: Sequence[str] = (),
    fails: Mapping[str, BaseException] | None = None,
) -> tuple[Commands, World]:
    world = World(fails or {}, running, left)
    (tmp_path / "environments").symlink_to(ENVIRONMENTS)
    monkeypatch.setattr(Commands, "emulator", Emulator(world))
    monkeypatch.setattr(Commands, "_found", lambda *_: list(world.left))
    monkeypatch.setattr(module, "check_terraform", lambda _: world.do("terraform", "1.11.4"))
    monkeypatch.setattr(module, "fetch_provider", lambda *_: world.do("provider", Path("providers")))
    for name in ("synthesize", "needs", "deploy", "destroy", "outputs"):
        monkeypatch.setattr(Deployment, name, lambda self, *_, _name=name: world.do(f"{_name} {self.stacks}"))
    monkeypatch.setattr(module, "Pipeline", lambda *, account, **_: Pipeline(world, account))
    return Commands(root=tmp_path, progress=Progress(io.StringIO())), world


def _words(world: World) -> list[str]:
    return [what.partition(" ")[0] for what in world.happened]


def test_all_that_is_needed_is_there_before_anything_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands, world = _commands(monkeypatch, tmp_path)
    assert commands.up(()) == 0
    steps = ["terraform", "synthesize", "needs", "provider", "start", "deploy", "outputs", "send", "file"]
    assert _words(world) == steps
    assert world.running is not None
    assert world.running.complete
    printed = capsys.readouterr().out
    assert "event, us-east-1: request 500 ms" in printed
    assert "s3://b/key" in printed
    assert "and 2 more" in printed
    assert 'make query SQL="select' in printed
    assert "make local-down" in printed


@pytest.mark.parametrize("step", ["terraform", "synthesize", "provider", "start", "deploy", "send", "file"])
@pytest.mark.parametrize("error", [LocalError("no"), TerraformError("no"), KeyboardInterrupt()])
def test_whatever_fails_or_is_interrupted_leaves_nothing_running(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step: str, error: BaseException
) -> None:
    commands, world = _commands(monkeypatch, tmp_path, fails={step: error})
    with pytest.raises(type(error)):
        commands.up(())
    assert world.running is None
    assert ("start" in world.happened) == ("stop" in world.happened)


def test_a_second_run_uses_what_runs_and_keeps_its_regions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands, world = _commands(monkeypatch, tmp_path, running=_DONE)
    commands.up(("eu-west-1",))
    assert "start" not in world.happened
    assert "deploy ['tap-local-state', 'tap-local-us-east-1', 'tap-local-eu-west-1']" in world.happened
    assert world.running is not None
    assert world.running.regions == ("us-east-1", "eu-west-1")


def test_what_ran_before_is_not_ended_by_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands, world = _commands(monkeypatch, tmp_path, running=_DONE, fails={"deploy": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        commands.up(())
    assert world.running == _DONE


def test_a_deployment_that_was_never_finished_is_begun_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stale = Running(pid=1, port=4711, regions=("us-east-1",))
    commands, world = _commands(monkeypatch, tmp_path, running=stale)
    (tmp_path / ".cache/local/cdktf.out").mkdir(parents=True)
    commands.up(())
    assert _words(world)[0] == "stop"
    assert "start" in world.happened
    assert not (tmp_path / ".cache/local/cdktf.out").exists()


def test_down_destroys_looks_and_stops(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands, world = _commands(monkeypatch, tmp_path, running=_DONE)
    assert commands.down() == 0
    assert _words(world) == ["destroy", "stop"]
    assert "Nothing is left: no resources in us-east-1, no process" in capsys.readouterr().out


def test_down_names_what_is_left_and_stops_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands, world = _commands(monkeypatch, tmp_path, running=_DONE, left=["us-east-1: logs: /aws/lambda/x"])
    assert commands.down() == 1
    assert world.running is None
    assert "us-east-1: logs: /aws/lambda/x" in capsys.readouterr().out


@pytest.mark.parametrize("error", [TerraformError("locked"), KeyboardInterrupt()])
def test_a_destroy_that_fails_or_is_interrupted_ends_the_emulator_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: BaseException
) -> None:
    commands, world = _commands(monkeypatch, tmp_path, running=_DONE, fails={"destroy": error})
    with pytest.raises((LocalError, KeyboardInterrupt)):
        commands.down()
    assert world.running is None


def test_down_without_anything_to_stop_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands, world = _commands(monkeypatch, tmp_path)
    assert commands.down() == 0
    assert world.happened == []
    assert "Nothing is running" in capsys.readouterr().out


def test_two_at_once_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands, _ = _commands(monkeypatch, tmp_path)
    commands.folder.mkdir(parents=True)
    with (commands.folder / "command.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LocalError, match="another `make local`"):
            commands.up(())


def test_send_goes_to_the_region_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    two = Running(pid=1, port=4711, regions=("us-east-1", "eu-west-1"), complete=True)
    commands, world = _commands(monkeypatch, tmp_path, running=two)
    commands.send('{"total": 12}', "eu-west-1")
    commands.send("1", None)
    assert [one for one in world.happened if one.startswith("send")] == [
        "send {'total': 12} eu-west-1",
        "send 1 us-east-1",
    ]


@pytest.mark.parametrize(
    ("running", "data", "region", "message"),
    [
        (None, "{}", None, "nothing is running: `make local` starts it"),
        (Running(pid=1, port=1), "{}", None, "isn't finished"),
        (_DONE, "{", None, "--data is not JSON"),
        (_DONE, "{}", "eu-west-1", "--region: got eu-west-1; allowed: us-east-1, where it is running"),
    ],
)
def test_send_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    running: Running | None,
    data: str,
    region: str | None,
    message: str,
) -> None:
    commands, _ = _commands(monkeypatch, tmp_path, running=running)
    with pytest.raises(LocalError, match=message):
        commands.send(data, region)
