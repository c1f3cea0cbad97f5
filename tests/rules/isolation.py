"""Rules on what a stack keeps to itself, and what it leaves behind."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from stacks.identity import StackKind
from tests.rules.mutations import Mutation, add, drop, put, top
from tests.rules.reading import Resource, everything, strings
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json

_NAME = r"(?:data\.|ephemeral\.)?(?:aws|terraform|random|tls)_[a-z0-9_]+\.[A-Za-z0-9_-]+"
# A place on somebody's machine. "/aws/lambda/..." is a log group.
_MACHINE = re.compile(r"(?:^|[\s\"'=:])/(?:home|root|Users|tmp|private|var|opt|mnt|srv|work|usr)/|[A-Za-z]:\\")
# One per account and region, or per account: two stacks would take them from each other.
_SINGLETONS = re.compile(
    r"aws_(api_gateway_account|s3_account_public_access_block|ebs_encryption_by_default|iam_account_.*|"
    r"cloudwatch_log_resource_policy|cloudwatch_log_account_policy|xray_encryption_config|xray_resource_policy|"
    r"guardduty_.*|securityhub_.*|config_.*|cloudtrail|accessanalyzer_.*|sns_sms_preferences|organizations_.*)"
)
# What the design does without: REST APIs, VPCs, instances.
_DONE_WITHOUT = re.compile(r"aws_(api_gateway_.*|vpc.*|subnet|security_group.*|instance|nat_gateway|eip)")
_HOLDING_DATA = ("aws_kinesis_stream", "aws_dynamodb_table", "aws_glue_catalog_database", "aws_kms_key")


@rule(
    "terraform-aws-lambda#339, same bytes everywhere",
    broken_by=[
        top("terraform/backend/s3/bucket", "/home/somebody/state"),
        put("aws_lambda_function", "filename", f"{Path.cwd()}/receiver.zip"),
        put("aws_cloudwatch_dashboard", "dashboard_body", '{"a": "/tmp/x"}'),
        put("aws_lambda_function", "filename", "C:\\\\Users\\\\me\\\\x.zip"),
    ],
)
def no_machine_is_mentioned(case: Case) -> Checks:
    """Nothing in the Terraform says where it was made."""
    places = (str(Path.cwd()), str(Path.home()))
    for path, text in strings(case.stack.json):
        holds = not _MACHINE.search(text) and not any(place in text for place in places if len(place) > 1)
        yield Check(path, holds, f"mentions a machine: {text[:80]}")


@rule(
    "account-wide singletons, terraform-provider-aws#40043, terraform-provider-aws#4467, terraform-provider-aws#162",
    broken_by=[
        add("aws_api_gateway_account", cloudwatch_role_arn="x"),
        add("aws_s3_account_public_access_block", block_public_acls=True),
        add("aws_cloudwatch_log_resource_policy", policy_name="x"),
        add("aws_api_gateway_rest_api", name="x"),
        add("aws_vpc", cidr_block="10.0.0.0/16"),
        add("aws_budgets_budget", name="all", budget_type="COST"),
        put("aws_lambda_function", "vpc_config", {"subnet_ids": ["x"]}),
    ],
)
def stacks_keep_to_themselves(case: Case) -> Checks:
    """No stack has what an account has one of, or what the design does without; budgets count its environment."""
    for one in everything(case.stack):
        yield Check(
            one.address, not _SINGLETONS.fullmatch(one.type), "there is one per account: stacks would fight over it"
        )
        without = _DONE_WITHOUT.fullmatch(one.type) or "vpc_config" in one.body
        yield Check(one.address, not without, "the design does without this")
        if one.type == "aws_budgets_budget":
            filters = [value for each_ in one.body.get("cost_filter", []) for value in each_["values"]]
            here = case.stack.identity.kind is StackKind.STATE
            holds = filters == [f"user:Environment${case.environment.name}"] and here
            yield Check(one.address, holds, "counts more than its environment, or is in more than one stack")


@rule(
    "terraform-cdk#2157, aws/aws-cdk#7602",
    broken_by=[
        top("data", {"aws_caller_identity": {"current": {}}}),
        top("data", {"terraform_remote_state": {"other": {"backend": "s3", "config": {"key": "x"}}}}),
        top("output/cross-stack-output", {"value": "x", "sensitive": True}),
        top("variable", {"region": {}}),
    ],
)
def stacks_can_be_planned_on_an_empty_account(case: Case) -> Checks:
    """No stack asks AWS or another state for anything, but the edge for the API ids of its environment's pipelines."""
    settings, suffix = case.settings, case.environment.suffix
    data = case.stack.json.get("data", {})
    edge = case.stack.name == f"{settings.project}-{suffix}-edge"
    keys = [one.get("config", {}).get("key") for one in data.get("terraform_remote_state", {}).values()]
    pipelines = {f"{suffix}/{settings.project}-{suffix}-{region}.tfstate" for region in settings.regions}
    yield Check("data", set(data) <= {"terraform_remote_state"}, f"asks for {sorted(data)}")
    yield Check("data", set(keys) == (pipelines if edge else set()), f"reads the states {keys}")
    yield Check("variable", "variable" not in case.stack.json, "wants to be told something at deploy")
    for name, output in case.stack.json.get("output", {}).items():
        holds = re.fullmatch(r"[a-z][a-z_]+", name) is not None and "sensitive" not in output
        yield Check(f"output.{name}", holds, "is generated by a reference between stacks")


def _circle(stack: Json) -> None:
    for body in stack["resource"].get("aws_kms_key", {}).values():
        body["description"] = "${aws_s3_bucket.archive.id} ${aws_s3_bucket.state.id}"
    for body in stack["resource"].get("aws_s3_bucket", {}).values():
        body["depends_on"] = ["aws_kms_key.key"]


@rule(
    "aws/aws-cdk#3067",
    broken_by=[
        Mutation("bucket and key in a circle", _circle),
        put("aws_s3_bucket", "depends_on", ["aws_s3_bucket.archive"], of="archive"),
    ],
)
def references_do_not_go_in_circles(case: Case) -> Checks:
    """The references of a stack have no circle."""
    graph = {one.address: _references(one) for one in everything(case.stack)}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield Check(error.args[1][0], False, f"is in a circle: {' -> '.join(error.args[1])}")
    else:
        yield Check(case.stack.name, True, "")


@rule(
    "aws/aws-cdk#3067",
    broken_by=[
        put("aws_s3_bucket_versioning", "bucket", "${aws_s3_bucket.other.id}"),
        put("aws_lambda_function", "depends_on", ["aws_cloudwatch_log_group.other"]),
        put("aws_lambda_function", "kms_key_arn", "${TfToken[TOKEN.1]}"),
    ],
)
def references_lead_somewhere(case: Case) -> Checks:
    """Every reference is to something in the stack, and no token of cdktf was left unresolved."""
    there = {one.address for one in everything(case.stack)}
    for kind in ("data", "ephemeral"):
        there |= {f"{kind}.{type_}.{id_}" for type_, ids in case.stack.json.get(kind, {}).items() for id_ in ids}
    for one in everything(case.stack):
        lost = _references(one) - there
        yield Check(one.address, not lost, f"refers to {sorted(lost)}, which is not in the stack")
        tokens = [text for _, text in strings(one.body) if "TfToken" in text or "${Token" in text]
        yield Check(one.address, not tokens, f"holds unresolved tokens: {tokens}")


@rule(
    "destroy, terraform-provider-aws#4467",
    broken_by=[
        drop("aws_s3_bucket", "lifecycle", of="archive"),
        drop("aws_s3_bucket", "lifecycle", of="state"),
        drop("aws_kinesis_stream", "lifecycle"),
        drop("aws_dynamodb_table", "lifecycle"),
        drop("aws_kms_key", "lifecycle"),
        drop("aws_glue_catalog_database", "lifecycle"),
        drop("aws_glue_catalog_table", "lifecycle", of="query_catalog_compacted"),
        put("aws_sqs_queue", "lifecycle", {"prevent_destroy": True}),
        put("aws_kinesis_stream", "lifecycle", {"ignore_changes": "all"}),
        put("aws_s3_bucket", "force_destroy", True),
        drop("aws_s3_bucket", "force_destroy"),
        put("aws_cloudwatch_log_group", "skip_destroy", True),
    ],
)
def everything_can_be_destroyed_unless_protected(case: Case) -> Checks:
    """What holds data is guarded just where the settings say so, and buckets are emptied just where they say so."""
    protection = case.settings.protection
    for one in everything(case.stack):
        guard = dict(one.body.get("lifecycle", {}))
        if one.body.get("table_type") == "VIRTUAL_VIEW":
            guard.pop("ignore_changes", None)  # the compactor replaces it: see tests/rules/query.py
        if one.type == "aws_dynamodb_table" and case.settings.ledger_capacity:
            guard.pop("ignore_changes", None)  # its capacity: see tests/rules/stores.py
        # Where the data of the table `compacted` is, only its partitions say.
        holds_data = (
            one.type in _HOLDING_DATA
            or (one.type == "aws_s3_bucket" and one.id != "access-logs")
            or (one.type == "aws_glue_catalog_table" and one.body["name"] == "compacted")
        )
        if protection.deletion_protection and holds_data:
            yield Check(one.address, guard == {"prevent_destroy": True}, f"lifecycle is {guard}")
        else:
            yield Check(one.address, set(guard) <= {"create_before_destroy"}, f"lifecycle is {guard}")
        yield Check(one.address, not one.body.get("skip_destroy"), "stays behind when the stack is destroyed")
        if one.type == "aws_s3_bucket":
            emptied = one.body.get("force_destroy")
            yield Check(one.address, emptied is protection.force_destroy, f"force_destroy is {emptied}")
            yield Check(one.address, not (emptied and case.settings.production), "production empties buckets")


def _references(resource: Resource) -> set[str]:
    found = set(resource.body.get("depends_on", []))
    for path, text in strings(resource.body):
        if not path.startswith(".//"):
            for expression in re.findall(r"\$\{([^}]*)\}", text):
                found |= set(re.findall(_NAME, expression))
    return found
