"""Events made idempotent by Powertools for AWS Lambda, against a table: what that takes, as JSON.

Usage: python tests/benchmarks/apps/powertools_app.py URL TABLE EVENTS (with the Python of the environment `powertools`)
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import boto3
from aws_lambda_powertools.utilities.idempotency import (  # type: ignore[import-not-found]
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)


def main(url: str, table: str, events: int) -> None:
    """Process that many events, each once."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    client = session.client("dynamodb", endpoint_url=url)
    units: list[float] = []

    def ask(params: dict[str, Any], **_: object) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def count(parsed: dict[str, Any], **_: object) -> None:
        units.append(parsed["ConsumedCapacity"]["CapacityUnits"])

    client.meta.events.register("before-parameter-build.dynamodb", ask)
    client.meta.events.register("after-call.dynamodb", count)
    store = DynamoDBPersistenceLayer(table_name=table, boto3_client=client)

    @idempotent_function(
        data_keyword_argument="event",
        persistence_store=store,
        config=IdempotencyConfig(event_key_jmespath="[source, id]"),
    )  # type: ignore[untyped-decorator]
    def process(*, event: dict[str, Any]) -> None:
        """Do nothing: what is around it is measured."""

    began = time.process_time()
    for number in range(events):
        process(event={"source": "/shop", "id": f"powertools-{number}", "data": {"n": number}})
    cpu = time.process_time() - began
    print(json.dumps({"units": sum(units) / events, "cpu_us": cpu / events * 1e6}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
