"""Each wrong decision is caught by the property that is named beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lambda_code.processor import ledger
from tests.faults import (
    mutants,
    test_copies,
    test_crash_points,
    test_imports,
    test_processor_faults,
    test_receiver_faults,
)
from tests.faults.interleaving import PARTLY
from tests.faults.mutants import Mutant, Patch
from tests.faults.test_many_seeds import test_short_runs_find_what_long_ones_hide as short_run

pytestmark = pytest.mark.usefixtures("unmeasured")

Property = Callable[[Patch], None]


def short_runs(_: Patch) -> None:
    for seed in range(300, 320):
        short_run(seed)


def crash_points(patch: Patch) -> None:
    patch.setattr(ledger, "MAX_CLAIMS", 2)
    for kind in test_crash_points.KINDS:
        for way in test_crash_points.WAYS.values():
            test_crash_points.test_one_fault_at_any_call_is_repaired(kind, way)


def overlaps(patch: Patch) -> None:
    patch.setattr(ledger, "MAX_CLAIMS", 2)
    test_crash_points.test_an_invocation_that_goes_on_after_another_has_taken_over_loses_nothing()


def retries_end_in_503(_: Patch) -> None:
    test_receiver_faults.test_exhausted_retries_are_503_with_retry_after_within_the_time_of_the_function()


def only_refused_again(_: Patch) -> None:
    test_receiver_faults.test_only_what_was_refused_is_sent_again()


def keys_of_the_stream(_: Patch) -> None:
    test_receiver_faults.test_without_the_key_of_the_stream_nothing_is_accepted_and_later_everything_is("K")


def copies(patch: Patch) -> None:
    test_processor_faults.test_an_event_that_is_delivered_many_times_is_stored_once_and_counted(patch)


def repeated_requests(_: Patch) -> None:
    test_processor_faults.test_requests_that_are_repeated_by_their_client_are_stored_once()


def conflicts(_: Patch) -> None:
    test_processor_faults.test_of_two_contents_under_one_id_the_first_wins_and_the_other_is_kept_apart(2)


def slow_ledger(_: Patch) -> None:
    test_processor_faults.test_a_slow_ledger_is_reported_from_where_the_batch_stopped_and_nothing_is_killed()


def little_time(_: Patch) -> None:
    test_processor_faults.test_a_function_with_little_time_stores_events_all_the_same(1.0)


def notified_twice(_: Patch) -> None:
    test_imports.test_a_notification_that_comes_twice_has_one_effect_whatever_the_key("key")


def import_faults(patch: Patch) -> None:
    test_imports.test_a_fault_at_any_call_is_repaired_by_the_next_delivery("refused", patch)


def a_copy_of_what_was_lost(_: Patch) -> None:
    test_copies.explored(test_copies.a_copy_alone, faults=0)


def a_copy_and_its_original(_: Patch) -> None:
    test_copies.explored(test_copies.its_replay_and_a_copy_at_once, faults=0)


def a_copy_and_a_fault(_: Patch) -> None:
    test_copies.explored(test_copies.a_copy_alone, faults=1)


def a_copy_at_once_and_a_fault(patch: Patch) -> None:
    patch.setattr(ledger, "MAX_CLAIMS", 2)
    test_copies.explored(test_copies.a_zombie_and_a_copy_at_once, faults=1)


def a_copy_at_once_and_half_a_call(patch: Patch) -> None:
    patch.setattr(ledger, "MAX_CLAIMS", 2)
    test_copies.explored(test_copies.a_zombie_and_a_copy_at_once, faults=1, kinds=PARTLY)


def sent_again(patch: Patch) -> None:
    patch.setattr(ledger, "MAX_CLAIMS", 1)
    test_copies.test_sending_everything_again_restores_what_was_lost_for_good()


def a_copy_before_its_original(_: Patch) -> None:
    test_copies.test_a_copy_that_comes_before_its_original_is_not_done_before_it()


CAUGHT_BY: list[tuple[Mutant, Property]] = [
    (mutants.accepts_what_the_stream_did_not_take, retries_end_in_503),
    (mutants.answers_before_it_puts, retries_end_in_503),
    (mutants.answers_before_it_puts, short_runs),
    (mutants.takes_a_partial_failure_for_success, short_runs),
    (mutants.takes_a_lost_answer_for_success, short_runs),
    (mutants.takes_a_lost_answer_for_success, keys_of_the_stream),
    (mutants.sends_everything_again, only_refused_again),
    (mutants.sends_only_the_first_again, short_runs),
    (mutants.claims_without_a_condition, copies),
    (mutants.claims_without_a_condition, short_runs),
    (mutants.takes_an_unanswered_claim_for_granted, a_copy_at_once_and_a_fault),
    (mutants.takes_a_refused_claim_for_granted, a_copy_at_once_and_half_a_call),
    (mutants.takes_a_row_that_is_there_for_its_own, copies),
    (mutants.takes_a_row_that_was_not_read_for_its_own, a_copy_at_once_and_half_a_call),
    (mutants.stores_in_the_home_of_the_retry, crash_points),
    (mutants.stores_duplicates, copies),
    (mutants.takes_a_retried_record_for_a_duplicate, crash_points),
    (mutants.skips_what_it_could_not_claim, crash_points),
    (mutants.takes_every_copy_for_a_duplicate, a_copy_of_what_was_lost),
    (mutants.takes_every_copy_for_a_duplicate, sent_again),
    (mutants.completes_in_the_home_of_the_copy, a_copy_and_its_original),
    (mutants.completes_under_the_number_of_the_copy, a_copy_of_what_was_lost),
    (mutants.takes_a_completed_copy_for_an_event_of_its_own, a_copy_and_its_original),
    (mutants.answers_a_copy_before_its_original, a_copy_before_its_original),
    (mutants.remembers_what_it_has_not_put, a_copy_and_a_fault),
    (mutants.drops_conflicts, conflicts),
    (mutants.reports_no_failure, crash_points),
    (mutants.reports_the_last_record, crash_points),
    (mutants.reports_the_record_after, crash_points),
    (mutants.overwrites_objects, overlaps),
    (mutants.completes_without_comparing, overlaps),
    (mutants.takes_an_object_that_is_there_for_complete, crash_points),
    (mutants.completes_by_replacing, crash_points),
    (mutants.stores_before_it_claims, copies),
    (mutants.counts_its_own_marks_as_content, repeated_requests),
    (mutants.forgets_what_quarantine_did_not_take, crash_points),
    (mutants.names_quarantined_records_anew, crash_points),
    (mutants.does_not_watch_the_time, slow_ledger),
    (mutants.wants_more_time_than_it_has, little_time),
    (mutants.names_lines_anew, notified_twice),
    (mutants.forgets_files_that_it_could_not_import, import_faults),
]


@pytest.mark.parametrize(("mutant", "prop"), CAUGHT_BY, ids=lambda each: str(each.__name__))
def test_a_wrong_decision_is_caught(mutant: Mutant, prop: Property, monkeypatch: Patch) -> None:
    mutant(monkeypatch)
    with pytest.raises(AssertionError):
        prop(monkeypatch)


@pytest.mark.parametrize("prop", sorted({prop for _, prop in CAUGHT_BY}, key=str))
def test_without_a_mutant_the_property_holds(prop: Property, monkeypatch: Patch) -> None:
    prop(monkeypatch)
