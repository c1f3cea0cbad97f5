"""Entry point: notifications about new files in the inbox."""

import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache

from lambda_code.importer.inbox import Inbox
from lambda_code.importer.notes import Notes
from lambda_code.importer.notification import File, NotOursError, files_of
from lambda_code.importer.settings import Settings
from lambda_code.importer.text import UnreadableError, unpack
from lambda_code.importer.units import units
from lambda_code.shared import aws, environment, events
from lambda_code.shared.errors import RefusedError, UnavailableError
from lambda_code.shared.events import Event
from lambda_code.shared.metrics import print_metrics
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import Entry, EventStream, full_chunks

_LEAST_SECONDS = 5.0  # with less left nothing more is read: enough for the call to the stream that may come next ...
_LEAST_SHARE = 0.1  # ... or with less than this share, so that a function with little time imports anything at all

_log = logging.getLogger(__name__)


class Importer:
    """Puts the events of files into the stream; what fails for now raises, so that the notification comes again."""

    def __init__(
        self,
        settings: Settings,
        inbox: Inbox,
        stream: EventStream,
        quarantine: Quarantine,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._stream = stream
        self._quarantine = quarantine
        self._clock = clock

    def import_files(self, event: object, context: aws.Context) -> None:
        """Import every file of a notification, or put a notification away that is none of ours."""
        try:
            files = files_of(event, self._settings.inbox_bucket)
        except NotOursError as error:
            entry = {"reason": error.code, "detail": str(error), "notification": event}
            self._quarantine.put(f"notifications/{context.aws_request_id}.json", json.dumps(entry).encode())
            self._report(context.aws_request_id, None, accepted=0, quarantined=1)
            return
        for file in files:
            try:
                self._import(file, context)
            except UnavailableError as error:
                found = {"request_id": context.aws_request_id, "key": file.key, "version": file.version}
                _log.error("not imported", extra={**found, "reason": str(error)})
                raise

    def _import(self, file: File, context: aws.Context) -> None:
        def seconds_left() -> float:
            return context.get_remaining_time_in_millis() / 1000

        notes = Notes(self._quarantine, file)
        arrival = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds")
        marks = {"taptime": arrival.replace("+00:00", "Z"), "taprequest": context.aws_request_id}
        found = self._events(file, self._pieces(file, seconds_left), notes)
        entries = (Entry(event.partition_key, event.record(marks)) for event in found)
        accepted = 0
        for chunk in full_chunks(entries):
            self._stream.put(chunk, seconds_left=seconds_left)
            accepted += len(chunk)
        notes.flush()
        self._report(context.aws_request_id, file, accepted=accepted, quarantined=notes.count)

    def _pieces(self, file: File, seconds_left: Callable[[], float]) -> Iterator[bytes]:
        """The file's text while there is time; then UnavailableError, which says more than being killed by Lambda."""
        least = min(_LEAST_SECONDS, _LEAST_SHARE * seconds_left())
        for piece in unpack(self._inbox.blocks(file)):
            if seconds_left() < least:
                raise UnavailableError("there is no time to read the rest of the file")
            yield piece

    def _events(self, file: File, pieces: Iterable[bytes], notes: Notes) -> Iterator[Event]:
        """Every good event; what is bad is noted."""
        number = 0
        try:
            for number, unit in units(pieces):
                try:
                    yield self._event(file, number, unit)
                except RefusedError as error:
                    notes.add(number, error.code, unit)
        except UnreadableError as error:
            notes.add(number + 1, error.reason, None)
        else:
            if number == 0:
                notes.add(0, "empty", None)

    def _event(self, file: File, number: int, unit: bytes | None) -> Event:
        if unit is None:
            raise events.too_large()
        value = events.parse_object(unit)
        identifier = file.line_id(number)
        if "specversion" not in value:
            return events.from_plain_json(unit, source=f"/{self._settings.stack}/inbox", id=identifier)
        return events.from_cloud_event(unit, value, missing_id=identifier)

    def _report(self, request_id: str, file: File | None, *, accepted: int, quarantined: int) -> None:
        found = {"request_id": request_id, "key": file and file.key, "version": file and file.version}
        _log.info("imported", extra={**found, "accepted": accepted, "quarantined": quarantined})
        metrics = {"EventsAccepted": accepted, "EventsQuarantined": quarantined}
        print_metrics(self._settings.stack, "importer", metrics)


@cache
def importer() -> Importer:
    """The importer of this process, made of its variables."""
    settings = Settings.from_environ(os.environ)
    s3 = aws.client("s3", aws.READER)
    stream = EventStream(aws.client("kinesis", aws.PRODUCER), settings.stream_name)
    return Importer(settings, Inbox(s3, settings.account_id), stream, Quarantine(s3, settings.failures_bucket))


def handle(event: object, context: aws.Context) -> None:
    """Answer one invocation by S3."""
    importer().import_files(event, context)


if environment.is_lambda(os.environ):
    importer()  # while Lambda starts the process it gives it a full CPU
