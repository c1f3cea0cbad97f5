"""Do nothing when nothing changed: a record of what the last synthesis read and wrote.

The record is beside the outputs. It counts only if everything that synthesis can read is unchanged (files,
variables, command line, Python, installed packages) and every file that synthesis wrote still has the same bytes.
In doubt (no record, a broken one, one of another version) it synthesizes.

What it can't see are files of installed packages edited by hand, which no lock file allows.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from stacks.speed.switch import enabled

FORMAT = 1  # of the record; raise it when its meaning changes
RECORD = ".synth-record.json"
UNREADABLE = "unreadable"  # in the place of a digest

# What synthesis reads, under the root of the project. A test compares this with the files that are really opened.
INPUTS = (
    "main.py",
    "stacks",
    "modules",
    "lambda_code",
    "environments",
    "providers",
    "Pipfile",
    "Pipfile.lock",
    "cdktf.json",
    "pyproject.toml",
)
# Environment variables that it reads: ours, the AWS ones for region and endpoint, and those of cdktf and its CLI.
VARIABLES = (
    "TAP_",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "CDKTF_",
    "SYNTH_HCL_OUTPUT",
    "TERRAFORM_BINARY_NAME",
)


class SynthRecord:
    """What the last synthesis into `outdir` read, wrote and reported.

    Create it before anything is synthesized: the inputs are read at once, so that a file that is edited meanwhile
    doesn't count as synthesized.
    """

    def __init__(self, root: Path, outdir: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._root = root.resolve()
        self._outdir = outdir.resolve()
        self._environ = dict(environ)
        self._inputs = self._fingerprint()

    def unchanged(self) -> str | None:
        """The report of the last synthesis if another one would write the same, otherwise None."""
        if not enabled(self._environ):
            return None
        try:
            record = json.loads((self._outdir / RECORD).read_text(encoding="utf-8"))
            if record["format"] != FORMAT or record["inputs"] != self._inputs or not record["outputs"]:
                return None
            if any(_digest(self._outdir / name) != digest for name, digest in record["outputs"].items()):
                return None
            return str(record["report"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def remember(self, report: str, *, written: Iterable[Path] = ()) -> None:
        """Note what lies in the output folder now, and `written`: files that synthesis wrote elsewhere.

        Nothing is noted when switched off, when an input was edited during synthesis, or when an output is missing.
        """
        if not enabled(self._environ) or self._fingerprint() != self._inputs:
            return
        files = [*_outputs(self._outdir), *(path.resolve() for path in written)]
        outputs = {os.path.relpath(path, self._outdir): _digest(path) for path in files}
        if UNREADABLE in outputs.values():
            return
        record = {"format": FORMAT, "inputs": self._inputs, "outputs": outputs, "report": report}
        # Written aside and renamed, so that an interrupted run leaves no half-written record.
        unfinished = self._outdir / f"{RECORD}.{os.getpid()}"
        unfinished.write_text(json.dumps(record, indent=1), encoding="utf-8")
        unfinished.replace(self._outdir / RECORD)

    def _fingerprint(self) -> str:
        read = {
            "files": {path.relative_to(self._root).as_posix(): _digest(path) for path in _inputs(self._root)},
            "environ": {name: value for name, value in self._environ.items() if name.startswith(VARIABLES)},
            "arguments": sys.argv[1:],
            "folders": [str(self._root), str(self._outdir), str(Path.cwd())],
            "python": [sys.version, sys.executable],
            "packages": sorted(_packages()),
        }
        return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()


def _inputs(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        if (root / name).is_file():
            yield root / name
        for folder, folders, files in os.walk(root / name, followlinks=True):
            folders[:] = [each for each in folders if each != "__pycache__"]
            yield from (Path(folder, each) for each in files)


def _outputs(outdir: Path) -> Iterator[Path]:
    """The files that synthesis wrote: all but those that Terraform adds (`.terraform`, locks, local state)."""
    for folder, folders, files in os.walk(outdir):
        folders[:] = [each for each in folders if not each.startswith(".")]
        yield from (Path(folder, each) for each in files if not each.startswith(".") and ".tfstate" not in each)


def _packages() -> Iterator[str]:
    """Name and version of each installed package, as their `.dist-info` folders say it."""
    for folder in filter(os.path.isdir, sys.path):
        yield from (path.name for path in Path(folder).glob("*.dist-info"))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return UNREADABLE
