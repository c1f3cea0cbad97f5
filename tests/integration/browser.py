"""A real browser that shows a page of any origin, and what the page's request was answered."""

import json
import queue
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from tests.synthesized import Json

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
"""Browsers that understand the flags below; Debian's package is called `chromium`."""

_ANSWER_SECONDS = 60
# Nothing that it does by itself: no first run, no calls home, no sandbox, which needs rights that containers lack.
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--no-proxy-server"),
)
_PAGE = """<!doctype html><meta charset="utf-8"><title>page</title><script>
const {url, options} = REQUEST;
fetch(url, options)
  .then(async (answer) => ({status: answer.status, body: await answer.text()}))
  .catch((error) => ({error: String(error)}))
  .then((told) => fetch("/told", {method: "POST", body: JSON.stringify(told)}));
</script>"""


def find_browser() -> str | None:
    """The program of a browser; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def fetch_from_page(
    program: str, home: Path, origin: str, url: str, *, headers: Mapping[str, str], body: str
) -> dict[str, Any]:
    """What a page of the origin (http) gets for a POST: `status` and `body`, or `error` where the browser refuses."""
    request = {"url": url, "options": {"method": "POST", "headers": dict(headers), "body": body}}
    page = _PAGE.replace("REQUEST", json.dumps(request).replace("<", "\\u003c"))
    with _serving(page.encode()) as (port, told), _browsing(program, home, origin, port):
        return told.get(timeout=_ANSWER_SECONDS)


@contextmanager
def _serving(page: bytes) -> Iterator[tuple[int, "queue.Queue[Json]"]]:
    """The port of a server that shows the page, and what the page tells it."""
    told: queue.Queue[Json] = queue.Queue()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(page)

        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(b"")

        def _answer(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Keeps quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], told
        server.shutdown()


@contextmanager
def _browsing(program: str, home: Path, origin: str, port: int) -> Iterator[None]:
    """A browser that shows the origin's first page, for which it asks this machine's port; ended on leaving."""
    host = urlsplit(origin).hostname
    command = [program, *_FLAGS, f"--user-data-dir={home}", f"--host-resolver-rules=MAP {host}:80 127.0.0.1:{port}"]
    with (home / "browser.log").open("wb") as log:
        process = subprocess.Popen([*command, f"{origin}/"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
