"""What rows of the table are made of, and what several of them say."""

from collections.abc import Mapping

from tools.plan_review import acts
from tools.plan_review import predicates as when
from tools.plan_review import resource_policies as policies
from tools.plan_review.differences import Node, Verdict, Verdicts
from tools.plan_review.rules import exposed, flow, lost

# Attributes, or `RESOURCE`, with what is said about their changes, by resource type.
Table = Mapping[str, Mapping[str, Verdict | Verdicts]]

RESOURCE = "(resource)"  # in the row about the resource as a whole: destroyed, replaced
FREE: Verdicts = ()

HOLDS_DATA = (acts.replaced(lost.DATA_REPLACED), acts.destroyed(lost.DATA_DESTROYED))
OWN_KEY = (when.own_key_left(exposed.ENCRYPTION_WEAKENED), when.other_key(lost.KEY_CHANGED))
POLICY = (
    policies.new_principals(exposed.NEW_PRINCIPAL),
    policies.wider(exposed.POLICY_WIDER),
    policies.narrower(flow.ACCESS_LOST),
    policies.denies_removed(exposed.DENY_REMOVED),
    policies.not_comparable(exposed.POLICY_UNKNOWN),
)


def entries(rows: Mapping[str, Verdict | Verdicts]) -> Mapping[str, Verdicts]:
    """The verdicts by attribute: a row may name several."""
    return {
        name: (found,) if isinstance(found, Verdict) else found
        for names, found in rows.items()
        for name in names.split()
    }


def put(root: Node, path: str, verdicts: Verdicts) -> None:
    """Put verdicts to where the path leads."""
    node = root
    for name in path.split(".") if path != RESOURCE else ():
        node = node.below.setdefault(name, Node())
    node.verdicts = (*(node.verdicts or ()), *verdicts)
