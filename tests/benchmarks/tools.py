"""The environments of the other tools: installed when a benchmark first asks for them, from locked requirements."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from tests.benchmarks.measure import ROOT

REQUIREMENTS = Path(__file__).with_name("requirements")


class MissingError(Exception):
    """A tool that can't be had here, with the reason."""


def python_of(name: str) -> str:
    """The Python of the environment `name` (`aws-cdk` or `pulumi`), created under `.tools/bench` if need be."""
    requirements = REQUIREMENTS / f"{name}.txt"
    folder = ROOT / ".tools" / "bench" / name
    python = folder / "bin" / "python"
    stamp = folder / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"  installing {name} into {folder.relative_to(ROOT)} ...", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        run = subprocess.run([*install, "-r", str(requirements)], capture_output=True, text=True, check=False)
        if run.returncode:
            raise MissingError((run.stderr.strip().splitlines() or ["pip failed"])[-1])
        # jsii and Pulumi compile what they import at the first run, which is not measured.
        stamp.write_text(wanted)
    return str(python)


def cdktf_cli() -> str:
    """The CDKTF command line, if it was installed already."""
    program = ROOT / "node_modules" / ".bin" / "cdktf"
    if not program.exists():
        raise MissingError("no node_modules: run `make cli` first")
    return str(program)
