"""The ledger table: one row per event, below 1 KB but for very long ids: claiming in a transaction costs two units."""
# ruff: noqa: N803 - AWS writes its parameters so

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.processor.ports import Claim, Row
from lambda_code.shared.errors import UnavailableError

MAX_CLAIMS = 100
"""Items that one transaction may hold (DynamoDB API reference)."""

_ROUNDS = 6
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
_DAY_SECONDS = 86_400
_HELD = "ConditionalCheckFailed"
_PASSING = ("None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")
# A row stays as it was first written, for as long as it is remembered; the rejected write returns it. The table's
# time to live removes what has expired days later only: until then, an expired row must not count.
_CONDITION = "attribute_not_exists(id) OR expires_at < :now"


class DynamoClient(Protocol):
    """The part of the SDK's DynamoDB client that is used."""

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> object:
        """Write all items or none."""


class DynamoLedger:
    """Claims in transactions; rows that a rejected transaction names are removed, and the rest is claimed again."""

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

    def claims(self, wanted: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """Claim all, MAX_CLAIMS at a time; give for each the row that holds. Raises UnavailableError."""
        for start in range(0, len(wanted), MAX_CLAIMS):
            yield self._claim(list(wanted[start : start + MAX_CLAIMS]))

    def _claim(self, pending: list[Row]) -> list[Row]:
        rows: list[Row] = []
        for turn in range(_ROUNDS):
            reasons = self._transact(pending)
            if reasons is None:
                return [*rows, *pending]
            held = [_row(reason["Item"]) for reason in reasons if reason["Code"] == _HELD]
            pending = [claim for claim, reason in zip(pending, reasons, strict=True) if reason["Code"] != _HELD]
            rows += held
            if not pending:
                return rows
            if not held:
                pause = min(_FIRST_PAUSE_SECONDS * 2**turn, _LONGEST_PAUSE_SECONDS)
                self._sleep(random.uniform(0, pause))  # noqa: S311 - jitter, not a secret
        raise UnavailableError(f"{len(pending)} claims failed in {_ROUNDS} transactions")

    def _transact(self, claims: list[Row]) -> list[dict[str, Any]] | None:
        """Write all rows, or none and return the reason for each; raises UnavailableError."""
        now = int(self._clock())
        try:
            self._client.transact_write_items(TransactItems=[self._put(claim, now) for claim in claims])
        except BotoCoreError as error:
            raise UnavailableError(str(error)) from error
        except ClientError as error:
            response: Mapping[str, Any] = error.response
            reasons: list[dict[str, Any]] = response.get("CancellationReasons", [])
            if len(reasons) == len(claims) and all(reason["Code"] in (_HELD, *_PASSING) for reason in reasons):
                return reasons
            raise UnavailableError(str(error)) from error
        return None

    def _put(self, claim: Row, now: int) -> dict[str, Any]:
        item = {
            "id": {"S": claim.identity},
            "sequence_number": {"S": claim.sequence},
            "content_hash": {"S": claim.content_hash},
            "object_key": {"S": claim.home},
            "expires_at": {"N": str(now + self._days * _DAY_SECONDS)},
        }
        return {
            "Put": {
                "TableName": self._table,
                "Item": item,
                "ConditionExpression": _CONDITION,
                "ExpressionAttributeValues": {":now": {"N": str(now)}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }


class NoLedger:
    """Grants every claim, so that events are stored at least once."""

    def claims(self, wanted: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """Give the claims back as rows."""
        yield wanted


def _row(item: Mapping[str, Mapping[str, str]]) -> Claim:
    return Claim(
        identity=item["id"]["S"],
        sequence=item["sequence_number"]["S"],
        content_hash=item["content_hash"]["S"],
        home=item["object_key"]["S"],
    )
