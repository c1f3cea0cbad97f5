"""Notes about what could not be imported: one object of NDJSON for many bad lines, not one for each."""

import binascii
from typing import Protocol

import msgspec

from lambda_code.importer.notification import File

_FULL_BYTES = 512 * 1024


class Quarantine(Protocol):
    """Where what can never be stored is kept."""

    def put(self, name: str, body: bytes) -> None:
        """Keep it under the name, once. Raises UnavailableError."""


class Notes:
    """The bad lines of one file; a second import of the same version writes the same objects again."""

    def __init__(self, quarantine: Quarantine, file: File) -> None:
        self._quarantine = quarantine
        self._file = file
        self._lines: list[bytes] = []
        self._size = 0
        self._first = 0
        self.count = 0

    def add(self, number: int, reason: str, unit: bytes | None) -> None:
        """Note the reason, and the unit itself where there is one."""
        file = {"bucket": self._file.bucket, "key": self._file.key, "version": self._file.version}
        data = None if unit is None else binascii.b2a_base64(unit, newline=False).decode()
        line = msgspec.json.encode({"reason": reason, "line": number, **file, "data_base64": data})
        self._first = self._first if self._lines else number
        self._lines.append(line)
        self._size += len(line)
        self.count += 1
        if self._size >= _FULL_BYTES:
            self.flush()

    def flush(self) -> None:
        """Store what is noted so far; raises UnavailableError."""
        if self._lines:
            body = b"\n".join([*self._lines, b""])
            self._quarantine.put(f"files/{self._file.name}-{self._first}.ndjson", body)
        self._lines.clear()
        self._size = 0
