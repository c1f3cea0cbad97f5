"""Imports: one file for each invocation, or a part of one, which hands on what it can't finish."""

import json
import logging
import time
from collections.abc import Callable, Mapping

import msgspec

from lambda_code.importer.budget import Budget
from lambda_code.importer.file import Import
from lambda_code.importer.inbox import Inbox
from lambda_code.importer.next_invocation import NextInvocation
from lambda_code.importer.notes import Notes
from lambda_code.importer.notification import NotOursError, handed_on, imports_of
from lambda_code.importer.run import Run
from lambda_code.importer.settings import Settings
from lambda_code.shared import aws
from lambda_code.shared.errors import UnavailableError
from lambda_code.shared.events import marks_of
from lambda_code.shared.metrics import print_metrics
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import EventStream

_PROGRESS_SECONDS = 60

_log = logging.getLogger(__name__)


class Importer:
    """Puts the events of files into the stream; what fails for now raises, so that the notification comes again.

    A second invocation for the same file or part, whether after the first or at the same time, puts the same events
    under the same ids. So all that has to hold is this: what an import is handed on with is true, and each hand-over is
    further on in the file than the one before, which also bounds their number.
    """

    def __init__(
        self,
        settings: Settings,
        inbox: Inbox,
        stream: EventStream,
        quarantine: Quarantine,
        next_invocation: NextInvocation,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._stream = stream
        self._quarantine = quarantine
        self._next_invocation = next_invocation
        self._clock = clock

    def import_files(self, event: object, context: aws.Context) -> None:
        """Import the file of a notification, go on with one, or put away a notification that is none of ours."""
        try:
            imports = imports_of(event, self._settings.inbox_bucket)
        except NotOursError as error:
            entry = {"reason": error.code, "detail": str(error), "notification": event}
            self._quarantine.put(f"notifications/{context.aws_request_id}.json", json.dumps(entry).encode())
            about = {"request_id": context.aws_request_id, "reason": error.code}
            self._report("put away", about, EventsAccepted=0, EventsQuarantined=1)
            return
        wanted = [each for each in imports if not self._is_ignored(each)]
        for other in wanted[1:]:  # S3 names one file; where there are more, each gets an invocation's time
            self._next_invocation.begin(handed_on(other))
        for first in wanted[:1]:
            self._import(first, context)

    def _is_ignored(self, begun: Import) -> bool:
        if not self._settings.inbox.is_ignored(begun.file.key):
            return False
        self._report("ignored", {"key": begun.file.key, "version": begun.file.version}, FilesIgnored=1)
        return True

    def _import(self, begun: Import, context: aws.Context) -> None:
        run = Run(
            begun,
            self._inbox.source(begun.file),
            Notes(self._quarantine, begun.file),
            Budget(lambda: context.get_remaining_time_in_millis() / 1000),
            event_source=f"/{self._settings.stack}/inbox",
            path=self._settings.inbox.records_path(begun.file.key),
        )
        began = told = self._clock()
        marks = marks_of(context.aws_request_id, told)
        try:
            for _ in run.sections(self._stream, marks):
                if self._clock() - told >= _PROGRESS_SECONDS:
                    began = told = self._clock()
                    _log.info("importing", extra=_about(run.done, context))
        except UnavailableError as error:
            if run.done.position.offset <= begun.position.offset:
                _log.error("not imported", extra=_about(run.done, context, error))
                raise
            what, about = "handed on", _about(self._hand_on(run.done), context, error)
        else:
            what, about = "imported", _about(run.done, context)
        self._report(
            what,
            {**about, "ms": round(1000 * (self._clock() - began))},
            EventsAccepted=run.done.accepted - begun.accepted,
            EventsQuarantined=run.done.noted - begun.noted,
            BytesImported=max(0, run.done.bytes_read - begun.bytes_read),
            ImportsHandedOn=0 if run.is_finished else 1,
        )

    def _hand_on(self, done: Import) -> Import:
        further = msgspec.structs.replace(done, hand_overs=done.hand_overs + 1)
        self._next_invocation.begin(handed_on(further))
        return further

    def _report(self, what: str, about: Mapping[str, object], **values: int) -> None:
        print_metrics(self._settings.stack, "importer", what, values, about)


def _about(done: Import, context: aws.Context, error: Exception | None = None) -> dict[str, object]:
    about: dict[str, object] = {
        "request_id": context.aws_request_id,
        "key": done.file.key,
        "version": done.file.version,
        "accepted": done.accepted,
        "quarantined": done.noted,
        "bytes_read": done.bytes_read,
        "bytes_total": done.bytes_total,
        "hand_overs": done.hand_overs,
    }
    return about | ({"reason": str(error)} if error else {})
