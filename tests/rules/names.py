"""Rules on physical names."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.rules.mutations import Mutation, drop, put, top
from tests.rules.reading import Resource, everything, is_delivery
from tests.rules.registry import Case, Check, Checks, rule, rule_over_all
from tests.synthesized import Json

# Where each type keeps its name, and the longest that AWS takes, in characters (service quotas pages of AWS).
_NAMED = {
    "aws_apigatewayv2_api": ("name", 128),
    "aws_athena_workgroup": ("name", 128),
    "aws_budgets_budget": ("name", 100),
    "aws_cloudwatch_dashboard": ("dashboard_name", 255),
    "aws_cloudwatch_event_rule": ("name", 64),
    "aws_cloudwatch_log_group": ("name", 512),
    "aws_cloudwatch_metric_alarm": ("alarm_name", 255),
    "aws_dynamodb_table": ("name", 255),
    "aws_glue_catalog_database": ("name", 255),
    "aws_iam_policy": ("name", 128),
    "aws_iam_role": ("name", 64),
    "aws_kinesis_stream": ("name", 128),
    "aws_kms_alias": ("name", 256),
    "aws_lambda_function": ("function_name", 64),
    "aws_s3_bucket": ("bucket", 63),
    "aws_scheduler_schedule": ("name", 64),
    "aws_secretsmanager_secret": ("name", 512),
    "aws_sns_topic": ("name", 256),
    "aws_sqs_queue": ("name", 80),
}
# Named by what they belong to (saved queries by a folder: see tests/rules/logs.py; tables by their database), or by an
# argument that is no name of ours: a domain, a grant within its role.
_UNNAMED = re.compile(
    r"aws_(acm_.*|appautoscaling_.*|cloudwatch_(event_target|query_definition)|route53_.*|apigatewayv2_(api_mapping|authorizer|domain_name|integration|route|stage)|"
    r"athena_named_query|dynamodb_.*|glue_catalog_table|iam_openid_connect_provider|iam_role_policy(_attachment)?|kms_key|lambda_(event_source_mapping|function_.*|permission)|s3_bucket_.*|"
    r"secretsmanager_secret_version|sns_topic_(policy|subscription)|sqs_queue_policy)"
)
_OF_THE_ENVIRONMENT = "aws_budgets_budget"


def _named(case: Case) -> Iterator[tuple[Resource, str]]:
    for one in everything(case.stack):
        if one.type in _NAMED:
            name = str(one.body.get(_NAMED[one.type][0]))
            # A database's name has underscores for hyphens: otherwise queries would have to quote it.
            yield one, name.replace("_", "-") if one.type == "aws_glue_catalog_database" else name


@rule(
    "name lengths",
    broken_by=[
        put("aws_lambda_function", "function_name", "tap-" + "x" * 61),
        put("aws_iam_role", "name", "tap-" + "x" * 61),
        put("aws_s3_bucket", "bucket", "tap-" + "x" * 60),
        put("aws_sqs_queue", "name", "tap-" + "x" * 77),
        put("aws_kinesis_stream", "name", "tap-${random_id.x.hex}"),
        put("aws_s3_bucket", "bucket", "tap--archive"),
        drop("aws_iam_role", "name"),
        put("aws_iam_role", "name_prefix", "tap-"),
    ],
)
def names_fit(case: Case) -> Checks:
    """Every name is known at synthesis, within its service's limit, of lower-case letters, digits, single hyphens."""
    for one, name in _named(case):
        argument, limit = _NAMED[one.type]
        yield Check(one.address, len(name) <= limit, f"{argument} has {len(name)} characters, the limit is {limit}")
        shaped = re.fullmatch(r"(alias/|/aws/[a-z]+/)?[a-z][a-z0-9]*(-[a-z0-9]+)*", name) is not None
        yield Check(one.address, shaped and argument in one.body, f"{argument} is {name}")
        yield Check(one.address, f"{argument}_prefix" not in one.body, "gets another name at every creation")


@rule(
    "names hold suffix and region, multi-region",
    broken_by=[
        put("aws_iam_role", "name", "tap-receiver-strict"),
        put("aws_kms_alias", "name", "alias/tap-us-east-1"),
        put("aws_s3_bucket", "bucket", "tap-archive-strict-us-east-1"),
        put("aws_cloudwatch_metric_alarm", "alarm_name", "tap-receiver-errors"),
    ],
)
def names_say_where_they_belong(case: Case) -> Checks:
    """Every name begins with the project and ends in suffix and region; buckets' also in the account."""
    settings = case.settings
    place = f"-{case.environment.suffix}-{case.region}"
    for one, name in _named(case):
        if one.type == _OF_THE_ENVIRONMENT:
            holds = name == f"{settings.project}-{case.environment.name}"
        else:
            ending = f"{place}-{settings.account_id}" if one.type == "aws_s3_bucket" else place
            holds = name.split("/")[-1].startswith(f"{settings.project}-") and name.endswith(ending)
        yield Check(one.address, holds, f"is called {name}")


def _a_new_type(stack: Json) -> None:
    stack["resource"]["aws_sfn_state_machine"] = {"new": {"name": "anything"}}


@rule("names hold suffix and region", broken_by=[Mutation("a type that no rule on names knows", _a_new_type)])
def every_type_is_known_to_these_rules(case: Case) -> Checks:
    """A new type of resource says here where its name is, or that it has none."""
    for type_ in case.stack.json["resource"]:
        yield Check(
            type_, type_ in _NAMED or bool(_UNNAMED.fullmatch(type_)), "is not in the lists of tests/rules/names.py"
        )


@rule_over_all(
    "names are unique, multi-region, removing a region",
    broken_by=[
        put("aws_s3_bucket", "bucket", "tap-archive-plain-us-east-1-111111111111"),
        put("aws_iam_role", "name", "tap-receiver-plain-us-east-1"),
        put("aws_cloudwatch_log_group", "name", "/aws/lambda/tap-receiver-plain-us-east-1"),
    ],
)
def no_name_is_claimed_twice(cases: Sequence[Case]) -> Checks:
    """No two stacks claim the same name, even if they shared an account and a region."""
    claims = Counter((one.type, name) for case in cases for one, name in _named(case))
    for (type_, name), count in claims.items():
        yield Check(f"{type_} {name}", count == 1, f"is claimed {count} times")


@rule_over_all(
    "state, remote state",
    broken_by=[
        Mutation(
            "the state of another stack",
            lambda stack: stack["terraform"]["backend"]["s3"].update(
                bucket="tap-state-plain-us-east-1-111111111111", key="plain/tap-plain-us-east-1.tfstate"
            ),
        )
    ],
)
def each_stack_has_a_state_of_its_own(cases: Sequence[Case]) -> Checks:
    """No two stacks keep their state in the same object."""
    backends = [case.stack.json["terraform"]["backend"].get("s3", {}) for case in cases]
    claims = Counter((backend.get("bucket"), backend.get("key")) for backend in backends)
    for (bucket, key), count in claims.items():
        yield Check(f"s3://{bucket}/{key}", count == 1, f"is the state of {count} stacks")


@rule_over_all(
    "removing a region, multi-region",
    broken_by=[top("output/other", {"value": "tap-archive-plain-us-east-1-111111111111"})],
)
def stacks_do_not_name_each_other(cases: Sequence[Case]) -> Checks:
    """No stack holds the name of another's bucket: one region can be removed and no other notices.

    But the roles of delivery reach the state of their environment.
    """
    owners = {
        one.body["bucket"]: case.stack.name
        for case in cases
        for one in everything(case.stack)
        if one.type == "aws_s3_bucket"
    }
    for case in cases:
        text = str(case.stack.json["resource"]) + str(case.stack.json.get("output", {}))
        for bucket in re.findall(r"[a-z]+-[a-z0-9-]+-\d{12}\b", text):
            owner = owners.get(bucket)
            known = {None, case.stack.name}
            if is_delivery(case.stack):
                known.add(f"{case.settings.project}-{case.environment.name}-state")
            yield Check(case.stack.name, owner in known, f"names {bucket} of {owner}")
