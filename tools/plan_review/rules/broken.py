"""Changes to what others rely on: endpoints, outputs, and resources that Terraform manages."""

from tools.plan_review.predicates import destroyed, ended, forgotten, moved, updated
from tools.plan_review.rule import Category, Rule

GONE = Rule(
    id="stack-removed",
    category=Category.BROKEN,
    on={"stack": ()},
    test=None,
    message="Removed from the code, but still deployed: destroy it before the merge, or nothing manages it.",
)
BROKEN = (
    GONE,
    Rule(
        id="endpoint-lost",
        category=Category.BROKEN,
        on={
            "aws_apigatewayv2_api": (),
            "aws_apigatewayv2_domain_name": (),
            "aws_route53_record": (),
            "aws_route53_zone": (),
        },
        test=ended,
        message="The endpoint that clients call is removed.",
        of_gone=True,
    ),
    Rule(
        id="output-removed",
        category=Category.BROKEN,
        on={"output": ()},
        test=destroyed,
        message="What reads this output fails.",
    ),
    Rule(
        id="output-changed",
        category=Category.BROKEN,
        on={"output": ()},
        test=updated,
        message="Copies of this output's value are outdated.",
    ),
    Rule(
        id="forgotten",
        category=Category.BROKEN,
        on={"*": ()},
        test=forgotten,
        message="Removed from Terraform's state only: it stays in the account, unmanaged.",
    ),
    Rule(
        id="moved",
        category=Category.BROKEN,
        on={"*": ()},
        test=moved,
        message="Moved to another address in Terraform's state; the resource itself stays.",
        needs_label=False,
    ),
)
