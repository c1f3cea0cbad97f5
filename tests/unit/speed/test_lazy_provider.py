"""The provider is loaded on demand where its layout is known, and as its authors meant it where it isn't."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stacks.speed import lazy_provider
from stacks.speed.lazy_provider import PROVIDER, load_python_modules_on_demand

ROOT = Path(__file__).parents[3]


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A provider of our own that is found before the real one, with nothing in it that the shim knows."""
    package = tmp_path / PROVIDER
    (package / "queue").mkdir(parents=True)
    (package / "__init__.py").write_text("EAGER = True\n")
    (package / "queue" / "__init__.py").write_text("NAME = 'queue'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == PROVIDER]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, PROVIDER, sys)  # so that the real one comes back afterwards
    monkeypatch.delitem(sys.modules, PROVIDER)
    yield package
    for name in [name for name in sys.modules if name.split(".")[0] == PROVIDER]:
        del sys.modules[name]


def test_submodules_are_imported_when_they_are_asked_for(provider: Path) -> None:
    (provider / "_jsii").mkdir()
    (provider / "_jsii" / "__init__.py").touch()

    assert load_python_modules_on_demand() is True

    root = sys.modules[PROVIDER]
    assert not hasattr(root, "EAGER")
    assert f"{PROVIDER}.queue" not in sys.modules
    assert root.queue.NAME == "queue"
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = root.nonsense


def test_an_unknown_layout_of_the_python_package_is_left_alone(provider: Path) -> None:
    assert provider.exists()
    assert load_python_modules_on_demand() is False
    assert PROVIDER not in sys.modules


def test_a_provider_that_is_imported_already_is_left_alone(provider: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert provider.exists()
    monkeypatch.setitem(sys.modules, PROVIDER, os)

    assert load_python_modules_on_demand() is False
    assert sys.modules[PROVIDER] is os


def test_a_missing_provider_is_reported_by_the_import_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy_provider, "PROVIDER", "cdktf_cdktf_provider_nobody")

    assert load_python_modules_on_demand() is False


SHIM = ROOT / "stacks" / "speed" / "lazy_provider.cjs"
LAZY = "console.log(JSON.stringify(require(process.argv[1]).lazy(require('fs').readFileSync(0, 'utf8'))))"


def _lazy(index: str) -> str | None:
    command = [os.environ.get("JSII_NODE", "node"), "-e", LAZY, str(SHIM)]
    run = subprocess.run(command, input=index, text=True, capture_output=True, check=True)
    answer: str | None = json.loads(run.stdout)
    return answer


KNOWN = '"use strict";\n// comment\nexports.b = exports.a = void 0;\nexports.a = require("./a-1");\n'


def test_the_index_gets_a_getter_for_each_file() -> None:
    lines = (_lazy(KNOWN) or "").splitlines()

    assert lines[:3] == KNOWN.splitlines()[:3]
    assert lines[3] == 'Object.defineProperty(exports, "a", { enumerable: true, get: () => require("./a-1") });'


@pytest.mark.parametrize(
    "line", ['__exportStar(require("./a"), exports);', 'exports.a = require("elsewhere");', "exports.a = 1;", "run();"]
)
def test_an_index_of_unknown_form_is_left_as_it_is(line: str) -> None:
    assert _lazy(f"{KNOWN}{line}\n") is None


def _imports_of_the_root(path: Path) -> list[int]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found += [node.lineno for name in names if name == PROVIDER]
    return found


def test_nothing_imports_the_root_of_the_provider() -> None:
    folders = [ROOT / name for name in ("stacks", "modules", "tools", "tests")]
    files = [*ROOT.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.py"))]

    assert {str(path): lines for path in files if (lines := _imports_of_the_root(path))} == {}
