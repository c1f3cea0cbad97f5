"""The process: MiniStack, with two things added. It runs as a script, with nothing but MiniStack on its path.

- It accepts requests in the form that clients send to a proxy (`GET http://host/path`), as every HTTP/1.1 server must
  (RFC 9112, 3.2.2) and hypercorn, which MiniStack runs on, does not: see `emulator_provider` in stacks/emulator.py.
- With `--until-stdin-closes` it ends as soon as its input is closed, so also when whoever started it is killed.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

Scope = MutableMapping[str, Any]
App = Callable[[Scope, object, object], Coroutine[Any, Any, None]]

UNTIL_STDIN_CLOSES = "--until-stdin-closes"


def accepting_absolute_form(app: App) -> App:
    """The ASGI application, given only the path of a target that is a whole URL; the Host header names the host."""

    async def wrapped(scope: Scope, receive: object, send: object) -> None:
        if scope["type"] == "http" and not scope["raw_path"].startswith(b"/"):
            path = urlsplit(scope["raw_path"].decode("ascii")).path or "/"
            scope = {**scope, "path": unquote(path), "raw_path": path.encode("ascii")}
        await app(scope, receive, send)

    return wrapped


def _end_when_stdin_closes() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serves until it is ended; the variables that configure it are MiniStack's own."""
    from ministack import app as ministack  # type: ignore[import-untyped]

    if UNTIL_STDIN_CLOSES in sys.argv:
        sys.argv.remove(UNTIL_STDIN_CLOSES)  # MiniStack reads the others
        threading.Thread(target=_end_when_stdin_closes, daemon=True).start()
    # Its main() takes the application from its module when it serves.
    ministack.app = accepting_absolute_form(ministack.app)
    ministack.main()


if __name__ == "__main__":
    main()
