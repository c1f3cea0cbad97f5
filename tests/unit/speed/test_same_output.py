"""The shims change the time that synthesis takes, and not a byte of what it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAIN = ROOT / "main.py"

# Both apps in one process: without the shims it takes a quarter of a minute to load the provider.
SMALL = "import runpy; runpy.run_module('tests.unit.speed.small_app', run_name='__main__')"
BOTH = f"{SMALL}; runpy.run_path('main.py', run_name='__main__')"
# Loaded into node besides the shim: notes how many files of the provider were loaded, per process.
COUNTER = """
process.on("exit", () => {
  const loaded = Object.keys(require.cache).filter((file) => file.includes("/@cdktf/provider-aws/lib/"));
  require("node:fs").writeFileSync(`${process.env.COUNT_FOLDER}/${process.pid}`, `${loaded.length}`);
});
"""


@dataclass(frozen=True)
class Run:
    """What one process wrote (`small` and `main`), printed first, and loaded."""

    folder: Path
    stdout: str

    def files(self, app: str) -> dict[str, bytes]:
        """What was written, but for the record that only fast runs keep."""
        outdir = self.folder / app
        found = (path for path in sorted(outdir.rglob("*")) if path.is_file())
        return {str(path.relative_to(outdir)): path.read_bytes() for path in found if path.name[0] != "."}

    def report(self) -> dict[str, int]:
        """What the small app found: `imported` modules of the provider, and whether it `refuses` wrong arguments."""
        report: dict[str, int] = json.loads(self.stdout.splitlines()[0])
        return report

    def node_files(self) -> list[int]:
        """How many files of the provider each node loaded, by number."""
        return sorted(int(path.read_text()) for path in (self.folder / "counts").iterdir())


def _start(switch: str, folder: Path) -> subprocess.Popen[str]:
    (folder / "counts").mkdir(parents=True)
    (folder / "counter.cjs").write_text(COUNTER)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("TAP_", "CDKTF_", "AWS_"))}
    environ |= {
        "TAP_FAST_SYNTH": switch,
        "TAP_ENVIRONMENT": "dev",
        "CDKTF_OUTDIR": str(folder / "main"),
        "COUNT_FOLDER": str(folder / "counts"),
        "NODE_OPTIONS": f'--require "{folder / "counter.cjs"}"',
        "PYTHONPATH": ".",
    }
    command = [sys.executable, "-c", BOTH if MAIN.exists() else SMALL, str(folder / "small")]
    return subprocess.Popen(command, cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A run with the shims ("1") and one without ("0"), started together."""
    folder = tmp_path_factory.mktemp("both-ways")
    started = {switch: _start(switch, folder / switch) for switch in "01"}
    finished = {}
    for switch, process in started.items():
        stdout, stderr = process.communicate(timeout=300)
        assert process.returncode == 0, stderr
        finished[switch] = Run(folder / switch, stdout)
    return finished


@pytest.mark.slow
def test_a_small_app_is_written_the_same_with_and_without_the_shims(runs: dict[str, Run]) -> None:
    fast = runs["1"].files("small")

    assert len(fast) == 3
    assert fast == runs["0"].files("small")


@pytest.mark.slow
@pytest.mark.skipif(not MAIN.exists(), reason="there is no main.py")
def test_the_dev_environment_is_written_the_same_with_and_without_the_shims(runs: dict[str, Run]) -> None:
    fast = runs["1"].files("main")

    assert any(name.endswith("cdk.tf.json") for name in fast)
    assert fast == runs["0"].files("main")


@pytest.mark.slow
def test_only_what_is_used_of_the_provider_is_loaded(runs: dict[str, Run]) -> None:
    assert runs["1"].report()["imported"] < 100 < 1000 < runs["0"].report()["imported"]
    assert runs["1"].node_files()[-1] < 200 < 1000 < runs["0"].node_files()[-1]


@pytest.mark.slow
def test_jsii_runs_in_one_node_instead_of_two(runs: dict[str, Run]) -> None:
    assert len(runs["1"].node_files()) == 1
    assert len(runs["0"].node_files()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("switch", ["0", "1"])
def test_arguments_of_a_wrong_type_are_refused_either_way(runs: dict[str, Run], switch: str) -> None:
    assert runs[switch].report()["refuses"]
