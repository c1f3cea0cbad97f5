"""Every reason for a label; `tools/plan_review/verdicts` says of which change which of them holds."""

from tools.plan_review.rule import Rule
from tools.plan_review.rules import broken, exposed, flow, lost, silenced

RULES: tuple[Rule, ...] = tuple(
    found
    for module in (lost, flow, exposed, silenced, broken)
    for found in vars(module).values()
    if isinstance(found, Rule)
)
