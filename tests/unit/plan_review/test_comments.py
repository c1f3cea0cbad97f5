"""Comments on plans that Terraform made, and their exit statuses."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.snapshot.golden import check
from tests.unit.plan_review.plans import COMMENTS, CONFIGURATION, PLANS, RULES, recorded, review
from tests.unit.plan_review.scenarios import SCENARIOS
from tools.plan_review.comment import comment
from tools.plan_review.review import Status

NAMES = sorted(path.name for path in PLANS.iterdir())
# Seen in written plans only (test_verdicts.py, test_cases.py).
WRITTEN = set(
    """
    boundary-given bucket-not-empty capacity-lowered changed-too-often clients-refused compaction-elsewhere
    copy-removed deleted-outside deletion-refused failover-weakened function-destroyed hours-unchecked imported
    imported-again incomplete longer-sessions other-role other-storage policy-detached queries-refused
    raw-expires-sooner received-again redirected renamed results-elsewhere route-lost schedule-changed secret-name-waits
    table-changed tls-weakened value-lost
    """.split()  # noqa: SIM905 - words, not a page of quotes
)
FINE = {"nothing", "first-deploy", "code-only", "ordinary", "moved"}


@pytest.mark.parametrize("name", NAMES)
def test_a_change_has_the_comment_that_was_reviewed(name: str, update: bool) -> None:
    check(COMMENTS / f"{name}.md", comment(review(recorded(name))), update=update)


@pytest.mark.parametrize("name", NAMES)
def test_a_label_is_needed_for_what_can_hurt_and_for_nothing_else(name: str) -> None:
    assert review(recorded(name)).status == (Status.FINE if name in FINE else Status.NEEDS_LABEL)


def test_every_recorded_change_is_one_that_can_be_recorded_again() -> None:
    assert set(NAMES) == {*SCENARIOS, "drift"}
    assert {path.stem for path in COMMENTS.iterdir()} == set(NAMES)


def test_rules_are_seen_in_plans_that_terraform_made_but_for_those_of_what_no_scenario_deploys() -> None:
    found = {finding.rule.id for name in NAMES for finding in review(recorded(name)).findings}
    assert {rule.id for rule in RULES} - found == WRITTEN


def test_recorded_plans_stay_small() -> None:
    assert sum(path.stat().st_size for path in PLANS.rglob("*.json")) < 3_000_000


def test_a_comment_begins_with_what_the_next_one_finds_it_by() -> None:
    assert comment(review(recorded("nothing"))).startswith(f"{CONFIGURATION.marker}\n")


def test_a_label_accepts_what_it_names_and_no_more() -> None:
    plans = recorded("stream-renamed")
    one = review(plans, labels=["allow-data-loss"])
    assert (one.status, one.missing) == (Status.NEEDS_LABEL, ["allow-reprocessing"])
    both = review(plans, labels=["allow-data-loss", "allow-reprocessing", "unrelated"])
    assert (both.status, both.missing) == (Status.FINE, [])
    assert "Accepted by label: `allow-data-loss`, `allow-reprocessing`" in comment(both)


def test_a_label_that_does_not_count_is_told() -> None:
    found = review(recorded("stream-renamed"), labels=["allow-data-loss"], uncounted=["allow-reprocessing", "other"])
    assert found.status == Status.NEEDS_LABEL
    told = "> Doesn't count: `allow-reprocessing`. A person who is neither the author nor pushed last gives it, "
    assert f"{told}after the last push." in comment(found).splitlines()


def test_a_comment_says_which_stacks_no_workflow_deploys() -> None:
    plan = recorded("roles")[0]
    roles, untouched = replace(plan, stack="tap-dev-delivery"), replace(plan, stack="tap-dev-state", changes=())
    text = comment(review([plan, roles, untouched]))
    told = [line.split("`")[1] for line in text.splitlines() if "a person does, before the merge" in line]
    assert told == ["tap-dev-delivery"]


def test_the_same_change_in_two_regions_is_one_line() -> None:
    text = comment(review(recorded("ordinary")))
    assert text.count("`memory_size`: 512 -> 1024") == 1
    assert "| change | `aws_lambda_function.receiver` (x2) | `memory_size`: 512 -> 1024 |" in text


def test_regions_that_differ_are_shown_separately() -> None:
    first, second = recorded("retention-lowered")
    text = comment(review([first, second, *recorded("ordinary")[:1]]))
    assert "`retention_period`: 168 -> 24" in text
    assert "| `aws_lambda_function.receiver` (x2)" not in text


def test_the_same_grants_written_differently_are_no_change() -> None:
    text = comment(review(recorded("roles")))
    assert "receiver_policy" not in text.partition("<summary>All changes")[0]


def test_replacing_a_key_gives_no_role_more() -> None:
    found = [one for one in review(recorded("key-replaced")).findings if one.rule.category.label == "allow-iam"]
    assert found == []


def test_comments_hold_no_value_of_a_name_that_is_not_on_the_list(tmp_path: Path) -> None:
    del tmp_path
    text = "".join(comment(review(recorded(name))) for name in NAMES)
    assert "alerts@example.com" not in text
    assert "platform-team" not in text
