"""One invocation's share of an import: section by section, until the file or the time ends."""

from collections.abc import Iterator, Mapping

import msgspec

from lambda_code.importer.budget import Budget
from lambda_code.importer.buffer import Buffer
from lambda_code.importer.file import Import, Position
from lambda_code.importer.inbox import Source
from lambda_code.importer.notes import Notes
from lambda_code.importer.reader import Item, Reader
from lambda_code.importer.records import Path
from lambda_code.importer.text import Text, UnreadableError
from lambda_code.shared import events
from lambda_code.shared.errors import RefusedError
from lambda_code.shared.events import Event
from lambda_code.shared.stream import Entry, EventStream

SECTION_ITEMS = 1000
SECTION_BYTES = 512 * 1024
"""A section ends with as many lines, or as much text, wherever reading began: notes are kept section by section, and
an import goes on at the end of one."""
_BAD_ITEMS = 100  # when there are more bad lines than these, and than good ones, the file is not what it was taken for


class Run:
    """Puts a file's events into the stream; `done` is the import as far as that is finished for good."""

    def __init__(
        self, begun: Import, source: Source, notes: Notes, budget: Budget, *, event_source: str, path: Path
    ) -> None:
        """`event_source`: the source of events that have none. `path` leads to the records of a document."""
        self.done = begun
        self.is_finished = False
        self._accepted = begun.accepted
        self._noted = begun.noted
        self._event_source = event_source
        self._source = source
        self._notes = notes
        self._budget = budget
        position = begun.position
        self._text = Text(self._blocks, position.mark, position.offset)
        self._buffer = Buffer(self._text.pieces(), position.offset, position.state.lines)
        self._reader = Reader(self._buffer, position.state, path)
        self._items = self._reader.items()

    def sections(self, stream: EventStream, marks: Mapping[str, str]) -> Iterator[None]:
        """Put section after section, and give way after each; raises UnavailableError."""
        while not self.is_finished:
            self._budget.check()
            found = self._section()
            entries = (Entry(event.partition_key, event.record(marks)) for event in found)
            stream.put(entries, seconds_left=self._budget.seconds_to_put)
            self._notes.flush()
            self.done = msgspec.structs.replace(
                self.done,
                position=self._position(),
                accepted=self._accepted,
                noted=self._noted,
                bytes_read=min(self._text.taken, self._source.size),
                bytes_total=self._source.size,
            )
            yield

    def _blocks(self, start: int) -> Iterator[bytes]:
        """The file's bytes while there is time; then OutOfTimeError, which says more than being killed by Lambda."""
        for block in self._source.blocks(start):
            self._budget.check()
            yield block

    def _position(self) -> Position:
        if self.is_finished:
            return self.done.position
        offset = self._buffer.offset
        return Position(offset=offset, mark=self._text.mark(offset), state=self._reader.state())

    def _section(self) -> Iterator[Event]:
        """The events of one section; what is bad is noted."""
        buffer = self._buffer
        items, start = 0, buffer.offset
        try:
            for item in self._items:
                items += 1
                if item and (event := self._event(item)):
                    self._accepted += 1
                    yield event
                is_full = items >= SECTION_ITEMS or buffer.offset - start >= SECTION_BYTES
                if self.is_finished or (is_full and self._reader.is_between):
                    return
        except UnreadableError as error:
            self._note(*self._reader.place, error.reason, detail=str(error))
        else:
            if self._text.has_junk:
                self._note(*self._reader.place, "gzip_trailing", detail="what is not gzip beside the gzip was left out")
            if not self._accepted + self._noted:
                self._note(0, 0, "empty")
        self.is_finished = True

    def _event(self, item: Item) -> Event | None:
        if item.value is None or item.raw is None:
            self._note_bad(item, item.reason)
            return None
        identifier = self.done.file.line_id(item.number, item.part)
        try:
            if "specversion" not in item.value:
                return events.from_plain_json(item.raw, source=self._event_source, id=identifier)
            return events.from_cloud_event(item.raw, item.value, missing_id=identifier)
        except RefusedError as error:
            self._note_bad(item, error.code)
            return None

    def _note_bad(self, item: Item, reason: str) -> None:
        if self._noted >= max(_BAD_ITEMS, self._accepted):
            detail = "more lines are bad than good: nothing is read from here on"
            self._note(item.number, item.part, "too_many_bad_lines", detail=detail)
            self.is_finished = True
        else:
            self._note(item.number, item.part, reason, item.raw)

    def _note(self, number: int, part: int, reason: str, raw: bytes | None = None, *, detail: str = "") -> None:
        self._notes.add(number, part, reason, raw, detail=detail)
        self._noted += 1
