"""Have node load our JavaScript before that of jsii."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

NODE_SHIMS = tuple(Path(__file__).with_name(name) for name in ("lazy_provider.cjs", "direct_runtime.cjs"))


def preload_node_shims(environ: MutableMapping[str, str]) -> None:
    """Add the shims to NODE_OPTIONS, behind whatever it says already."""
    options = ["--preserve-symlinks", *(f"--require {_quoted(shim)}" for shim in NODE_SHIMS)]
    given = environ.get("NODE_OPTIONS", "")
    environ["NODE_OPTIONS"] = " ".join([given, *(each for each in options if each not in given)]).strip()


def _quoted(path: Path) -> str:
    """A path as node wants it in NODE_OPTIONS, where blanks separate and backslashes escape."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
