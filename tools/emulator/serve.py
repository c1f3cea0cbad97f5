"""The process: MiniStack, with some things added. It runs as a script, with MiniStack on its path, and after
it this project.

- It accepts requests in the form that clients send to a proxy (`GET http://host/path`), as every HTTP/1.1 server must
  (RFC 9112, 3.2.2) and hypercorn, which MiniStack runs on, does not: see `emulator_provider` in stacks/emulator.py.
- CloudWatch Logs keeps saved queries, of which MiniStack knows nothing (CloudWatch Logs API reference,
  `PutQueryDefinition`, `DescribeQueryDefinitions`, `DeleteQueryDefinition`).
- Where it enforces IAM it authorises a batch of PartiQL statements by what each of them does to which table, as
  DynamoDB does (developer guide, "IAM security policies with PartiQL for DynamoDB"): MiniStack asks for an action that
  is called like the operation, which no policy can allow.
- There it also knows the ARN of a rule on the default event bus, which doesn't name the bus (Service Authorization
  Reference, Amazon EventBridge), and calls that name a rule or a resource by other parameters than MiniStack knows.
- There it also knows what calls of Athena and Glue are about (tools/emulator/arns.py).
- Athena runs its SQL over the tables of the Glue catalog (tools/emulator/athena), which MiniStack reads in part.
- With `--until-stdin-closes` it ends as soon as its input is closed, so also when whoever started it is killed.
"""

import json
import os
import re
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Coroutine, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

Scope = MutableMapping[str, Any]
App = Callable[[Scope, object, object], Coroutine[Any, Any, None]]
Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, object], Coroutine[Any, Any, Answer]]
Checks = Callable[[str, bytes, str, str], list[tuple[str, str]]]
Arns = Callable[[bytes, str, str], list[str]]

_STATEMENT = re.compile(r'\s*(INSERT|UPDATE|DELETE|SELECT)\b[^"]*"([^"]+)"', re.IGNORECASE)

UNTIL_STDIN_CLOSES = "--until-stdin-closes"


def accepting_absolute_form(app: App) -> App:
    """The ASGI application, given only the path of a target that is a whole URL; the Host header names the host."""

    async def wrapped(scope: Scope, receive: object, send: object) -> None:
        if scope["type"] == "http" and not scope["raw_path"].startswith(b"/"):
            path = urlsplit(scope["raw_path"].decode("ascii")).path or "/"
            scope = {**scope, "path": unquote(path), "raw_path": path.encode("ascii")}
        await app(scope, receive, send)

    return wrapped


def keeping_queries(handle: Handler, kept: MutableMapping[str, dict[str, Any]]) -> Handler:
    """The handler of CloudWatch Logs, which also saves queries, in `kept`."""

    def put(body: dict[str, Any]) -> dict[str, Any]:
        id_ = body.setdefault("queryDefinitionId", str(uuid.uuid4()))
        kept[id_] = body | {"lastModified": int(time.time() * 1000)}
        return {"queryDefinitionId": id_}

    def describe(body: dict[str, Any]) -> dict[str, Any]:
        prefix = body.get("queryDefinitionNamePrefix", "")
        return {"queryDefinitions": [one for one in kept.values() if one["name"].startswith(prefix)]}

    def delete(body: dict[str, Any]) -> dict[str, Any]:
        return {"success": kept.pop(body["queryDefinitionId"], None) is not None}

    known = {"PutQueryDefinition": put, "DescribeQueryDefinitions": describe, "DeleteQueryDefinition": delete}

    async def wrapped(method: str, path: str, headers: dict[str, str], body: bytes, query: object) -> Answer:
        answer = known.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if answer is None:
            return await handle(method, path, headers, body, query)
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer(json.loads(body))).encode()

    return wrapped


def with_partiql(transaction_checks: Checks) -> Checks:
    """MiniStack's list of what is to be allowed for a call of several parts, with that of statements."""

    def checks(action: str, body: bytes, region: str, account_id: str) -> list[tuple[str, str]]:
        if action != "dynamodb:BatchExecuteStatement":
            return transaction_checks(action, body, region, account_id)
        tables = f"arn:aws:dynamodb:{region}:{account_id}:table/"
        found = [_STATEMENT.match(each["Statement"]) for each in json.loads(body)["Statements"]]
        known = [(f"dynamodb:PartiQL{each[1].title()}", tables + each[2]) for each in found if each]
        return known if len(known) == len(found) else []  # nothing is allowed then

    return checks


def with_rules(arns_of_buses: Arns) -> Arns:
    """MiniStack's list of what a call of EventBridge is about, with rules of the default bus, and tagged resources."""

    def arns(body: bytes, region: str, account_id: str) -> list[str]:
        asked = json.loads(body or b"{}")
        rule, bus = asked.get("Rule") or asked.get("Name"), asked.get("EventBusName") or "default"
        if rule and bus == "default":
            return [f"arn:aws:events:{region}:{account_id}:rule/{rule}"]
        return [asked["ResourceARN"]] if "ResourceARN" in asked else arns_of_buses(body, region, account_id)

    return arns


def running_queries(handle: Handler) -> Handler:
    """The handler of Athena, whose queries our engine runs; MiniStack's module is not imported before it is called."""

    async def wrapped(method: str, path: str, headers: dict[str, str], body: bytes, query: object) -> Answer:
        from ministack.services import athena  # type: ignore[import-untyped]

        from tools.emulator.athena.execution import executing

        athena._execute_query = executing(athena)
        if headers.get("x-amz-target", "").endswith(".StartQueryExecution"):
            from tools.emulator.athena.parameters import bound

            body = bound(body)
        return await handle(method, path, headers, body, query)

    return wrapped


def _workgroup_of(query: str) -> str | None:
    """The workgroup of a query that has begun."""
    from ministack.services import athena

    execution = athena._executions.get(query)
    return str(execution["WorkGroup"]) if execution else None


def _end_when_stdin_closes() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serves until it is ended; the variables that configure it are MiniStack's own."""
    from ministack import app as ministack  # type: ignore[import-untyped]
    from ministack.core import iam_actions  # type: ignore[import-untyped]
    from ministack.core.responses import AccountRegionScopedDict  # type: ignore[import-untyped]
    from ministack.services import cloudwatch_logs

    if UNTIL_STDIN_CLOSES in sys.argv:
        sys.argv.remove(UNTIL_STDIN_CLOSES)  # MiniStack reads the others
        threading.Thread(target=_end_when_stdin_closes, daemon=True).start()
    sys.path.append(str(Path(__file__).parents[2]))
    ministack.SERVICE_HANDLERS["athena"] = running_queries(ministack.SERVICE_HANDLERS["athena"])
    cloudwatch_logs.handle_request = keeping_queries(cloudwatch_logs.handle_request, AccountRegionScopedDict())
    iam_actions.dynamodb_transaction_checks = with_partiql(iam_actions.dynamodb_transaction_checks)
    from tools.emulator.arns import with_tables_and_workgroups

    iam_actions.extract_resource_arn = with_tables_and_workgroups(iam_actions.extract_resource_arn, _workgroup_of)
    iam_actions.eventbridge_resource_arns = with_rules(iam_actions.eventbridge_resource_arns)
    # Its main() takes the application from its module when it serves.
    ministack.app = accepting_absolute_form(ministack.app)
    ministack.main()


if __name__ == "__main__":
    main()
