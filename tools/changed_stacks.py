"""`make changed BASE=folder`: the stacks that differ between two folders of synthesized stacks."""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.synthesized import OUTDIR, NotSynthesizedError, identities, stack_folders

_NOTES = "//"  # where cdktf notes how it made something; Terraform ignores it
_UNRELATED = (".terraform", ".terraform.lock.hcl")  # what Terraform itself leaves in a stack's folder


def changed_stacks(before: Path, after: Path) -> list[str]:
    """Names, sorted, of the stacks that are new, differ in Terraform or packages, or were removed."""
    old, new = _digests(before), _digests(after)
    return sorted([name for name in new if old.get(name) != new[name]] + removed_stacks(before, after))


def removed_stacks(before: Path, after: Path) -> list[str]:
    """Those of `before` that were removed: their environment is in `after`, without them.

    An environment that isn't in `after` at all was not synthesized there; that says nothing about its stacks.
    """
    now = stack_folders(after)
    gone = [name for name in stack_folders(before) if name not in now]
    if not gone:
        return []
    synthesized = {(one.project, one.suffix) for one in identities(after).values()}
    known = identities(before)
    return [name for name in gone if (known[name].project, known[name].suffix) in synthesized]


def _digests(outdir: Path) -> dict[str, dict[str, str]]:
    return {name: _of_files(folder) for name, folder in stack_folders(outdir).items()}


def _of_files(folder: Path) -> dict[str, str]:
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
    """Print one name per line; return the exit status: 2 when a folder holds no stacks."""
    parser = argparse.ArgumentParser(prog="python -m tools.changed_stacks", description=__doc__)
    parser.add_argument("base", type=Path, help="what was synthesized before the change")
    parser.add_argument("head", type=Path, nargs="?", default=OUTDIR, help="after it (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    try:
        print("\n".join(changed_stacks(chosen.base, chosen.head)))
    except NotSynthesizedError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
