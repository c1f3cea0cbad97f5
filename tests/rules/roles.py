"""Rules on who may do what (IAM.1, IAM.21)."""

import json
import re

from tests.rules.keys import is_the_deployer
from tests.rules.mutations import Mutation, add, put, statement, twice
from tests.rules.reading import dig, each, is_delivery, is_our_key, parts, policies, refers_to, target
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json

_ROLE, _GRANTS, _FUNCTION = "aws_iam_role", "aws_iam_role_policy", "aws_lambda_function"
_KEY, _BUCKET_POLICY = "aws_kms_key", "aws_s3_bucket_policy"
# A wildcard action is allowed in one place: the root statement of a key, without which IAM policies do not count there
# and nobody could repair a wrong one (KMS developer guide, "Default key policy").
_ADMINISTERS = ("aws_kms_key", "AccountAdministersByIam", ["kms:*"])
# AWS defines no resource level for these (Service Authorization Reference, X-Ray).
_WITHOUT_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# What the pipeline's code works with. None of them hands out permissions.
_SERVICES = {"athena", "dynamodb", "glue", "kinesis", "kms", "lambda", "logs", "s3", "secretsmanager", "sqs", "xray"}
# CloudWatch Logs documents no other condition for its use of a key; the context holds region and account.
_LOGS_CONTEXT = "ArnLike kms:EncryptionContext:aws:logs:arn"
_SOURCES = ("aws:SourceAccount", "aws:SourceArn")
_EVENTS = {"Service": "events.amazonaws.com"}


@rule(
    "IAM.1, IAM.21, CKV_AWS_62, CKV_AWS_63, CKV_AWS_286, CKV_AWS_287, CKV_AWS_288, CKV_AWS_289, CKV_AWS_290",
    broken_by=[
        statement(_GRANTS, "WriteEvents", Action="kinesis:*"),
        statement(_GRANTS, "WriteEvents", Action="*"),
        statement(_GRANTS, "WriteEvents", Action=["kinesis:Put*"]),
        statement(_GRANTS, "WriteEvents", Action=["iam:PassRole"]),
        statement("aws_iam_policy", "Data", Action=["iam:PassRole"], of="function-boundary"),
        statement(_GRANTS, "WriteEvents", NotAction=["kinesis:DeleteStream"]),
        statement(_GRANTS, "WriteEvents", NotResource=["x"]),
        statement(_BUCKET_POLICY, "DenyInsecureTransport", Effect="Allow"),
        statement(_KEY, "LogGroups", Action=["kms:*"]),
    ],
)
def actions_are_named(case: Case) -> Checks:
    """Actions are allowed by name but in a key's root statement; roles and boundaries reach what pipelines have."""
    for policy in policies(case.stack):
        for one in policy.statements:
            wild = [action for action in one["Action"] if "*" in action] if one["Effect"] == "Allow" else []
            listed = (policy.resource.type, one["Sid"], wild) == _ADMINISTERS
            yield Check(policy.resource.address, not wild or listed, f"{one['Sid']} allows {wild}")
            inverted = {"NotAction", "NotResource", "NotPrincipal"} & set(one)
            yield Check(policy.resource.address, not inverted, f"{one['Sid']} allows by exclusion: {sorted(inverted)}")
            limited = policy.kind in ("role", "boundary") and one["Effect"] == "Allow"
            services = {action.split(":")[0] for action in one["Action"]} if limited else set()
            yield Check(policy.resource.address, services <= _SERVICES, f"{one['Sid']} reaches {services - _SERVICES}")


@rule(
    "IAM.21, CKV_AWS_355",
    broken_by=[
        statement(_GRANTS, "WriteEvents", Resource="*"),
        statement(_GRANTS, "ReadSigningSecret", Resource=["arn:aws:secretsmanager:*:*:secret:*"]),
        statement(_GRANTS, "SendTraces", Action=["xray:PutTraceSegments", "xray:GetTraceSummaries"]),
        statement(_GRANTS, "WriteEvents", Resource="arn:aws:kinesis:us-east-1:999999999999:stream/other"),
    ],
)
def resources_are_named(case: Case) -> Checks:
    """A role reaches everything only for X-Ray, which has no resource level; else this account's, by name."""
    account = case.settings.account_id
    named = re.compile(
        rf"\$\{{aws_[a-z_]+\.[\w-]+\.arn\}}|arn:aws:s3:::[a-z0-9-]+-{account}(/.*)?|arn:aws:[a-z]+:[a-z0-9-]+:{account}:[^*].+"
    )
    for policy in policies(case.stack, "role"):
        for one in policy.statements:
            without = set(one["Action"]) <= _WITHOUT_RESOURCE
            holds = one["Resource"] == ["*"] if without else all(named.fullmatch(arn) for arn in one["Resource"])
            yield Check(policy.resource.address, holds, f"{one['Sid']} reaches {one['Resource']}")


@rule(
    "IAM.21",
    broken_by=[
        statement(_GRANTS, "EncryptViaKinesis", Condition=None),
        statement(_GRANTS, "EncryptViaKinesis", Resource="*"),
        statement(_GRANTS, "EncryptViaKinesis", Condition={"StringEquals": {"kms:ViaService": "*.amazonaws.com"}}),
        statement(_GRANTS, "EncryptViaKinesis", Action=["kms:GenerateDataKey", "kms:ScheduleKeyDeletion"]),
    ],
)
def keys_are_used_by_way_of_a_service(case: Case) -> Checks:
    """Roles use only the stack's key, to encrypt or decrypt, and only through a named service of the region."""
    for policy in policies(case.stack, "role"):
        for one in policy.statements:
            if any(action.startswith("kms:") for action in one["Action"]):
                address, sid = policy.resource.address, one["Sid"]
                named = all(is_our_key(case.stack, arn) for arn in one["Resource"])
                yield Check(address, named, f"{sid} uses {one['Resource']}")
                used = set(one["Action"]) <= {"kms:Decrypt", "kms:GenerateDataKey"}
                yield Check(address, used, f"{sid} allows {one['Action']}")
                service = str(one["Condition"].get("StringEquals kms:ViaService"))
                exact = re.fullmatch(rf"[a-z0-9]+\.{case.region}\.amazonaws\.com", service)
                yield Check(address, exact is not None, f"{sid} is conditioned on kms:ViaService {service}")


@rule(
    "confused deputy",
    broken_by=[
        statement(_KEY, "AlarmsToEncryptedTopic", Condition=None),
        statement(_KEY, "LogGroups", Condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*"}}),
        statement(_BUCKET_POLICY, "DeliverAccessLogs", Condition=None),
        statement("aws_sns_topic_policy", "AlarmsPublish", Condition={"StringLike": {"aws:SourceAccount": "*"}}),
        statement(_KEY, "LogGroups", Principal=_EVENTS),
    ],
)
def services_act_for_this_account_only(case: Case) -> Checks:
    """In resource policies source account, source ARN or logs' encryption context hold services to this account.

    But not EventBridge: SNS supports none for it, on topics and their keys (its developer guide, "Managing encryption
    keys").
    """
    account = case.settings.account_id
    topics_keys = [topic.body.get("kms_master_key_id") for topic in each(case.stack, "aws_sns_topic")]
    for policy in policies(case.stack, "resource"):
        for one in policy.statements:
            if isinstance(one.get("Principal"), dict) and "Service" in one["Principal"] and one["Effect"] == "Allow":
                held = any(
                    account in str(value)
                    for key, value in one["Condition"].items()
                    if key == _LOGS_CONTEXT or key.split(" ")[1] in _SOURCES
                )
                if one["Principal"] == _EVENTS:
                    of_topics = any(refers_to(key, policy.resource, "arn") for key in topics_keys)
                    held = of_topics or policy.resource.type == "aws_sns_topic_policy"
                yield Check(policy.resource.address, held, f"{one['Sid']} lets {one['Principal']} act for anybody")


@rule(
    "IAM.21, S3.8",
    broken_by=[
        statement(_BUCKET_POLICY, "DeliverAccessLogs", Principal="*"),
        statement(_BUCKET_POLICY, "DeliverAccessLogs", Principal={"AWS": "*"}),
        statement(_BUCKET_POLICY, "DeliverAccessLogs", Principal={"AWS": "arn:aws:iam::999999999999:root"}),
    ],
)
def nobody_else_is_let_in(case: Case) -> Checks:
    """No resource policy allows everybody, or another account; a key's allows the one role that deploys."""
    root = f"arn:aws:iam::{case.settings.account_id}:root"
    for policy in policies(case.stack, "resource", "trust"):
        for one in policy.statements:
            principal = one.get("Principal")
            ours = isinstance(principal, dict) and (list(principal) == ["Service"] or principal == {"AWS": root})
            ours |= policy.resource.type == _KEY and is_the_deployer(case, one)
            yield Check(policy.resource.address, one["Effect"] == "Deny" or ours, f"{one['Sid']} lets {principal} in")


@rule(
    "one role per function",
    broken_by=[
        put(_FUNCTION, "role", "${aws_iam_role.processor_role.arn}", of="importer"),
        statement(_ROLE, "AssumeRole", argument="assume_role_policy", Principal={"Service": "ec2.amazonaws.com"}),
        twice(_ROLE),
        twice(_GRANTS),
    ],
)
def a_function_has_a_role_of_its_own(case: Case) -> Checks:
    """Every role is one function's or one schedule's, has one policy, and only that service may be it.

    Every function has one.
    """
    if is_delivery(case.stack):
        return
    functions = each(case.stack, _FUNCTION)
    for function in functions:
        role = target(case.stack, function.body.get("role"), _ROLE)
        sharers = [one.id for one in functions if one.body.get("role") == function.body.get("role")]
        yield Check(
            function.address, role is not None and len(sharers) == 1, f"role is shared by {sharers}, or not ours"
        )
    services = {str(function.body.get("role")): "lambda.amazonaws.com" for function in functions} | {
        str(dig(schedule.body, "target.role_arn")): "scheduler.amazonaws.com"
        for schedule in each(case.stack, "aws_scheduler_schedule")
    }
    for role in each(case.stack, _ROLE):
        service = services.get(f"${{aws_iam_role.{role.id}.arn}}")
        yield Check(role.address, service is not None, "is neither a function's nor a schedule's")
        yield Check(role.address, len(parts(case.stack, _GRANTS, role, "role")) == 1, "needs one policy")
        trusted = [one["Principal"] for one in json.loads(role.body["assume_role_policy"])["Statement"]]
        yield Check(role.address, trusted == [{"Service": service}], f"trusts {trusted}")


def _managed(stack: Json) -> None:
    for body in stack["resource"].get(_ROLE, {}).values():
        body["managed_policy_arns"] = ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]


@rule(
    "IAM.1, no managed policies",
    broken_by=[
        add("aws_iam_role_policy_attachment", role="x", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"),
        add("aws_iam_policy", name="x"),
        add("aws_iam_user", name="x"),
        Mutation("managed policy", _managed),
        put(_ROLE, "inline_policy", [{"name": "x"}]),
    ],
)
def grants_are_written_here(case: Case) -> Checks:
    """Roles have no policy of AWS and none attached: all that they may do is in the stack, in one place."""
    if is_delivery(case.stack):
        return
    for role in each(case.stack, _ROLE):
        foreign = {"managed_policy_arns", "inline_policy"} & set(role.body)
        yield Check(role.address, not foreign, f"has {sorted(foreign)}")
    for type_ in case.stack.json["resource"]:
        attached = type_.startswith("aws_iam_") and type_ not in (_ROLE, _GRANTS)
        yield Check(type_, not attached, "permissions are granted by one inline policy of each role only")
