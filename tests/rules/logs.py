"""Rules on log groups (CloudWatch.16)."""

from fnmatch import fnmatchcase

from tests.rules.mutations import drop, no_statement, put, remove, statement
from tests.rules.reading import dig, each, is_our_key, parts, policies, statements, target
from tests.rules.registry import Case, Check, Checks, rule
from tools.policy.globs import overlap

_GROUP = "aws_cloudwatch_log_group"
_FUNCTION = "aws_lambda_function"
_KEY = "aws_kms_key"
_ROLE = "aws_iam_role_policy"
_QUERY = "aws_cloudwatch_query_definition"


@rule(
    "terraform-provider-aws#29247, encryption and retention, CloudWatch.16",
    broken_by=[
        remove(_GROUP, of="receiver"),
        drop(_FUNCTION, "depends_on"),
        put(_FUNCTION, "depends_on", ["aws_iam_role_policy.processor_policy"]),
        drop(_FUNCTION, "logging_config"),
        put(_FUNCTION, "logging_config.log_group", "/aws/lambda/other"),
        put(_FUNCTION, "logging_config.log_format", "Text"),
    ],
)
def logs_go_to_a_group_of_the_stack(case: Case) -> Checks:
    """Every function logs JSON to a group of this stack; group and policy are there before it, and go after it."""
    for function in each(case.stack, _FUNCTION):
        name = dig(function.body, "logging_config.log_group")
        groups = [one.address for one in each(case.stack, _GROUP) if one.body["name"] == name]
        yield Check(function.address, len(groups) == 1, f"{name} is not a log group of the stack")
        role = target(case.stack, function.body["role"], "aws_iam_role")
        policy = [one.address for one in parts(case.stack, _ROLE, role, "role")] if role else []
        before = set(function.body.get("depends_on", []))
        yield Check(function.address, {*groups, *policy} <= before and policy != [], f"waits only for {sorted(before)}")
        yield Check(function.address, dig(function.body, "logging_config.log_format") == "JSON", "does not log JSON")


@rule(
    "terraform-provider-aws#29247",
    broken_by=[statement(_ROLE, "WriteLogs", Action=["logs:CreateLogGroup", "logs:PutLogEvents"])],
)
def no_role_creates_log_groups(case: Case) -> Checks:
    """No role may create a log group: what Lambda creates, no destroy removes."""
    for policy in policies(case.stack, "role"):
        actions = {action for one in policy.statements for action in one["Action"] if one["Effect"] == "Allow"}
        creates = any(overlap(action.lower(), "logs:createloggroup") for action in actions)
        yield Check(policy.resource.address, not creates, "may create log groups")


@rule(
    "KMS.5, CKV_AWS_158",
    broken_by=[
        no_statement(_KEY, "LogGroups"),
        put(_GROUP, "name", "/elsewhere/tap-api-strict-us-east-1"),
        put(_GROUP, "name", "/aws/lambda/other-receiver-strict-us-east-1"),
    ],
)
def the_key_serves_every_log_group(case: Case) -> Checks:
    """Every log group's ARN is one that the key's policy lets CloudWatch Logs encrypt: otherwise its creation fails."""
    served = [
        pattern
        for key in each(case.stack, _KEY)
        for one in statements(key.body["policy"])
        for name, pattern in one["Condition"].items()
        if name == "ArnLike kms:EncryptionContext:aws:logs:arn"
    ]
    for group in each(case.stack, _GROUP):
        arn = f"arn:aws:logs:{case.region}:{case.settings.account_id}:log-group:{group.body['name']}"
        yield Check(group.address, any(fnmatchcase(arn, one) for one in served), f"the key does not serve {arn}")


@rule(
    "CloudWatch.16, CKV_AWS_158, CKV_AWS_338, encryption and retention, destroy",
    broken_by=[
        drop(_GROUP, "retention_in_days"),
        put(_GROUP, "retention_in_days", 30),
        drop(_GROUP, "kms_key_id"),
        put(_GROUP, "skip_destroy", True),
    ],
)
def logs_are_kept_as_long_as_said(case: Case) -> Checks:
    """Every log group has our key, the settings' retention (a year in production), and goes with its stack."""
    wanted = case.settings.observability.log_retention_days
    for group in each(case.stack, _GROUP):
        days = group.body.get("retention_in_days")
        holds = days == wanted and (days >= 365 or not case.settings.production)
        yield Check(group.address, holds, f"keeps logs for {days} days, the settings say {wanted}")
        yield Check(group.address, is_our_key(case.stack, group.body.get("kms_key_id")), "is not under our key")
        yield Check(group.address, not group.body.get("skip_destroy"), "stays behind when the stack is destroyed")


@rule(
    "a query that reads another stack's logs",
    broken_by=[
        put(_QUERY, "log_group_names", ["/aws/lambda/other-receiver-strict-us-east-1"]),
        put(_QUERY, "log_group_names", []),
        put(_QUERY, "name", "errors"),
    ],
)
def saved_queries_are_those_of_the_stack(case: Case) -> Checks:
    """Every saved query reads log groups of its stack and no others, and is in the stack's folder: names are unique."""
    groups = {one.body["name"] for one in each(case.stack, _GROUP)}
    for query in each(case.stack, _QUERY):
        read, name = set(query.body.get("log_group_names", [])), query.body["name"]
        yield Check(query.address, bool(read) and read <= groups, f"reads {sorted(read - groups) or 'nothing'}")
        yield Check(query.address, name.startswith(f"{case.stack.name}/"), f"{name} is not in the folder of the stack")
