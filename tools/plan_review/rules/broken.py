"""What others rely on: addresses of the API, outputs, and addresses in Terraform."""

from tools.plan_review.predicates import destroyed, ended, forgotten, moved, updated
from tools.plan_review.rule import Category, Rule

GONE = Rule(
    id="stack-gone",
    category=Category.BROKEN,
    on={"stack": ()},
    test=None,
    message="No longer in the code, but still deployed: nobody looks after it. Destroy it before the merge.",
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
        message="Clients find nothing at the old address.",
        of_gone=True,
    ),
    Rule(
        id="output-removed",
        category=Category.BROKEN,
        on={"output": ()},
        test=destroyed,
        message="Whoever reads this output fails.",
    ),
    Rule(
        id="output-changed",
        category=Category.BROKEN,
        on={"output": ()},
        test=updated,
        message="Whoever has kept this output's value has a wrong one.",
    ),
    Rule(
        id="forgotten",
        category=Category.BROKEN,
        on={"*": ()},
        test=forgotten,
        message="Terraform lets go of it: it stays in the account, and nobody looks after it.",
    ),
    Rule(
        id="moved",
        category=Category.BROKEN,
        on={"*": ()},
        test=moved,
        message="Has another address in Terraform; the resource itself stays.",
        needs_label=False,
    ),
)
