"""Every rule. To add one: put it into the file of its category, and a plan that shows it beside the tests."""

from tools.plan_review.rule import Rule
from tools.plan_review.rules.broken import BROKEN
from tools.plan_review.rules.exposed import EXPOSED
from tools.plan_review.rules.iam import IAM
from tools.plan_review.rules.lost import LOST
from tools.plan_review.rules.reprocessed import REPROCESSED
from tools.plan_review.rules.silenced import SILENCED

RULES: tuple[Rule, ...] = (*LOST, *REPROCESSED, *EXPOSED, *SILENCED, *BROKEN, *IAM)
