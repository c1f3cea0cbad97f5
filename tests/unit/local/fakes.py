"""Programs and services that these tests put in the place of the real ones."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_EMULATOR = """
import http.server, os, signal, subprocess, sys
{before}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
subprocess.Popen(["sleep", "60"])  # a worker
http.server.HTTPServer(("127.0.0.1", int(os.environ["GATEWAY_PORT"])), Handler).serve_forever()
"""


def write_program(path: Path, text: str) -> Path:
    """An executable Python program."""
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return path


def emulator_program(folder: Path, *, before: str = "") -> Path:
    """Stands for the emulator: answers, and has a worker; `before` is run first."""
    return write_program(folder / "ministack", _EMULATOR.format(before=before))


class Bucket:
    """An S3 client of one bucket."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        self.objects = dict(objects)
        self.reads: list[str] = []

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Sequence[Mapping[str, Any]]:  # noqa: N803, ARG002
        found = [{"Key": k, "ETag": str(hash(v))} for k, v in self.objects.items() if k.startswith(Prefix)]
        return [{"Contents": found, "KeyCount": len(found)} if found else {"KeyCount": 0}]

    def get_object(self, *, Bucket: str, Key: str) -> Mapping[str, Any]:  # noqa: N803, ARG002
        import io

        self.reads.append(Key)
        return {"Body": io.BytesIO(self.objects[Key])}


class Answers:
    """A client that answers every operation with what it was given, or with nothing."""

    def __init__(self, **answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __getattr__(self, operation: str) -> Callable[..., Mapping[str, Any]]:
        return lambda **_: self._answers.get(operation, {})
