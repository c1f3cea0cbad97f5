"""The code of the functions, read but not run: what it imports, which clients it makes, which variables it is given."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from stacks.settings import FUNCTIONS
from tests.project import ROOT


@cache
def tree(module: str) -> ast.Module | None:
    path = ROOT / module.replace(".", "/")
    file = next((each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()), None)
    return ast.parse(file.read_text("utf-8")) if file else None


def modules_of(function: str) -> list[ast.Module]:
    """Every module of ours that the handler imports, itself or through others."""
    waiting, found = [f"lambda_code.{function}.handler"], dict[str, ast.Module]()
    while waiting:
        name = waiting.pop()
        if name in found or not name.startswith("lambda_code") or (parsed := tree(name)) is None:
            continue
        found[name] = parsed
        for node in ast.walk(parsed):
            if isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                waiting += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return list(found.values())


def nodes(trees: Iterable[ast.Module]) -> Iterator[ast.AST]:
    for each in trees:
        yield from ast.walk(each)


def services_of(trees: Iterable[ast.Module]) -> set[str]:
    """The services that clients are made of: `aws.client("s3", ...)`."""
    calls = [node for node in nodes(trees) if isinstance(node, ast.Call) and ast.unparse(node.func) == "aws.client"]
    return {ast.literal_eval(call.args[0]) for call in calls}


def environ() -> dict[str, str]:
    """A value for every variable that Lambda and the stack set for some function."""
    declared = {name for function in FUNCTIONS for name in settings_of(function).VARIABLES}
    return {
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        **{name: name.removeprefix("TAP_").lower().replace("_", "-") for name in sorted(declared)},
        "TAP_API_AUTH": "signature",
        "TAP_DEDUPLICATION_DAYS": "35",
        "TAP_ACCOUNT_ID": "111111111111",
        "TAP_CHECK_DAYS": "35",
        "TAP_RAW_EXPIRATION_DAYS": "90",
        "TAP_EVENTS_VIEW": '{"sql": "SELECT event FROM raw WHERE {raw} AND {compacted}", "columns": ["event"]}',
        "TAP_INBOX_RULES": '{"ignored_names": ["_*"], "records_paths": {"AWSLogs/": "Records"}}',
    }


def settings_of(function: str) -> Any:
    """The module `settings` of a function."""
    return importlib.import_module(f"lambda_code.{function}.settings")
