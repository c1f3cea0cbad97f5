"""A model of the calls that the ledger makes of DynamoDB, with the statements and conditions that they really name.

From the API reference: "BatchExecuteStatement": up to 25 statements, each done or refused by itself, whose answers are
in their order; an insert that finds a row is refused as `DuplicateItem`, without the row. "BatchGetItem": up to 100
rows, of which some may be left as `UnprocessedKeys`. "PutItem": the error has the row that is there where
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

from tests.faults.injection import Call, Faults, client_error

Row = Mapping[str, Any]
Condition = Callable[[Row, Row], bool]

_TOKEN = re.compile(r"\s*(attribute_not_exists\s*\(\s*\w+\s*\)|\(|\)|AND\b|OR\b|\w+\s*[=<]\s*:\w+)")
_INSERT = re.compile(r'INSERT INTO "[\w.-]+" VALUE \{(.*)\}')
_MEMBER = re.compile(r"'(\w+)': (\?|[0-9]+)")
_REFUSED = ("ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict", "InternalServerError")


@dataclass
class Table:
    """Rows by id."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def forget(self, now: float) -> None:
        """Delete what has expired, as time to live does sooner or later."""
        self.rows = {name: row for name, row in self.rows.items() if int(row["expires_at"]["N"]) > now}


@dataclass
class DynamoClient:
    """What the SDK gives the processor; `refused` is the chance of each statement or key to be refused for now."""

    table: Table
    faults: Faults
    rng: Random = field(default_factory=lambda: Random(0))
    refused: float = 0.0

    def batch_execute_statement(self, *, Statements: list[dict[str, Any]]) -> dict[str, Any]:
        rows = [inserted(**statement) for statement in Statements]
        if not 1 <= len(rows) <= 25 or len({row["id"]["S"] for row in rows}) < len(rows):
            raise client_error("ValidationException")

        def insert(*, partly: bool = False) -> dict[str, Any]:
            return {"Responses": [self._insert(row, partly and not place % 2) for place, row in enumerate(rows)]}

        return self.faults.call("dynamodb", Call(insert, lambda: insert(partly=True)))

    def _insert(self, row: dict[str, Any], is_refused: bool) -> dict[str, Any]:
        code = self._refusal(is_refused)
        if code == "InternalServerError" and self.rng.random() < 0.5:
            self.table.rows.setdefault(row["id"]["S"], row)
        elif code is None and row["id"]["S"] in self.table.rows:
            code = "DuplicateItem"
        elif code is None:
            self.table.rows[row["id"]["S"]] = row
        return {"TableName": "ledger"} | ({"Error": {"Code": code, "Message": "ordered by a test"}} if code else {})

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:
        [(table, wanted)] = RequestItems.items()
        names = [key["id"]["S"] for key in wanted["Keys"]]
        if not 1 <= len(names) <= 100 or len(set(names)) < len(names):
            raise client_error("ValidationException")
        assert wanted["ConsistentRead"], "the model has no older states of rows"

        def read(*, partly: bool = False) -> dict[str, Any]:
            left = {name for place, name in enumerate(names) if self._refusal(partly and not place % 2)}
            found = [self.table.rows[name] for name in reversed(names) if name in self.table.rows and name not in left]
            keys = [{"id": {"S": name}} for name in left]
            return {"Responses": {table: found}, "UnprocessedKeys": {table: {"Keys": keys}} if keys else {}}

        return self.faults.call("dynamodb", Call(read, lambda: read(partly=True)))

    def put_item(self, *, Item: dict[str, Any], **condition: Any) -> object:
        return self.faults.call("dynamodb", lambda: self._put(Item, condition))

    def _put(self, item: dict[str, Any], condition: dict[str, Any]) -> object:
        row = self.table.rows.get(item["id"]["S"])
        holds = compiled(condition["ConditionExpression"])(row or {}, condition["ExpressionAttributeValues"])
        if not holds:
            shown = condition.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            raise client_error("ConditionalCheckFailedException", **({"Item": row} if shown and row else {}))
        self.table.rows[item["id"]["S"]] = item
        return {}

    def _refusal(self, is_refused: bool) -> str | None:
        if is_refused:
            return _REFUSED[0]
        return self.rng.choice(_REFUSED) if self.refused and self.rng.random() < self.refused else None


def inserted(Statement: str, Parameters: list[dict[str, str]]) -> dict[str, Any]:
    """The row of an INSERT, whose values are parameters, or numbers."""
    found = _INSERT.fullmatch(Statement)
    assert found, f"the model cannot read {Statement}"
    members, values = _MEMBER.findall(found[1]), iter(Parameters)
    assert ", ".join(f"'{name}': {value}" for name, value in members) == found[1], f"the model cannot read {Statement}"
    row = {name: next(values) if value == "?" else {"N": value} for name, value in members}
    assert next(values, None) is None, "more parameters than question marks"
    return row


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
