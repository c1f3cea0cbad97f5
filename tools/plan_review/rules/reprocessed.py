"""Changes that make a consumer process records again, or skip some."""

from tools.plan_review.predicates import differs, ended, switched_off
from tools.plan_review.rule import Category, Rule

_MAPPING = "aws_lambda_event_source_mapping"

REPROCESSED = (
    Rule(
        id="mapping-ended",
        category=Category.REPROCESSED,
        on={_MAPPING: ()},
        test=ended,
        message="The mapping's position in the stream is lost: a new mapping begins at its starting position.",
    ),
    Rule(
        id="starting-position",
        category=Category.REPROCESSED,
        on={_MAPPING: ("starting_position", "starting_position_timestamp")},
        test=differs,
        message="Begins elsewhere in the stream: TRIM_HORIZON processes records again, LATEST skips existing ones.",
    ),
    Rule(
        id="mapping-disabled",
        category=Category.REPROCESSED,
        on={_MAPPING: ("enabled",)},
        test=switched_off,
        message="No records are processed; those older than the stream's retention period are lost.",
    ),
)
