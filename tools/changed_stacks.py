"""`make changed BASE=dir`: the stacks that differ between two folders of synthesized stacks."""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from stacks.settings.regions import KNOWN_REGIONS
from tools.delivery.stacks import BY_HAND

_END = re.compile(rf"-(?:{'|'.join((*BY_HAND, 'edge', *sorted(KNOWN_REGIONS)))})$")
_NOTES = "//"  # where cdktf notes how it made a thing; Terraform ignores it
_UNRELATED = (".terraform", ".terraform.lock.hcl")  # what Terraform itself leaves in a stack's folder


class ChangedError(Exception):
    """A folder holds no synthesized stacks; the text says which."""


def changed_stacks(before: Path, after: Path) -> list[str]:
    """Names, sorted, of the stacks that are new, differ in Terraform or packages, or left the code."""
    known, wanted = _prints(before), _prints(after)
    return sorted([name for name in wanted if known.get(name) != wanted[name]] + gone_stacks(known, wanted))


def gone_stacks(before: Iterable[str], after: Collection[str]) -> list[str]:
    """Those of `before` that left the code: `after` has their environment, without them.

    An environment that isn't in `after` at all was not synthesized there; that says nothing about its stacks.
    """
    synthesized = {environment_of(name) for name in after}
    return [name for name in before if name not in after and environment_of(name) in synthesized]


def environment_of(stack: str) -> str:
    """What a stack's name begins with, which it shares with the other stacks of its environment: `tap-dev`."""
    return _END.sub("", stack)


def stack_folders(outdir: Path) -> dict[str, Path]:
    """The folder of each stack that was synthesized into `outdir`; none at all is a `ChangedError`."""
    manifest = outdir / "manifest.json"
    if not manifest.is_file():
        raise ChangedError(f"{outdir} holds no synthesized stacks (no manifest.json): run `make synth` there first")
    stacks: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["stacks"]
    return {name: (outdir / entry["synthesizedStackPath"]).parent for name, entry in stacks.items()}


def _prints(outdir: Path) -> dict[str, dict[str, str]]:
    return {name: _print(folder) for name, folder in stack_folders(outdir).items()}


def _print(folder: Path) -> dict[str, str]:
    """A digest of every file of a stack, by its path within the stack."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    paths = {path: path.relative_to(folder) for path in files}
    return {
        str(relative): hashlib.sha256(_content(path)).hexdigest()
        for path, relative in paths.items()
        if relative.parts[0] not in _UNRELATED
    }


def _content(path: Path) -> bytes:
    if path.suffix != ".json":
        return path.read_bytes()
    return json.dumps(_without_notes(json.loads(path.read_text(encoding="utf-8"))), sort_keys=True).encode()


def _without_notes(value: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        return {key: _without_notes(inner) for key, inner in value.items() if key != _NOTES}
    return [_without_notes(inner) for inner in value] if isinstance(value, list) else value


def main(arguments: Sequence[str]) -> int:
    """Print one name per line; returns the exit status: 2 when a folder holds no stacks."""
    parser = argparse.ArgumentParser(prog="python -m tools.changed_stacks", description=__doc__)
    parser.add_argument("base", type=Path, help="what was synthesized before the change")
    parser.add_argument("head", type=Path, nargs="?", default=Path("cdktf.out"), help="after it (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    try:
        print("\n".join(changed_stacks(chosen.base, chosen.head)))
    except ChangedError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
