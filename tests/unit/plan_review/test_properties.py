"""Whatever is in a plan: the review ends in a comment or in one sentence, and shows nothing that it must not show."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plan_review.plans import PLANS, ROWS, files, read_plan, review
from tools.plan_review.comment import comment
from tools.plan_review.model import ReviewError
from tools.plan_review.verdicts.rows import RESOURCE

pytestmark = pytest.mark.usefixtures("unmeasured")

SECRET = "S3cr3tV4lue"  # short and plain: nothing but a mark, or the name of the attribute, says that it is one

# Where a verdict looks.
PLACES = sorted((type_, name) for type_, rows in ROWS.items() for name in rows if name != RESOURCE)
ATTRIBUTES = sorted({name for _, name in PLACES})
TYPES = sorted(ROWS)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("*")
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
ACTIONS = st.sampled_from(
    [["create"], ["update"], ["delete"], ["delete", "create"], ["create", "delete"], ["no-op"], ["forget"], ["read"]]
)


def _nested(path: str, value: Any) -> tuple[str, Any]:
    """The value as Terraform writes it at a path, in blocks that are lists of one."""
    first, _, rest = path.partition(".")
    if not rest:
        return first, value
    name, inner = _nested(rest, value)
    return first, [{name: inner}]


def _statement(principal: Any, action: Any, resource: Any) -> str:
    one = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


POLICIES = st.builds(_statement, JSON, JSON, JSON) | st.text(max_size=30)
BODIES = st.dictionaries(st.sampled_from(ATTRIBUTES), JSON | POLICIES, max_size=6).map(
    lambda found: dict(_nested(path, value) for path, value in found.items())
)


def _text(plan: Any) -> str | None:
    """The comment about the plan; `None` where it is refused in a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tap-dev-us-east-1.json"
        path.write_text(json.dumps(plan), encoding="utf-8")
        try:
            found = read_plan(path)
        except ReviewError as refused:
            assert 0 < len(str(refused)) < 500  # noqa: PT017 - either end is fine
            return None
    text = comment(review([found]))
    assert len(text) < 60_000
    assert "\x00" not in text
    return text


def _plan(changes: list[Any]) -> Any:
    return {"format_version": "1.2", "resource_changes": changes}


@given(JSON | st.fixed_dictionaries({"format_version": st.just("1.2"), "resource_changes": st.lists(JSON, max_size=3)}))
def test_any_json_ends_in_a_comment_or_in_a_sentence(document: Any) -> None:
    _text(document)


CHANGES = st.fixed_dictionaries(
    {
        "address": st.text(max_size=300),
        "type": st.sampled_from(TYPES),
        "previous_address": st.none() | st.text(max_size=50),
        "change": st.fixed_dictionaries(
            {
                "actions": ACTIONS,
                "before": st.none() | BODIES,
                "after": st.none() | BODIES,
                "after_unknown": JSON | BODIES,
                "before_sensitive": JSON | BODIES,
                "after_sensitive": JSON | BODIES,
            }
        ),
    }
)


@given(st.lists(CHANGES, max_size=6))
def test_any_change_ends_in_a_comment(changes: list[Any]) -> None:
    text = _text(_plan(changes))
    assert text is not None


@given(st.lists(st.tuples(st.sampled_from(PLACES), ACTIONS, st.booleans()), min_size=1, max_size=8))
def test_what_is_marked_as_sensitive_is_never_shown(rows: list[Any]) -> None:
    changes = []
    for (type_, path), actions, whole in rows:
        secret = _statement({"AWS": SECRET}, f"s3:{SECRET}", SECRET) if "policy" in path else SECRET
        before = dict([_nested(path, secret)])
        more = _statement({"AWS": f"{SECRET}2"}, [f"s3:{SECRET}2", "s3:*"], "*") if "policy" in path else f"{SECRET}2"
        after = dict([_nested(path, more)])
        mark = True if whole else dict([_nested(path, True)])
        body = {"actions": actions, "before": before, "after": after, "before_sensitive": mark, "after_sensitive": mark}
        changes.append({"address": f"{type_}.one", "type": type_, "change": body})
    text = _text(_plan(changes))
    assert text is not None
    assert SECRET not in text


@given(st.lists(st.tuples(st.sampled_from(TYPES), st.text("abcdefgh_", min_size=9), ACTIONS), max_size=5))
def test_values_of_attributes_that_are_not_on_the_list_are_never_shown(rows: list[Any]) -> None:
    changes = [
        {
            "address": f"{type_}.one",
            "type": type_,
            "change": {"actions": actions, "before": {name: SECRET}, "after": {name: [SECRET, "other"]}},
        }
        for type_, name, actions in rows
    ]
    text = _text(_plan(changes))
    assert text is not None
    assert SECRET not in text


def _marked(tree: Any) -> Any:
    """The tree with every text of it replaced."""
    if isinstance(tree, dict):
        return {name: _marked(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_marked(value) for value in tree]
    return f"{SECRET}{tree[:4]}" if isinstance(tree, str) else tree


def test_no_recorded_plan_tells_a_value_when_all_of_it_is_sensitive() -> None:
    for name in sorted(path.name for path in PLANS.iterdir()):
        for path in files(name):
            plan = json.loads(path.read_text())
            for one in plan["resource_changes"]:
                body = one["change"]
                body |= {"before_sensitive": True, "after_sensitive": True}
                body |= {side: _marked(body[side]) for side in ("before", "after") if side in body}
            for output in plan["output_changes"].values():
                output |= {"before": SECRET, "after": f"{SECRET}2", "before_sensitive": True, "after_sensitive": True}
            text = _text(plan)
            assert text is not None
            assert SECRET not in text, name
