"""The variables that the code reads are those that it declares, and the environment is read in one place."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from stacks.settings import FUNCTIONS

ROOT = Path(__file__).parents[3] / "lambda_code"


def trees(folder: Path) -> Iterator[tuple[Path, ast.AST]]:
    for file in sorted(folder.rglob("*.py")):
        yield file, ast.parse(file.read_text("utf-8"))


def variables_read(tree: ast.AST) -> set[str]:
    """Every name that is passed to `required`, `environ.get` or `environ[...]`, or looked for in the environment."""
    found = set()
    for node in ast.walk(tree):
        names: list[ast.expr] = []
        if isinstance(node, ast.Call):
            names = node.args
        elif isinstance(node, ast.Subscript):
            names = [node.slice]
        elif isinstance(node, ast.Compare):
            names = [node.left]
        found |= {
            name.value
            for name in names
            if isinstance(name, ast.Constant)
            and isinstance(name.value, str)
            and name.value.startswith(("TAP_", "AWS_"))
        }
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_reads_what_it_declares_and_nothing_else(function: str) -> None:
    settings = importlib.import_module(f"lambda_code.{function}.settings")
    declared = {*settings.VARIABLES, *getattr(settings, "RUNTIME_VARIABLES", ())}
    read = set().union(*(variables_read(tree) for _, tree in trees(ROOT / function)))
    assert read == declared


def test_shared_code_reads_only_what_the_runtime_sets() -> None:
    read = set().union(*(variables_read(tree) for _, tree in trees(ROOT / "shared")))
    assert read == {"AWS_LAMBDA_FUNCTION_NAME"}


def test_the_process_environment_is_touched_only_by_handlers() -> None:
    for file, tree in trees(ROOT):
        touched = [
            node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        ]
        assert not touched or file.name == "handler.py", file


def test_the_domain_imports_only_the_standard_library_and_msgspec() -> None:
    adapters = {
        "archive.py",
        "athena.py",
        "glue.py",
        "ledger.py",
        "inbox.py",
        "next_invocation.py",
        "signing_keys.py",
        "stream.py",
        "quarantine.py",
        "aws.py",
    }
    for file, tree in trees(ROOT):
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        uses_sdk = any(name.split(".")[0] in ("botocore", "boto3") for name in imported)
        assert uses_sdk == (file.name in adapters), file
