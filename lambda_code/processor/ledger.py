"""The ledger table: one row per event, below 1 KB but for very long ids, so that a claim costs one write unit."""
# ruff: noqa: N803 - AWS writes its parameters so

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.processor.ports import Claim, Row
from lambda_code.shared.errors import UnavailableError

MAX_CLAIMS = 25
"""Statements that one call may hold (DynamoDB API reference, "BatchExecuteStatement")."""

_ROUNDS = 6
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
_DAY_SECONDS = 86_400
# Codes of single statements (DynamoDB API reference, "BatchStatementError"): one finds a row that is there ...
_HELD = "DuplicateItem"
# ... and these pass, whether the statement had an effect or not: the next try would find its row.
_PASSING = (
    "InternalServerError",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "ThrottlingError",
    "TransactionConflict",
)
# The time is a number of ours, the same for all: one parameter less for the SDK to write. All text is in parameters.
_INSERT = (
    "INSERT INTO \"{table}\" VALUE {{'id': ?, 'sequence_number': ?, 'content_hash': ?, 'object_key': ?, "
    "'expires_at': {expires_at}}}"
)
# A row stays as it was first written, for as long as it is remembered. The table's time to live removes what has
# expired days later only: until then, an expired row must not count.
_CONDITION = "attribute_not_exists(id) OR expires_at < :now"


class DynamoClient(Protocol):
    """The part of the SDK's DynamoDB client that is used."""

    def batch_execute_statement(self, *, Statements: list[dict[str, Any]]) -> Mapping[str, Any]:
        """Execute each by itself; the answers are in their order."""

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Mapping[str, Any]:
        """Read rows, as many as there is capacity for."""

    def put_item(
        self,
        *,
        TableName: str,
        Item: dict[str, Any],
        ConditionExpression: str,
        ExpressionAttributeValues: dict[str, Any],
        ReturnValuesOnConditionCheckFailure: str,
    ) -> object:
        """Write a row if the condition holds, or raise ConditionalCheckFailedException with the row that is there."""


class DynamoLedger:
    """Claims by inserts, each of which is taken or refused by itself, and reads only the rows that inserts find."""

    def __init__(
        self,
        client: DynamoClient,
        table: str,
        days: int,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._days = days
        self._clock = clock
        self._sleep = sleep

    @property
    def size(self) -> int:
        """MAX_CLAIMS."""
        return MAX_CLAIMS

    def claim(self, wanted: Sequence[Row]) -> Sequence[Row]:
        """Claim up to `size` events; give for each the row that holds. Raises UnavailableError.

        What is refused for now, or could not be read, is tried again. An insert whose answer was lost finds its own
        row.
        """
        rows: dict[str, Row] = {}
        pending = list(wanted)
        for turn in range(_ROUNDS):
            inserted, held = self._insert(pending)
            rows.update((row.identity, row) for row in (*inserted, *self._held(held)))
            pending = [claim for claim in pending if claim.identity not in rows]
            if not pending:
                return [*rows.values()]
            pause = min(_FIRST_PAUSE_SECONDS * 2**turn, _LONGEST_PAUSE_SECONDS)
            self._sleep(random.uniform(0, pause))  # noqa: S311 - jitter, not a secret
        raise UnavailableError(f"{len(pending)} of {len(wanted)} claims failed {_ROUNDS} times")

    def _insert(self, claims: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """The claims that are rows now, and those that found one; all others were refused for now."""
        statement = _INSERT.format(table=self._table, expires_at=self._expires_at())
        parameters = [
            [{"S": each.identity}, {"S": each.sequence}, {"S": each.content_hash}, {"S": each.home}] for each in claims
        ]
        statements = [{"Statement": statement, "Parameters": each} for each in parameters]
        answer = _answered(lambda: self._client.batch_execute_statement(Statements=statements))
        inserted: list[Row] = []
        held: list[Row] = []
        for claim, made in zip(claims, answer["Responses"], strict=True):
            error = made.get("Error")
            if not error:
                inserted.append(claim)
            elif error["Code"] == _HELD:
                held.append(claim)
            elif error["Code"] not in _PASSING:
                raise UnavailableError(f"{error['Code']}: {error.get('Message', '')}")
        return inserted, held

    def _held(self, claims: Sequence[Row]) -> Iterator[Row]:
        """The rows that hold, but for those that are gone or that DynamoDB has not read."""
        if not claims:
            return
        wanted = {"Keys": [{"id": {"S": claim.identity}} for claim in claims], "ConsistentRead": True}
        answer = _answered(lambda: self._client.batch_get_item(RequestItems={self._table: wanted}))
        found = {item["id"]["S"]: item for item in answer["Responses"].get(self._table, ())}
        for claim in claims:
            if item := found.get(claim.identity):
                yield self._replaced(claim) if int(item["expires_at"]["N"]) < self._clock() else _row(item)

    def _replaced(self, claim: Row) -> Row:
        """The claim in the place of an expired row, unless another one was faster."""
        item = {
            "id": {"S": claim.identity},
            "sequence_number": {"S": claim.sequence},
            "content_hash": {"S": claim.content_hash},
            "object_key": {"S": claim.home},
            "expires_at": {"N": str(self._expires_at())},
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=_CONDITION,
                ExpressionAttributeValues={":now": {"N": str(int(self._clock()))}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except BotoCoreError as error:
            raise UnavailableError(str(error)) from error
        except ClientError as error:
            response: Mapping[str, Any] = error.response
            if row := response.get("Item"):
                return _row(row)
            raise UnavailableError(str(error)) from error
        return claim

    def _expires_at(self) -> int:
        return int(self._clock()) + self._days * _DAY_SECONDS


class NoLedger:
    """Grants every claim, so that events are stored at least once."""

    size = 10_000  # as many as a batch can have (Lambda developer guide, "Kinesis")

    def claim(self, wanted: Sequence[Row]) -> Sequence[Row]:
        """Give the claims back as rows."""
        return wanted


def _answered(call: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise UnavailableError(str(error)) from error


def _row(item: Mapping[str, Mapping[str, str]]) -> Claim:
    return Claim(
        identity=item["id"]["S"],
        sequence=item["sequence_number"]["S"],
        content_hash=item["content_hash"]["S"],
        home=item["object_key"]["S"],
    )
