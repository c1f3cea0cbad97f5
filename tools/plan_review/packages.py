"""Which files of a function's package differ, where both packages are known.

Whoever plans writes what is in a stack's packages beside the plan: a review often runs where the packages aren't.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.plan_review.model import Change

# Attributes that differ when only the code does.
_CODE = frozenset(
    """
    code_sha256 filename last_modified qualified_arn qualified_invoke_arn s3_key s3_object_version source_code_hash
    source_code_size version
    """.split()  # noqa: SIM905 - words, not a page of quotes
)
Packages = Mapping[str, Mapping[str, int]]
NOTE = ".packages.json"


def is_code_only(change: Change) -> bool:
    """Whether nothing of the function differs but its code."""
    changed = change.changed
    return change.type == "aws_lambda_function" and "source_code_hash" in changed and set(changed) <= _CODE


def read_packages(folders: Iterable[Path]) -> Packages:
    """Names and checksums of the files of every zip below the folders, by the zip's hash as Terraform writes it."""
    found: dict[str, dict[str, int]] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*.zip")):
        try:
            with zipfile.ZipFile(path) as archive:
                files = {info.filename: info.CRC for info in archive.infolist()}
            digest = hashlib.sha256(path.read_bytes()).digest()
        except (OSError, zipfile.BadZipFile):
            continue  # being written, or no package: its files aren't named
        found[base64.b64encode(digest).decode()] = files
    return found


def changed_files(change: Change, packages: Packages) -> list[str] | None:
    """Files that were added, removed or changed, as `+name`, `-name` and `name`; `None` without both packages."""
    old, new = (packages.get(str(value)) for value in (change.old("source_code_hash"), change.new("source_code_hash")))
    if old is None or new is None:
        return None
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return [name if name in old and name in new else f"{'+' if name in new else '-'}{name}" for name in names]


def write_note(path: Path, packages: Packages) -> None:
    """Write what is in the packages, for `read_notes`."""
    path.write_text(json.dumps(packages, sort_keys=True), encoding="utf-8")


def read_notes(paths: Iterable[Path]) -> Packages:
    """Read what `write_note` wrote; a file that can't be read names no files."""
    found: dict[str, Mapping[str, int]] = {}
    for path in paths:
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        for digest, files in note.items() if isinstance(note, dict) else ():
            if isinstance(files, dict):
                found[digest] = files
    return found
