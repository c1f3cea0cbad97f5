"""Reads what Terraform prints, for programs (`-json`) and for people."""

import json
import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

_FRAME = " │╷╵\n"
_TITLE = re.compile(r"^(?=(?:Error|Warning): )", re.MULTILINE)


def errors_in(printed: str) -> list[str]:
    """Every error of `-json`, each on one line with the address that it is about."""
    found = (message_of(line).get("diagnostic", {}) for line in printed.splitlines())
    return [_one_line(one) for one in found if one.get("severity") == "error"]


def _one_line(diagnostic: Json) -> str:
    parts = (diagnostic.get("address"), diagnostic["summary"], " ".join(diagnostic.get("detail", "").split()))
    return ": ".join(filter(None, parts))


def said_to_people(printed: str) -> list[str]:
    """Every error and every warning for people, each on one line; warnings say so."""
    lines = (line.strip(_FRAME) for line in printed.splitlines() if not line.startswith("{"))
    _, *blocks = _TITLE.split("\n".join(lines))
    return [" ".join(block.split()).removeprefix("Error: ") for block in blocks]


def message_of(line: str) -> Json:
    """A line of `-json`; empty where it is no such line."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class Counter:
    """Counts the resources that a command has finished, from the lines of `-json`."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._done = self._planned = 0

    def __call__(self, line: str) -> None:
        """Takes a line, and returns the progress."""
        message = message_of(line)
        kind = message.get("type")
        if kind == "change_summary":
            changes = message["changes"]
            count = sum(changes[name] for name in ("add", "change", "remove"))
            if changes["operation"] == "plan":
                self._planned = count
            else:
                self._say(f"{count} resources" if count else "nothing to do")
        elif kind == "apply_complete":
            self._done += 1
            self._say(f"{self._done} of {self._planned} resources")
