"""Load only what is used of the AWS provider's bindings."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

PROVIDER = "cdktf_cdktf_provider_aws"


def load_python_modules_on_demand() -> bool:
    """Replace the provider's package root with one that imports its submodules on first use.

    The provider's root imports every submodule. Nothing else is lost: each submodule registers the assembly with
    jsii itself, by `from .._jsii import *`. Returns false, and does nothing, where the provider is imported already,
    is missing, or has another layout.
    """
    if PROVIDER in sys.modules:
        return False
    spec = importlib.util.find_spec(PROVIDER)
    if spec is None or not _is_known(spec):
        return False
    root = importlib.util.module_from_spec(spec)
    setattr(root, "__getattr__", _import_submodule)  # noqa: B010 (mypy refuses the assignment of a method)
    sys.modules[PROVIDER] = root
    return True


def _is_known(spec: ModuleSpec) -> bool:
    folders = spec.submodule_search_locations or []
    return any(Path(folder, "_jsii", "__init__.py").is_file() for folder in folders)


def _import_submodule(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"{PROVIDER}.{name}")
    except ModuleNotFoundError as problem:
        raise AttributeError(f"module {PROVIDER!r} has no attribute {name!r}") from problem
