"""What a plan does with a resource as a whole: whether it is replaced, destroyed, moved, or imported."""

from __future__ import annotations

from tools.plan_review.differences import Difference, When
from tools.plan_review.markdown import code
from tools.plan_review.model import Action


def acts(words: str, *actions: Action) -> When:
    """The plan does one of these with the resource."""
    return When(words, lambda one: "" if one.change.action in actions else None)


replaced = acts("replaced", Action.REPLACE)
updated = acts("changed", Action.UPDATE)
destroyed = acts("destroyed", Action.DELETE)  # without a successor
ended = acts("destroyed or replaced", Action.DELETE, Action.REPLACE)
forgotten = acts("forgotten", Action.FORGET)


def gone_without(owner: str, attribute: str) -> When:
    """It is destroyed, or the attribute says that it belongs to another one, while its owner stays."""

    def test(one: Difference) -> str | None:
        change, before = one.change, one.change.old(attribute)
        if change.action is Action.DELETE:
            return None if one.plan.destroys(owner, before) else ""
        taken = one.path == attribute and one.stays and bool(before)
        return code(attribute) if taken and not one.plan.ends(owner, before) else None

    return When(f"removed from a `{owner.removeprefix('aws_')}` that stays", test)


def _moved(one: Difference) -> str | None:
    return f"was {code(one.change.previous_address)}" if one.change.previous_address else None


moved = When("moved", _moved)
imported = When("imported", lambda one: "" if one.change.is_imported else None)
