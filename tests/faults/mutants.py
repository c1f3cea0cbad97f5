"""Wrong decisions, each small and tempting, that lose or double events."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from lambda_code.importer.file import File
from lambda_code.importer.importer import Importer
from lambda_code.processor import batch, handler, ledger, plan, records
from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.ledger import DynamoLedger
from lambda_code.processor.objects import pack
from lambda_code.processor.plan import Plan, Refused
from lambda_code.processor.ports import Claim
from lambda_code.processor.records import Arrived
from lambda_code.processor.seen import Seen
from lambda_code.shared import content
from lambda_code.shared.errors import UnavailableError
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import EventStream

Patch = pytest.MonkeyPatch
Mutant = Callable[[Patch], None]

_put, _put_once = EventStream.put, EventStream._put_once
_make_plan, _process, _answer = plan.make_plan, Processor.process, handler.answer
_archive_put, _quarantine_put = S3Archive._put, Quarantine.put
_homes_of, _without = plan.homes_of, Seen.without
_insert, _held, _import_files = DynamoLedger._insert, DynamoLedger._held, Importer.import_files


def swallowing(function: Callable[..., Any], made: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with this made where a service is unavailable."""

    def mutated(*arguments: Any, **more: Any) -> Any:
        try:
            return function(*arguments, **more)
        except UnavailableError:
            return made(*arguments)

    return mutated


def accepts_what_the_stream_did_not_take(patch: Patch) -> None:
    patch.setattr(EventStream, "put", swallowing(_put, lambda *_: None))


def answers_before_it_puts(patch: Patch) -> None:
    kept: list[Any] = []

    def put(self: EventStream, entries: Any, **more: Any) -> None:
        if kept:
            _put(self, kept.pop(), **more)
        kept.append(list(entries))

    patch.setattr(EventStream, "put", put)


def takes_a_partial_failure_for_success(patch: Patch) -> None:
    def put_once(self: EventStream, entries: list[Any]) -> list[Any]:
        refused = _put_once(self, entries)
        return refused if len(refused) == len(entries) else []

    patch.setattr(EventStream, "_put_once", put_once)


def takes_a_lost_answer_for_success(patch: Patch) -> None:
    def put_once(self: EventStream, entries: list[Any]) -> list[Any]:
        refused = _put_once(self, entries)
        return [] if refused is entries else refused

    patch.setattr(EventStream, "_put_once", put_once)


def sends_everything_again(patch: Patch) -> None:
    patch.setattr(EventStream, "_put_once", lambda self, entries: entries if _put_once(self, entries) else [])


def sends_only_the_first_again(patch: Patch) -> None:
    patch.setattr(EventStream, "_put_once", lambda self, entries: _put_once(self, entries)[:1])


def claims_without_a_condition(patch: Patch) -> None:
    patch.setattr(ledger, "_CONDITION", "attribute_not_exists(id) OR attribute_not_exists(nothing)")
    patch.setattr(DynamoLedger, "_insert", lambda self, claims: ([self._replaced(claim) for claim in claims], []))


def takes_an_unanswered_claim_for_granted(patch: Patch) -> None:
    patch.setattr(DynamoLedger, "_insert", swallowing(_insert, lambda _, claims: (claims, [])))


def takes_a_refused_claim_for_granted(patch: Patch) -> None:
    """It looks at the status of the call alone, and at which rows were there."""

    def insert(self: DynamoLedger, claims: Any) -> Any:
        _, held = _insert(self, claims)
        return [claim for claim in claims if claim not in held], held

    patch.setattr(DynamoLedger, "_insert", insert)


def takes_a_row_that_is_there_for_its_own(patch: Patch) -> None:
    patch.setattr(DynamoLedger, "_held", lambda _, claims: claims)


def takes_a_row_that_was_not_read_for_its_own(patch: Patch) -> None:
    def held(self: DynamoLedger, claims: Any) -> Any:
        read = {row.identity: row for row in _held(self, claims)}
        return [read.get(claim.identity, claim) for claim in claims]

    patch.setattr(DynamoLedger, "_held", held)


def planning(change: Callable[[Any, Any, Plan], None]) -> Mutant:
    """Change the plan after it was made."""

    def planned(found: Any, rows: Any) -> Plan:
        made = _make_plan(found, rows)
        change(found, rows, made)
        return made

    return lambda patch: patch.setattr(batch, "make_plan", planned)


def _row(item: Arrived, **other: str) -> Claim:
    """The row that the record would have, had it been the first."""
    own = {"identity": item.identity, "sequence": item.sequence, "content_hash": item.content_hash, "home": item.home}
    return Claim(**{**own, **other})


def _own_home(_: Any, __: Any, plan: Plan) -> None:
    plan.kept = [(place, _row(item), item) for place, _row_, item in plan.kept]


def _keep(_: Any, __: Any, plan: Plan) -> None:
    plan.kept, plan.copies = [*plan.kept, *((place, _row(item), item) for place, _row_, item in plan.copies)], []


def _drop_copies(_: Any, __: Any, plan: Plan) -> None:
    plan.copies = []


def _move_copies(_: Any, __: Any, plan: Plan) -> None:
    plan.copies = [(place, _row(item, sequence=row.sequence), item) for place, row, item in plan.copies]


def _drop_claimed(_: Any, __: Any, plan: Plan) -> None:
    plan.kept = [each for each in plan.kept if each[1].home == each[2].home]


def _skip(found: Any, rows: Any, plan: Plan) -> None:
    known = [item for item in found.items if not isinstance(item, Arrived) or item.identity in rows]
    whole = _make_plan(records.Batch(found.shard, found.home, known), rows)
    plan.until, plan.kept, plan.refused, plan.copies = len(found.items), whole.kept, whole.refused, whole.copies


def _drop_conflicts(_: Any, __: Any, plan: Plan) -> None:
    def is_kept(refused: Refused) -> bool:
        return refused.reason != "id_conflict"

    plan.refused = [each for each in plan.refused if is_kept(each[1])]


stores_in_the_home_of_the_retry = planning(_own_home)
stores_duplicates = planning(_keep)
takes_every_copy_for_a_duplicate = planning(_drop_copies)
completes_in_the_home_of_the_copy = planning(_move_copies)
takes_a_retried_record_for_a_duplicate = planning(_drop_claimed)
skips_what_it_could_not_claim = planning(_skip)
drops_conflicts = planning(_drop_conflicts)


def answering(change: Callable[[Any, str], str | None]) -> Mutant:
    """Change what is reported of a batch that failed."""

    def answered(event: Any, *more: Any) -> Any:
        made = _answer(event, *more)
        sequences = [record["kinesis"]["sequenceNumber"] for record in event["Records"]]
        named = [change(sequences, each["itemIdentifier"]) for each in made["batchItemFailures"]]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in named if name]}

    return lambda patch: patch.setattr("tests.faults.pipeline.answer", answered)


reports_no_failure = answering(lambda _, __: None)
reports_the_last_record = answering(lambda sequences, _: sequences[-1])
reports_the_record_after = answering(
    lambda sequences, failed: sequences[min(sequences.index(failed) + 1, len(sequences) - 1)]
)


def overwrites_objects(patch: Patch) -> None:
    patch.setattr(S3Archive, "_put", lambda self, home, body, **_: _archive_put(self, home, body))


def completes_without_comparing(patch: Patch) -> None:
    def put(self: S3Archive, home: str, body: bytes, **condition: str) -> str | None:
        condition.pop("IfMatch", None)
        return _archive_put(self, home, body, **condition)

    patch.setattr(S3Archive, "_put", put)


def takes_an_object_that_is_there_for_complete(patch: Patch) -> None:
    patch.setattr("lambda_code.processor.archive.missing", lambda events, present: {} if present else events)


def completes_under_the_number_of_the_copy(patch: Patch) -> None:
    patch.setattr(plan, "as_record", lambda copy, _: copy)


def takes_a_completed_copy_for_an_event_of_its_own(patch: Patch) -> None:
    """Its own number, and no look at which events the lines are."""
    completes_under_the_number_of_the_copy(patch)

    def missing(events: Any, present: Any) -> Any:
        return {sequence: event for sequence, event in events.items() if sequence not in present}

    patch.setattr("lambda_code.processor.archive.missing", missing)


def answers_a_copy_before_its_original(patch: Patch) -> None:
    def homes_of(made: Plan, until: int) -> dict[str, plan.Home]:
        homes = _homes_of(made, until)
        for home in homes.values():
            home.place = max([home.place, *(place for place, _, item in made.kept if item.sequence in home.own)])
        return homes

    patch.setattr(batch, "homes_of", homes_of)


def remembers_what_it_has_not_put(patch: Patch) -> None:
    def without(self: Seen, home: str, lines: Any) -> Any:
        unseen = _without(self, home, lines)
        self.add(home, unseen)
        return unseen

    patch.setattr(Seen, "without", without)


def completes_by_replacing(patch: Patch) -> None:
    patch.setattr("lambda_code.processor.archive.pack", lambda lines: pack({s: lines[s] for s in list(lines)[-4:]}))


def stores_before_it_claims(patch: Patch) -> None:
    def process(self: Processor, found: Any, seconds_left: Any) -> Any:
        events = {item.sequence: item for item in found.items if isinstance(item, Arrived)}
        if events:
            self._archive.store(found.home, events, is_new=True)
        return _process(self, found, seconds_left)

    patch.setattr(Processor, "process", process)


def counts_its_own_marks_as_content(patch: Patch) -> None:
    patch.setattr(content, "MARKS", frozenset())


def forgets_what_quarantine_did_not_take(patch: Patch) -> None:
    patch.setattr(Quarantine, "put", swallowing(_quarantine_put, lambda *_: None))


def names_quarantined_records_anew(patch: Patch) -> None:
    def put(self: Quarantine, name: str, body: bytes) -> None:
        _quarantine_put(self, f"{name}-{uuid.uuid4()}", body)

    patch.setattr(Quarantine, "put", put)


def does_not_watch_the_time(patch: Patch) -> None:
    patch.setattr(Processor, "process", lambda self, found, _: _process(self, found, lambda: 60.0))


def wants_more_time_than_it_has(patch: Patch) -> None:
    patch.setattr(batch, "_PUT_SHARE", 10.0)


def names_lines_anew(patch: Patch) -> None:
    patch.setattr(File, "line_id", lambda *_: str(uuid.uuid4()))


def forgets_files_that_it_could_not_import(patch: Patch) -> None:
    patch.setattr(Importer, "import_files", swallowing(_import_files, lambda *_: None))
