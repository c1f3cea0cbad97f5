"""The build of this code, as the packager recorded it."""

from pathlib import Path

import msgspec


class _Build(msgspec.Struct):
    build: str


def read(file: Path) -> str:
    """The hash of the package's code and lock, or `unpackaged` outside a package."""
    if not file.is_file():
        return "unpackaged"
    return msgspec.json.decode(file.read_bytes(), type=_Build).build


BUILD = read(Path(__file__).parents[1] / "build.json")
"""The same in every function that was packaged from the same commit for the same part of the code."""
