"""A model of DynamoDB's transactions, with the conditions that they really name.

From the API reference, "TransactWriteItems": up to 100 items, none twice; all are written or none;
`TransactionCanceledException` has a reason for each item, in their order, with the item that is there where
`ReturnValuesOnConditionCheckFailure` asks for it.
"""
# ruff: noqa: N803 - AWS writes its parameters so

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from tests.faults.injection import Faults, client_error

Row = Mapping[str, Any]
Condition = Callable[[Row, Row], bool]

_TOKEN = re.compile(r"\s*(attribute_not_exists\s*\(\s*\w+\s*\)|\(|\)|AND\b|OR\b|\w+\s*[=<]\s*:\w+)")


@dataclass
class Table:
    """Rows by id."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def forget(self, now: float) -> None:
        """Delete what has expired, as time to live does sooner or later."""
        self.rows = {name: row for name, row in self.rows.items() if int(row["expires_at"]["N"]) > now}


@dataclass
class DynamoClient:
    """What the SDK gives the processor; `conflicts` is the chance of meeting another transaction."""

    table: Table
    faults: Faults
    rng: Random = field(default_factory=lambda: Random(0))
    conflicts: float = 0.0

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> object:
        puts = [item["Put"] for item in TransactItems]
        ids = {put["Item"]["id"]["S"] for put in puts}
        if not 1 <= len(puts) <= 100 or len(ids) < len(puts):
            raise client_error("ValidationException")
        return self.faults.call("dynamodb", lambda: self._write(puts))

    def _write(self, puts: list[dict[str, Any]]) -> object:
        reasons = [self._reason(put) for put in puts]
        if self.conflicts and self.rng.random() < self.conflicts:
            reasons[self.rng.randrange(len(reasons))] = {"Code": "TransactionConflict"}
        if any(reason["Code"] != "None" for reason in reasons):
            raise client_error("TransactionCanceledException", CancellationReasons=reasons)
        self.table.rows.update((put["Item"]["id"]["S"], put["Item"]) for put in puts)
        return {}

    def _reason(self, put: dict[str, Any]) -> dict[str, Any]:
        row = self.table.rows.get(put["Item"]["id"]["S"])
        expression = put.get("ConditionExpression")
        if expression is None or compiled(expression)(row or {}, put.get("ExpressionAttributeValues", {})):
            return {"Code": "None"}
        shown = put.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return {"Code": "ConditionalCheckFailed", **({"Item": row} if shown and row else {})}


@cache
def compiled(expression: str) -> Condition:
    """A condition made of `attribute_not_exists`, `=`, `<` (of numbers), AND, OR and brackets; AND binds closer."""
    tokens = [re.sub(r"\s", "", token) for token in _TOKEN.findall(expression)]
    assert "".join(tokens) == re.sub(r"\s", "", expression), f"the model cannot read {expression}"
    condition = _either(tokens)
    assert not tokens, f"the model cannot read {expression}"
    return condition


def _either(tokens: list[str]) -> Condition:
    parts = [_both(tokens)]
    while tokens[:1] == ["OR"]:
        tokens.pop(0)
        parts.append(_both(tokens))
    return parts[0] if len(parts) == 1 else lambda row, values: any(part(row, values) for part in parts)


def _both(tokens: list[str]) -> Condition:
    parts = [_one(tokens)]
    while tokens[:1] == ["AND"]:
        tokens.pop(0)
        parts.append(_one(tokens))
    return parts[0] if len(parts) == 1 else lambda row, values: all(part(row, values) for part in parts)


def _one(tokens: list[str]) -> Condition:
    token = tokens.pop(0)
    if token == "(":
        inner = _either(tokens)
        assert tokens.pop(0) == ")"
        return inner
    if token.startswith("attribute_not_exists"):
        name = token[token.index("(") + 1 : -1]
        return lambda row, _: name not in row
    name, sign, value = re.split("([=<])", token)
    if sign == "<":
        return lambda row, values: name in row and float(row[name]["N"]) < float(values[value]["N"])
    return lambda row, values: name in row and row[name] == values[value]
