"""A stand-in for a load balancer that ends TLS: what comes through it counts as encrypted on the way."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
_TIMEOUT_SECONDS = 60


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of who asked and is gone before the answer: a function that was ended, for instance."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def running_front(port: int) -> Iterator[str]:
    """The URL of a front for `port` of this machine, which says of every request that it came over TLS."""

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or the content waits 40 ms for the client to acknowledge the headers

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
            try:
                # The host stays as it came: it is part of what was signed.
                connection.request(self.command, self.path, body, {**dict(self.headers), "X-Forwarded-Proto": "https"})
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_OPTIONS = _pass_on  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Nothing: the emulator has a log."""

    server = _Server(("127.0.0.1", 0), Front)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
