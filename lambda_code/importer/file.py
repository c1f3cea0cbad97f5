"""A file of the inbox, and how far it has been imported."""

import hashlib

import msgspec

from lambda_code.importer.reader import State
from lambda_code.importer.text import Mark


class File(msgspec.Struct, frozen=True):
    """One version of an object; what is put again under the same key is another file."""

    bucket: str
    key: str
    version: str

    def line_id(self, number: int, part: int = 0) -> str:
        """The id of an event that has none: the same whenever this version is read."""
        place = [number, part] if part else [number]
        return hashlib.sha256(msgspec.json.encode([self.bucket, self.key, self.version, *place])).hexdigest()

    @property
    def name(self) -> str:
        """A name for what is noted about the file: short, and safe as part of a key."""
        return self.line_id(0)[:32]


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Everything before the text's `offset` is in the stream, or noted; the text can be read from the mark on."""

    offset: int = 0
    mark: Mark = Mark()
    state: State = msgspec.field(default_factory=State)


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """An import as it is handed from one invocation to the next.

    Events and notes are counted from the first line; `bytes_read` is how much of `bytes_total` was read, of the file as
    it is stored.
    """

    file: File
    position: Position = Position()
    accepted: int = 0
    noted: int = 0
    bytes_read: int = 0
    bytes_total: int = 0
    hand_overs: int = 0
