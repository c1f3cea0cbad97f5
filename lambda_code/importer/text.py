"""The text of a file, as a stream in bounded memory, unpacked where the file is gzip."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import msgspec

from lambda_code.shared.errors import RefusedError

PIECE_BYTES = 256 * 1024
"""Most text that is unpacked at once."""
MAX_RATIO = 200
"""How many times larger than the file its text may be (events pack 5 to 50 times; a bomb 1,000 times)."""

_RATIO_FROM_BYTES = 16 * 1024 * 1024  # small files of equal events may well pack better
_GZIP = 31
_MAGIC = b"\x1f\x8b"
_MEMBER = b"\x1f\x8b\x08"  # with the only method that there is (RFC 1952, section 2.3.1)
_BETWEEN_MARKS_BYTES = 4096  # of text: members may be tiny, and very many
_PADDING = b"\0 \t\r\n"  # tape blocks are filled with zeros, and log shippers join what they pack with line ends


class UnreadableError(RefusedError):
    """The file cannot be read on from here."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = code


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A byte of the file at which reading can begin, and the offset of the text there.

    `has_junk` tells whether something before it was neither gzip nor padding.
    """

    byte: int = 0
    offset: int = 0
    is_packed: bool | None = None
    has_junk: bool = False


class Text:
    """The text of one file from an offset on: reading begins at a mark at or before it."""

    def __init__(self, blocks: Callable[[int], Iterator[bytes]], mark: Mark, offset: int) -> None:
        """`blocks` gives the file's bytes from a byte on."""
        self._blocks = blocks
        self._first = mark
        self._offset = offset
        self._marks = [mark]
        self.taken = mark.byte

    def mark(self, offset: int) -> Mark:
        """The last mark from which the text can be read from this offset on; those before it are forgotten."""
        if not self._marks[-1].is_packed:
            return Mark(byte=offset, offset=offset, is_packed=False)
        while len(self._marks) > 1 and self._marks[1].offset <= offset:
            del self._marks[0]
        return self._marks[0]

    @property
    def has_junk(self) -> bool:
        """Whether something was left out that is neither gzip nor padding."""
        return self._marks[-1].has_junk

    def pieces(self) -> Iterator[bytes]:
        """The text in pieces, none empty; what is gzip is seen by its first bytes, not by its name."""
        skipped = self._offset - self._first.offset
        for piece in self._all():
            if skipped < len(piece):
                yield piece[skipped:] if skipped else piece
            skipped = max(0, skipped - len(piece))

    def _all(self) -> Iterable[bytes]:
        blocks = self._blocks(self._first.byte)
        if self._first.is_packed is None:
            first, blocks = _peek(blocks)
            is_packed = first.startswith(_MAGIC)
            self._marks = [msgspec.structs.replace(self._first, is_packed=is_packed)]
        return self._gunzip(blocks) if self._marks[0].is_packed else self._plain(blocks)

    def _plain(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self.taken += len(block)
            yield block

    def _gunzip(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        given = self._first.offset
        inflate = zlib.decompressobj(_GZIP)
        rest = b""
        for block in blocks:
            self.taken += len(block)
            rest += block
            while rest:
                if inflate.eof:  # files may be joined: another member begins, or something fills the rest
                    rest, is_member = self._next_member(rest, given)
                    if not is_member:
                        break
                    inflate = zlib.decompressobj(_GZIP)
                piece, rest = _inflate(inflate, rest)
                given += len(piece)
                if given > max(_RATIO_FROM_BYTES, MAX_RATIO * self.taken):
                    raise UnreadableError("gzip_ratio", f"the text is more than {MAX_RATIO} times as large as the file")
                if piece:
                    yield piece
        if not inflate.eof or rest:
            raise UnreadableError("gzip_cut", "the gzip data ends too early")

    def _next_member(self, rest: bytes, offset: int) -> tuple[bytes, bool]:
        """What is left when all before the next member is left out, and whether the member begins there."""
        rest = rest.lstrip(_PADDING)
        begin = rest.find(_MEMBER)
        kept = rest[begin:] if begin >= 0 else _begun(rest)
        has_junk = self._marks[-1].has_junk or len(kept) < len(rest)
        if begin >= 0 and offset - self._marks[-1].offset >= _BETWEEN_MARKS_BYTES:
            byte = self.taken - len(kept)
            self._marks.append(Mark(byte=byte, offset=offset, is_packed=True, has_junk=has_junk))
        elif has_junk:
            self._marks[-1] = msgspec.structs.replace(self._marks[-1], has_junk=True)
        return kept, begin >= 0


def _peek(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    first = b""
    while len(first) < len(_MAGIC) and (block := next(blocks, b"")):
        first += block
    return first, chain([first] if first else [], blocks)


def _begun(rest: bytes) -> bytes:
    """The end of it that may be the beginning of a member."""
    return next((rest[-size:] for size in (2, 1) if rest.endswith(_MEMBER[:size])), b"")


def _inflate(inflate: "zlib._Decompress", block: bytes) -> tuple[bytes, bytes]:
    try:
        piece = inflate.decompress(block, PIECE_BYTES)
    except zlib.error:
        raise UnreadableError("gzip_damaged", "the gzip data is damaged") from None
    return piece, inflate.unused_data if inflate.eof else inflate.unconsumed_tail
