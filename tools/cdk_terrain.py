"""`make cdk-terrain`: rehearses the move to CDK Terrain (cdktn), the successor of CDKTF, in a copy of the project.

The copy's imports are renamed, every stack is synthesized with both, and what Terraform would read is compared. With
`--in-place` the imports of this project are renamed instead: the first step of the move itself (docs/leaving.md).
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tools import process
from tools.changed_stacks import changed_stacks
from tools.errors import ToolError
from tools.synthesized import stack_folders

ROOT = Path(__file__).parent.parent
# What synthesis doesn't read, or writes itself.
_NOT_COPIED = shutil.ignore_patterns(
    *(".git", ".venv", ".tools", ".cache", ".*_cache", "node_modules", "cdktf.out", "__pycache__", "*.tfstate*")
)
# Where cdktf is imported.
_IMPORTING = ("main.py", "modules", "stacks", "tests", "tools")
_RENAMED = (
    (re.compile(r"^(\s*(?:from|import) )cdktf_cdktf_provider_aws\b", re.MULTILINE), r"\1cdktn_provider_aws"),
    (re.compile(r"^(\s*(?:from|import) )cdktf\b", re.MULTILINE), r"\1cdktn"),
)
# The shims of stacks/speed know cdktf's own files only.
_PLAIN = {"TAP_FAST_SYNTH": "0"}


class CdkTerrainError(ToolError):
    """A synthesis failed; the text is what it printed."""


def rename_imports(folder: Path) -> list[str]:
    """Makes the Python files of a project import cdktn instead of cdktf; the changed ones, by their path in it."""
    return sorted(str(path.relative_to(folder)) for path in _python_files(folder) if _rename(path))


def rehearse(root: Path, python: Path, work: Path, environ: Mapping[str, str]) -> dict[str, bool]:
    """Whether each stack of a project is the same with CDK Terrain, by name.

    `python` has cdktn and its AWS provider, `work` is a folder for the copy and for what is synthesized. `environ` may
    choose environments, as for `make synth`. Raises CdkTerrainError.
    """
    copy, before, after = work / "copy", work / "cdktf.out", work / "cdktn.out"
    _copy_program(root, copy)
    rename_imports(copy)
    _synthesize(Path(sys.executable), root, before, environ)
    _synthesize(python, copy, after, {**environ, **_PLAIN})
    different = changed_stacks(before, after)
    return {name: name not in different for name in sorted({*stack_folders(before), *stack_folders(after)})}


def _python_files(folder: Path) -> Iterator[Path]:
    for name in _IMPORTING:
        path = folder / name
        yield from [path] if path.is_file() else path.rglob("*.py")


def _rename(path: Path) -> bool:
    before = after = path.read_text(encoding="utf-8")
    for old, new in _RENAMED:
        after = old.sub(new, after)
    if after != before:
        path.write_text(after, encoding="utf-8")
    return after != before


def _copy_program(root: Path, copy: Path) -> None:
    shutil.copytree(root, copy, ignore=_NOT_COPIED)
    # What synthesis has fetched for the functions' packages: it is the same for the copy.
    wheels = root / ".cache" / "wheels"
    if wheels.is_dir():
        (copy / ".cache").mkdir()
        (copy / ".cache" / "wheels").symlink_to(wheels.resolve())


def _synthesize(python: Path, folder: Path, outdir: Path, environ: Mapping[str, str]) -> None:
    done = process.run([str(python), "main.py"], folder=folder, environ={**environ, "CDKTF_OUTDIR": str(outdir)})
    if done.returncode:
        raise CdkTerrainError(f"synthesis into {outdir.name} failed:\n{done.stderr.strip() or done.stdout.strip()}")


def _say(same: Mapping[str, bool]) -> None:
    for name, equal in same.items():
        print(f"{'same     ' if equal else 'DIFFERENT'}  {name}")
    different = [name for name, equal in same.items() if not equal]
    if different:
        print(f"\n{len(different)} of {len(same)} stacks differ: compare cdk.tf.json in cdktf.out and cdktn.out.")
    else:
        print(f"\nAll {len(same)} stacks are the same with CDK Terrain. docs/leaving.md has the steps of the move.")


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 1 when a stack differs or can't be synthesized."""
    parser = argparse.ArgumentParser(prog="python -m tools.cdk_terrain", description=__doc__)
    parser.add_argument("--in-place", action="store_true", help="rename the imports of this project")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the copy and both syntheses in a new folder")
    chosen = parser.parse_args(arguments)
    if chosen.in_place:
        print("\n".join(rename_imports(ROOT)))
        return 0
    python = ROOT / ".tools/cdk-terrain/bin/python"
    with tempfile.TemporaryDirectory() as folder:
        work = (chosen.keep or Path(folder)).resolve()
        try:
            same = rehearse(ROOT, python, work, os.environ)
        except CdkTerrainError as error:
            print(error, file=sys.stderr)
            return 1
        except FileExistsError:
            print(f"{chosen.keep} has a rehearsal in it already: name a new folder", file=sys.stderr)
            return 1
    _say(same)
    return 0 if all(same.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
