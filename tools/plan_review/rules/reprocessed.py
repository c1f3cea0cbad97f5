"""What makes a consumer read records again, or skip some."""

from tools.plan_review.predicates import differs, ended, switched_off
from tools.plan_review.rule import Category, Rule

_MAPPING = "aws_lambda_event_source_mapping"

REPROCESSED = (
    Rule(
        id="mapping-ended",
        category=Category.REPROCESSED,
        on={_MAPPING: ()},
        test=ended,
        message="The mapping forgets where it was: a new one begins at its starting position.",
    ),
    Rule(
        id="starting-position",
        category=Category.REPROCESSED,
        on={_MAPPING: ("starting_position", "starting_position_timestamp")},
        test=differs,
        message="Begins elsewhere in the stream: TRIM_HORIZON reads again, LATEST skips what is there.",
    ),
    Rule(
        id="mapping-disabled",
        category=Category.REPROCESSED,
        on={_MAPPING: ("enabled",)},
        test=switched_off,
        message="Nothing is read any more; what outlives the stream's retention is lost.",
    ),
)
