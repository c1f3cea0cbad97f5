"""Notes about what could not be imported: one object of NDJSON for many bad lines, not one for each."""

import binascii
from typing import Protocol

import msgspec

from lambda_code.importer.file import File


class Quarantine(Protocol):
    """Where what can never be stored is kept."""

    def put(self, name: str, body: bytes) -> None:
        """Keep it under the name, once. Raises UnavailableError."""


class Notes:
    """What is noted of one file.

    It is kept under the place of the first note since the last `flush`: who flushes at the same places of the file
    again writes the same objects again.
    """

    def __init__(self, quarantine: Quarantine, file: File) -> None:
        self._quarantine = quarantine
        self._file = file
        self._lines: list[bytes] = []
        self._first = (0, 0)

    def add(self, number: int, part: int, reason: str, raw: bytes | None = None, *, detail: str = "") -> None:
        """Note the reason, and the text itself where there is one."""
        file = {"bucket": self._file.bucket, "key": self._file.key, "version": self._file.version}
        data = None if raw is None else binascii.b2a_base64(raw, newline=False).decode()
        more = {"detail": detail} if detail else {}
        note = {"reason": reason, "line": number, "part": part, **file, **more, "data_base64": data}
        self._first = self._first if self._lines else (number, part)
        self._lines.append(msgspec.json.encode(note))

    def flush(self) -> None:
        """Keep what is noted so far; raises UnavailableError."""
        if self._lines:
            number, part = self._first
            place = f"{number}-{part}" if part else f"{number}"
            self._quarantine.put(f"files/{self._file.name}-{place}.ndjson", b"\n".join([*self._lines, b""]))
        self._lines.clear()
