"""Rules on where the roles of GitHub Actions and the boundaries hold."""

from tests.rules.delivery.reading import POLICY
from tests.rules.mutations import statement
from tests.rules.reading import policies
from tests.rules.registry import Case, Check, Checks, rule

# Their requests go to no region, or, those about a bucket, to one that its name says.
_GLOBAL = {"budgets", "iam", "route53", "s3"}


@rule(
    "least privilege by region",
    broken_by=[
        statement(POLICY, "OutsideRegions", Effect="Allow", of="deploy_data"),
        statement(POLICY, "OutsideRegions", Action=["kinesis:*"], of="deploy_data"),
        statement(POLICY, "OutsideRegions", Resource="arn:aws:kinesis:us-east-1:*:*", of="deploy_data"),
        statement(POLICY, "OutsideRegions", Condition=None, of="deploy_keys"),
        statement(
            POLICY,
            "OutsideRegions",
            Condition={"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-3"]}},
            of="deploy_keys",
        ),
        statement(POLICY, "OutsideRegions", Effect="Allow", of="preview_compute"),
        statement(POLICY, "OutsideRegions", Action=["kms:*"], of="function-boundary"),
        statement(POLICY, "OutsideRegions", Action=["kms:*"], of="preview-function-boundary"),
    ],
)
def roles_of_delivery_act_in_the_regions_of_their_environment(case: Case) -> Checks:
    """Each policy denies its regional services elsewhere, but those of plans, which see regions before they are added.

    Functions do nothing elsewhere.
    """
    regions = sorted({*case.settings.regions, case.settings.state.region})
    for policy in policies(case.stack, "delivery", "boundary"):
        if policy.resource.type != POLICY:
            continue
        denied = [one for one in policy.statements if one["Effect"] == "Deny"]
        allowed = [action for one in policy.statements if one not in denied for action in one["Action"]]
        services = sorted({action.partition(":")[0] for action in allowed} - _GLOBAL)
        actions = ["*"] if policy.kind == "boundary" else [f"{service}:*" for service in services]
        wanted = (["*"], actions, {"StringNotEquals aws:RequestedRegion": regions})
        held = [(one["Resource"], one["Action"], one["Condition"]) for one in denied] == [wanted]
        none = policy.resource.id.startswith("plan_") or not services
        yield Check(policy.resource.address, not denied if none else held, f"denies {denied}")
