"""The parameters of a query, which MiniStack drops."""

import json

import sqlglot
from sqlglot import TokenType
from sqlglot.errors import SqlglotError

from tools.emulator.athena.resolving import DIALECT


def bound(body: bytes) -> bytes:
    """The body of a StartQueryExecution with each `?` of its query replaced by its parameter, which is SQL, too.

    As many as there are: the engine refuses a query that is left with a `?`, or that can't be read.
    """
    asked = json.loads(body)
    parameters, sql = asked.get("ExecutionParameters") or [], asked["QueryString"]
    if not parameters:
        return body
    try:
        places = [one for one in sqlglot.tokenize(sql, read=DIALECT) if one.token_type is TokenType.PLACEHOLDER]
    except SqlglotError:
        return body
    for place, parameter in reversed([*zip(places, parameters, strict=False)]):
        sql = sql[: place.start] + parameter + sql[place.end + 1 :]
    return json.dumps(asked | {"QueryString": sql}).encode()
