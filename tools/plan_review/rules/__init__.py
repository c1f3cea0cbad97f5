"""Every rule. To add one, put it into the file of its category, and record a plan that shows it beside the tests."""

from tools.plan_review.configuration import Configuration
from tools.plan_review.rule import Rule
from tools.plan_review.rules.broken import BROKEN
from tools.plan_review.rules.exposed import EXPOSED, exposed_by
from tools.plan_review.rules.iam import IAM
from tools.plan_review.rules.lost import LOST
from tools.plan_review.rules.reprocessed import REPROCESSED
from tools.plan_review.rules.silenced import SILENCED


def rules_for(configuration: Configuration) -> tuple[Rule, ...]:
    """Every rule, with those that a project configures."""
    return (*LOST, *REPROCESSED, *exposed_by(configuration), *EXPOSED, *SILENCED, *BROKEN, *IAM)
