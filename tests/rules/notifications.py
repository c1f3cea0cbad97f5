"""Rules on files that start a function (S3.11)."""

from tests.rules.mutations import Mutation, drop, put, remove, statement, twice
from tests.rules.reading import Resource, each, parts, policies, refers_to, target
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json
from tools.policy.globs import overlap

_NOTIFICATION, _PERMISSION, _ROLE = "aws_s3_bucket_notification", "aws_lambda_permission", "aws_iam_role_policy"
_WRITES = ("s3:PutObject", "s3:ReplicateObject", "s3:RestoreObject")


def _notify_twice_under_one_prefix(stack: Json) -> None:
    for body in stack["resource"].get(_NOTIFICATION, {}).values():
        first = body["lambda_function"][0]
        body["lambda_function"].append(first | {"filter_prefix": first["filter_prefix"] + "deeper/"})


@rule(
    "S3.11, terraform-provider-aws#1582",
    broken_by=[
        twice(_NOTIFICATION),
        drop(_NOTIFICATION, "lambda_function.0.filter_prefix"),
        put(_NOTIFICATION, "lambda_function.0.filter_prefix", ""),
        put(_NOTIFICATION, "eventbridge", True),
        Mutation("overlapping prefixes", _notify_twice_under_one_prefix),
    ],
)
def a_bucket_notifies_once(case: Case) -> Checks:
    """A bucket has one notification resource, whose functions have prefixes that do not overlap."""
    for bucket in each(case.stack, "aws_s3_bucket"):
        found = parts(case.stack, _NOTIFICATION, bucket)
        yield Check(
            bucket.address, len(found) <= 1, f"has {len(found)} notification resources, which overwrite each other"
        )
        for notification in found:
            prefixes = [one.get("filter_prefix", "") for one in notification.body.get("lambda_function", [])]
            yield Check(notification.address, bool(prefixes) and all(prefixes), "notifies without a prefix")
            apart = not any(a.startswith(b) for i, a in enumerate(prefixes) for j, b in enumerate(prefixes) if i != j)
            yield Check(notification.address, apart, f"prefixes {prefixes} overlap")
            extra = set(notification.body) - {"//", "bucket", "depends_on", "lambda_function"}
            yield Check(notification.address, not extra, f"notifies others than functions: {sorted(extra)}")


@rule(
    "terraform-provider-aws#1582",
    broken_by=[
        drop(_NOTIFICATION, "depends_on"),
        remove(_PERMISSION, of="inbox"),
        put(_PERMISSION, "function_name", "${aws_lambda_function.processor.function_name}", of="inbox"),
        put(_PERMISSION, "source_arn", "${aws_s3_bucket.archive.arn}", of="inbox"),
    ],
)
def a_notification_waits_for_its_permission(case: Case) -> Checks:
    """Every notification depends on the permission that lets this bucket invoke this function."""
    for notification in each(case.stack, _NOTIFICATION):
        bucket = target(case.stack, notification.body["bucket"], "aws_s3_bucket")
        for one in notification.body.get("lambda_function", []):
            function = target(case.stack, one["lambda_function_arn"], "aws_lambda_function")
            permissions = [
                permission.address
                for permission in (parts(case.stack, _PERMISSION, function, "function_name") if function else [])
                if bucket and refers_to(permission.body.get("source_arn"), bucket, "arn")
            ]
            waits = bool(permissions) and set(permissions) <= set(notification.body.get("depends_on", []))
            yield Check(notification.address, waits, "does not wait for a permission to invoke its function")


@rule(
    "S3.11, no recursion, notifications",
    broken_by=[
        statement(_ROLE, "PutFailures", Resource="arn:aws:s3:::tap-inbox-strict-us-east-1-111111111111/incoming/*"),
        statement(_ROLE, "PutFailures", Resource="arn:aws:s3:::tap-inbox-strict-us-east-1-111111111111/*"),
        statement(_ROLE, "PutArchive", Resource="arn:aws:s3:::*"),
        statement(_ROLE, "ReadVersionsOfInbox", Action=["s3:GetObject", "s3:Put*"]),
    ],
)
def nothing_is_written_under_a_trigger(case: Case) -> Checks:
    """No role of the stack may write below a prefix that starts a function."""
    for notification in each(case.stack, _NOTIFICATION):
        for one in notification.body.get("lambda_function", []):
            trigger = f"arn:aws:s3:::{_name(case, notification)}/{one.get('filter_prefix', '')}*"
            for policy in policies(case.stack, "role"):
                writers = [allowed["Sid"] for allowed in policy.statements if _may_write(allowed, trigger)]
                yield Check(
                    policy.resource.address, not writers, f"{writers} may write below {trigger}: it would recurse"
                )


def _name(case: Case, notification: Resource) -> str:
    bucket = target(case.stack, notification.body["bucket"], "aws_s3_bucket")
    return str(bucket.body["bucket"]) if bucket else "*"


def _may_write(allowed: Json, trigger: str) -> bool:
    writes = any(overlap(action.lower(), write.lower()) for action in allowed["Action"] for write in _WRITES)
    return allowed["Effect"] == "Allow" and writes and any(overlap(one, trigger) for one in allowed["Resource"])
