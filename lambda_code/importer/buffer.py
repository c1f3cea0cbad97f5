"""Text that has been read and not been used yet."""

from collections.abc import Iterable

from lambda_code.importer.text import UnreadableError

BLANKS = b" \t\r\x1e"
"""What may stand between JSON values on a line: blanks, and the sign that begins a text of a sequence (RFC 7464)."""

_GAIN_BYTES = 64 * 1024  # what is read at once: growing byte by byte would copy the window each time


class Buffer:
    """A window on a stream of text: it grows at its end, and what is used up is dropped from its start.

    `data[at:]` is what is left of it; `lines` counts the line ends among what is used up by `use`.
    """

    def __init__(self, pieces: Iterable[bytes], offset: int = 0, lines: int = 0) -> None:
        self._pieces = iter(pieces)
        self._passed = offset
        self._error: UnreadableError | None = None
        self.data = b""
        self.at = 0
        self.lines = lines
        self.is_ended = False

    @property
    def offset(self) -> int:
        """How many bytes of the whole text are used up."""
        return self._passed + self.at

    @property
    def size(self) -> int:
        """How many bytes are left in the window."""
        return len(self.data) - self.at

    def grow(self) -> bool:
        """Read on; False at the end. Raises UnreadableError, after everything before it has been given."""
        gained = [] if self._error else self._read()
        if gained:
            self.data = b"".join([self.data[self.at :], *gained])
            self._passed += self.at
            self.at = 0
        elif self._error:
            raise self._error
        self.is_ended = not gained
        return bool(gained)

    def _read(self) -> list[bytes]:
        gained: list[bytes] = []
        size = 0
        try:
            while size < _GAIN_BYTES and (piece := next(self._pieces, b"")):
                gained.append(piece)
                size += len(piece)
        except UnreadableError as error:
            self._error = error
        return gained

    def fill(self, size: int) -> bool:
        """Hold so many bytes; False where the text ends before."""
        while self.size < size:
            if not self.grow():
                return False
        return True

    def use(self, size: int) -> None:
        """Be done with so many bytes of the window."""
        self.lines += self.data.count(b"\n", self.at, self.at + size)
        self.at += size

    def line_end(self, limit: int, start: int = 0) -> int | None:
        """Length of the line, of which `start` bytes are known to hold no end; None where it is above the limit."""
        while (end := self.data.find(b"\n", self.at + start)) < 0:
            start = self.size
            if start > limit:
                return None
            if not self.grow():
                return start
        return end - self.at if end - self.at <= limit else None

    def peek(self, start: int, blanks: bytes) -> bytes:
        """The first byte from `start` on that is none of these; empty at the end, and after very many of these."""
        while True:
            rest = self.data[self.at + start : self.at + start + _GAIN_BYTES].lstrip(blanks)
            if rest or start > 4 * _GAIN_BYTES:
                return rest[:1]
            start = min(start + _GAIN_BYTES, self.size)
            if not self.fill(start + 1):
                return b""
