"""The text of a file, as a stream in bounded memory, unpacked where the file is gzip."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

from lambda_code.shared.errors import RefusedError

PIECE_BYTES = 256 * 1024
"""Most text that is unpacked at once."""
MAX_RATIO = 200
"""How many times larger than the file its text may be (events pack 5 to 50 times; a bomb 1,000 times)."""

_RATIO_FROM_BYTES = 16 * 1024 * 1024  # small files of equal events may well pack better
_GZIP = 31
_MAGIC = b"\x1f\x8b"


class UnreadableError(RefusedError):
    """The file cannot be read on from here."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = code


def unpack(blocks: Iterable[bytes]) -> Iterable[bytes]:
    """The text in pieces, none empty; what is gzip is seen by its first bytes, not by its name."""
    pending = iter(blocks)
    first = b""
    while len(first) < len(_MAGIC) and (block := next(pending, b"")):
        first += block
    blocks = chain([first] if first else [], pending)
    return _gunzip(blocks) if first.startswith(_MAGIC) else blocks


def _gunzip(blocks: Iterable[bytes]) -> Iterator[bytes]:
    taken = given = 0
    inflate = zlib.decompressobj(_GZIP)
    for block in blocks:
        taken += len(block)
        rest = block
        while rest:
            if inflate.eof:  # files may be joined: another member begins, or zeros fill the rest
                rest = rest.lstrip(b"\0")
                inflate = zlib.decompressobj(_GZIP) if rest else inflate
                continue
            piece, rest = _inflate(inflate, rest)
            given += len(piece)
            if given > max(_RATIO_FROM_BYTES, MAX_RATIO * taken):
                raise UnreadableError("gzip_ratio", f"the text is more than {MAX_RATIO} times as large as the file")
            if piece:
                yield piece
    if not inflate.eof:
        raise UnreadableError("gzip_cut", "the gzip data ends too early")


def _inflate(inflate: "zlib._Decompress", block: bytes) -> tuple[bytes, bytes]:
    try:
        piece = inflate.decompress(block, PIECE_BYTES)
    except zlib.error:
        raise UnreadableError("gzip_damaged", "the gzip data is damaged") from None
    return piece, inflate.unused_data if inflate.eof else inflate.unconsumed_tail
