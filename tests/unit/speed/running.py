"""Runs of an app in a process of its own, with the shims or without them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.project import ROOT, clean_environ

# Loaded into node besides the shims: writes how many files of the provider were loaded, per process.
_COUNTER = """
process.on("exit", () => {
  const loaded = Object.keys(require.cache).filter((file) => file.includes("/@cdktf/provider-aws/lib/"));
  require("node:fs").writeFileSync(`${process.env.COUNT_FOLDER}/${process.pid}`, `${loaded.length}`);
});
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process wrote to `out`, printed, and loaded."""

    folder: Path
    stdout: str

    def files(self) -> dict[str, str]:
        """SHA-256 of every file that was written, except for the record that only fast runs keep."""
        outdir = self.folder / "out"
        found = (path for path in sorted(outdir.rglob("*")) if path.is_file() and path.name[0] != ".")
        return {str(path.relative_to(outdir)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    def report(self) -> dict[str, int]:
        """What the small app found: `imported` modules of the provider, and whether it `refuses` wrong arguments."""
        report: dict[str, int] = json.loads(self.stdout.splitlines()[0])
        return report

    def node_files(self) -> list[int]:
        """How many files of the provider each node loaded, by number."""
        return sorted(int(path.read_text()) for path in (self.folder / "counts").iterdir())


def run(command: list[str], folder: Path, *, shims: bool, root: Path = ROOT, **variables: str) -> Run:
    """Runs Python with these arguments and variables in the project's folder; `{out}` is where it has to write."""
    (folder / "counts").mkdir(parents=True)
    (folder / "counter.cjs").write_text(_COUNTER)
    own = {
        "TAP_FAST_SYNTH": str(int(shims)),
        "CDKTF_OUTDIR": str(folder / "out"),
        "COUNT_FOLDER": str(folder / "counts"),
        "NODE_OPTIONS": f'--require "{folder / "counter.cjs"}"',
    }
    arguments = [argument.format(out=folder / "out") for argument in command]
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=clean_environ(**own, **variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Run(folder, done.stdout)
