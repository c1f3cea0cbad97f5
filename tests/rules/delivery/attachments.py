"""Rules on which policies belong to which roles."""

from tests.rules.delivery.reading import ATTACHMENT, POLICY, ROLE
from tests.rules.mutations import Mutation, drop, put, remove
from tests.rules.reading import each, is_delivery, parts, policies
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json


def _with_a_key(stack: Json) -> None:
    if ATTACHMENT in stack["resource"]:
        stack["resource"]["aws_iam_access_key"] = {"key": {"user": "somebody"}}


@rule(
    "IAM.1, no managed policies",
    broken_by=[
        put(ATTACHMENT, "policy_arn", "arn:aws:iam::aws:policy/AdministratorAccess"),
        put(ROLE, "managed_policy_arns", ["arn:aws:iam::aws:policy/ReadOnlyAccess"], of="plan"),
        drop(ATTACHMENT, "policy_arn"),
        remove(ATTACHMENT, of="plan"),
        Mutation("an access key", _with_a_key),
    ],
)
def roles_of_delivery_have_policies_of_their_stack_only(case: Case) -> Checks:
    """Each policy of the stack is attached to one role of the stack, but boundaries; there are no users, no keys."""
    if not is_delivery(case.stack):
        return
    attached = [one.body.get("policy_arn") for one in each(case.stack, ATTACHMENT)]
    for policy in policies(case.stack, "delivery", "boundary"):
        if policy.resource.type == POLICY:
            address = policy.resource.address
            wanted = 0 if policy.kind == "boundary" else 1
            times = attached.count(f"${{{address}.arn}}")
            yield Check(address, times == wanted, f"is attached to {times} roles")
    own = {f"${{{policy.address}.arn}}" for policy in each(case.stack, POLICY)}
    for arn in attached:
        yield Check(ATTACHMENT, arn in own, f"attaches {arn}")
    for role in each(case.stack, ROLE):
        foreign = {"managed_policy_arns", "inline_policy"} & set(role.body)
        yield Check(role.address, not foreign, f"has {sorted(foreign)}")
        yield Check(role.address, len(parts(case.stack, ATTACHMENT, role, "role")) > 1, "has no policies")
    known = {ROLE, POLICY, ATTACHMENT, "aws_iam_openid_connect_provider"}
    for type_ in case.stack.json["resource"]:
        yield Check(type_, type_ in known, "is nothing that delivery needs")
