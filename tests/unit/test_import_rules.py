"""Dependencies point one way: main -> stacks -> modules; lambda_code stands alone."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter

import pytest

from tests.project import ROOT

_OURS = {"main", "stacks", "modules", "lambda_code", "tools", "tests", "environments"}
_PROVIDER = "cdktf_cdktf_provider_aws"
_SYNTHESIS = {"cdktf", "constructs", "jsii", _PROVIDER}
_MAY_IMPORT = {
    "main": {"stacks"},
    "stacks": {"stacks", "modules"},
    "modules": {"modules"},
    "lambda_code": {"lambda_code"},
    "tools": {"tools", "main", "stacks", "modules"},
}
_ROOMS = {
    "main": [ROOT / "main.py"],
    **{room: sorted((ROOT / room).rglob("*.py")) for room in ("stacks", "modules", "lambda_code", "tools", "tests")},
}
_Offences = Callable[[ast.AST], Iterator[str]]


def _imports(tree: ast.AST) -> Iterator[str]:
    """What a file imports, as `package.module` or `package.module.name`; relative imports begin with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def _tops(tree: ast.AST) -> set[str]:
    return {name.split(".")[0] for name in _imports(tree)}


def _found(rooms: tuple[str, ...], offences: _Offences) -> list[str]:
    """Every offence in the rooms: file and what it does."""
    files = [file for room in rooms for file in _ROOMS[room]]
    assert files
    return [
        f"{file.relative_to(ROOT)}: {offence}"
        for file in files
        for offence in offences(ast.parse(file.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize("room", [room for room in _MAY_IMPORT if _ROOMS[room]])
def test_dependencies_point_one_way(room: str) -> None:
    assert _found((room,), lambda tree: iter(_tops(tree) & _OURS - _MAY_IMPORT[room])) == []


def test_nobody_but_tests_imports_the_code_of_the_functions() -> None:
    rooms = ("main", "stacks", "modules", "tools")
    assert _found(rooms, lambda tree: iter(_tops(tree) & {"lambda_code"})) == []


def test_the_review_of_plans_imports_nothing_but_itself() -> None:
    """So that it can be taken out, for the plans of any Terraform project."""
    folder = ROOT / "tools" / "plan_review"
    files = sorted(folder.rglob("*.py"))
    assert files
    for file in files:
        names = set(_imports(ast.parse(file.read_text(encoding="utf-8"))))
        foreign = [name for name in names if not name.startswith("tools.plan_review.") and not _is_standard(name)]
        assert not foreign, file.name


def _is_standard(name: str) -> bool:
    return name.split(".")[0] in sys.stdlib_module_names


def test_tools_import_each_other_without_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for file in _ROOMS["tools"]:
        tool = _tool(f"tools.{'.'.join(file.relative_to(ROOT / 'tools').with_suffix('').parts)}")
        graph.setdefault(tool, set()).update(map(_tool, _imports(ast.parse(file.read_text(encoding="utf-8")))))
    edges = {tool: {other for other in others if other in graph and other != tool} for tool, others in graph.items()}
    assert list(TopologicalSorter(edges).static_order())  # a circle is a CycleError, which names it


def _tool(name: str) -> str:
    """`tools.delivery` of `tools.delivery.stacks.chosen`."""
    return ".".join(name.split(".")[:2])


def test_nobody_imports_tests_but_tests() -> None:
    rooms = tuple(room for room in _ROOMS if room != "tests")
    assert _found(rooms, lambda tree: iter(_tops(tree) & {"tests"})) == []


def test_constructs_know_no_environment() -> None:
    """Neither settings, nor variables, nor outputs: everything arrives by properties and leaves by attributes."""

    def offences(tree: ast.AST) -> Iterator[str]:
        yield from _tops(tree) & {"os", "sys", "subprocess", "tomllib", "stacks"}
        yield from (name for name in _imports(tree) if name in ("cdktf.TerraformOutput", "cdktf.TerraformVariable"))
        yield from (
            each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id in ("environ", "getenv")
        )

    assert _found(("modules",), offences) == []


def test_functions_know_nothing_of_synthesis() -> None:
    assert _found(("lambda_code",), lambda tree: iter(_tops(tree) & {*_SYNTHESIS, "pydantic"})) == []


def test_cdktf_is_imported_only_where_a_move_to_its_successor_would_look_for_it() -> None:
    assert _found(("lambda_code", "tools"), lambda tree: iter(_tops(tree) & _SYNTHESIS)) == []


def test_the_provider_is_imported_by_submodule_only() -> None:
    """Its root imports 2,200 modules."""

    def offences(tree: ast.AST) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == _PROVIDER:
                yield f"from {_PROVIDER} import ..."
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if alias.name == _PROVIDER)

    assert _found(("main", "stacks", "modules"), offences) == []


def test_main_imports_cdktf_only_after_the_shims_are_in_place() -> None:
    """What `main.py` imports at its top, and what that imports in turn, comes before `speed.install()`."""
    script = "import sys, main; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert {"stacks", "modules", "pydantic"} <= imported
    assert not imported & _SYNTHESIS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import stacks.settings", {"stacks"}),
        ("from stacks import settings as s", {"stacks"}),
        ("def f():\n    from modules.names import Names", {"modules"}),
        ("from . import names", {""}),
        ("import os.path, cdktf", {"os", "cdktf"}),
    ],
)
def test_an_import_is_seen_wherever_it_stands(text: str, found: set[str]) -> None:
    assert _tops(ast.parse(text)) == found


def test_there_are_no_relative_imports() -> None:
    assert _found(tuple(_ROOMS), lambda tree: iter(_tops(tree) & {""})) == []


def test_every_room_is_looked_at() -> None:
    assert [room for room in ("main", "stacks", "modules", "lambda_code", "tests") if not _ROOMS[room]] == []
