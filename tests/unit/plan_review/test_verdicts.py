"""Every verdict of the table by itself: found, with its label, for changes that it names, and not for others."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.plan_review.plans import ROWS, RULES, change, read_plan, review, written
from tests.unit.plan_review.samples import Case, cases, nested
from tools.plan_review.differences import Verdict, differences
from tools.plan_review.rule import Category
from tools.plan_review.verdicts import EVERYWHERE, TABLE, tree
from tools.plan_review.verdicts.rows import RESOURCE, entries

pytestmark = pytest.mark.usefixtures("unmeasured")

_TREES = {type_: tree(rows) for type_, rows in ROWS.items()}
_BY_ROLE = "compared over all policies of a role"
# Those of every type are tried with one type.
_EVERYWHERE = [
    ("aws_sns_topic", path, verdict) for path, verdicts in entries(EVERYWHERE).items() for verdict in verdicts
]
ENTRIES: list[tuple[str, str, Verdict]] = [
    *_EVERYWHERE,
    *((type_, path, one) for type_, rows in ROWS.items() if type_ != "output" for path in rows for one in rows[path]),
]
FREE = [
    (t, path)
    for t, rows in ROWS.items()
    for path, found in rows.items()
    if not found and path != RESOURCE and t != "output"
]


def _name(entry: tuple[str, str, Verdict]) -> str:
    type_, path, verdict = entry
    return f"{type_}-{path or 'resource'}-{verdict.rule.id}-{verdict.when.words}"


def _holds(case: Case, folder: Path) -> bool:
    """Whether the verdict itself, and none like it, says something about the first change."""
    plan = read_plan(written(folder, *case.changes))
    if case.verdict.when.words == _BY_ROLE:
        return case.verdict.rule in {one.rule for one in review([plan]).findings}
    path = "" if case.path == RESOURCE else case.path
    return any(
        verdict is case.verdict and verdict.when.test(one) is not None
        for change in plan.changes[:1]
        for node, one in differences(change, plan, _TREES[case.type])
        for verdict in (node.verdicts or () if node and one.path == path else ())
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=_name)
def test_a_verdict_is_found_for_what_it_names_and_for_nothing_else(
    entry: tuple[str, str, Verdict], tmp_path: Path
) -> None:
    tried = list(cases(*entry))
    assert {case.fires for case in tried} == {True, False}
    for case in tried:
        assert _holds(case, tmp_path) == case.fires, case.changes
        if case.fires:
            found = review([read_plan(written(tmp_path, *case.changes))])
            rule = case.verdict.rule
            assert rule in {one.rule for one in found.findings}
            assert rule.label is None or rule.label in found.missing


def test_the_share_of_verdicts_that_no_test_fires_is_zero(
    record_property: Callable[[str, object], None], tmp_path: Path
) -> None:
    silent = [_name(entry) for entry in ENTRIES if not any(_holds(one, tmp_path) for one in cases(*entry) if one.fires)]
    record_property("verdicts", len(ENTRIES))
    record_property("share that no test fires", len(silent) / len(ENTRIES))
    assert silent == []


@pytest.mark.parametrize(("type_", "path"), FREE)
def test_what_is_free_needs_no_label(type_: str, path: str, tmp_path: Path) -> None:
    for old, new in (("a", "b"), (1, 2), (2, 1), (None, "a"), ("a", None), (["a"], []), (True, False)):
        found = review([read_plan(written(tmp_path, change(type_, nested(path, old), nested(path, new))))])
        assert found.missing == [], (old, new)


@pytest.mark.parametrize("type_", TABLE)
def test_what_has_no_row_is_not_judged_and_needs_a_label_of_its_own(type_: str, tmp_path: Path) -> None:
    if type_ == "output":
        return
    body = {"id": "a", "name": "a"}
    for old, new in ((1, 2), (None, 1), ("a", None), (None, [{"deep": 1}]), ([{"deep": 1}], [])):
        one = change(type_, body | {"of_next_year": old}, body | {"of_next_year": new})
        found = review([read_plan(written(tmp_path, one))])
        assert [(one.rule.id, one.detail) for one in found.findings] == [("not-judged", "`of_next_year`")]
        assert found.missing == [Category.UNJUDGED.label]


def test_every_rule_is_one_of_the_table_or_of_what_is_compared_as_a_whole() -> None:
    whole = {
        "deleted-outside",
        "incomplete",
        "name-taken",
        "not-judged",
        "secret-name-waits",
        "stack-removed",
    }
    outputs = {one.rule.id for one in ROWS["output"][RESOURCE]}
    table = {verdict.rule.id for _, _, verdict in ENTRIES}
    assert {rule.id for rule in RULES} == whole | outputs | table
    assert whole.isdisjoint(table)
