"""Rules on what the archive is asked with: workgroups, tables, the compactor and its schedule."""

import json

from tests.rules.mutations import drop, no_statement, put, statement
from tests.rules.reading import Resource, compacting, dig, each, granted, is_our_key, parts, statements, target
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Stack

_WORKGROUP, _TABLE, _SCHEDULE = "aws_athena_workgroup", "aws_glue_catalog_table", "aws_scheduler_schedule"
_DATABASE, _GRANTS, _FUNCTION = "aws_glue_catalog_database", "aws_iam_role_policy", "aws_lambda_function"
_RESULT = "configuration.result_configuration"
_ENCRYPTION = f"{_RESULT}.encryption_configuration"
_MB = 1_048_576
# What the compactor owns of the view that Terraform made.
_REPLACED = {"parameters", "storage_descriptor", "view_original_text", "view_expanded_text"}


@rule(
    "CKV_AWS_159, encryption and retention",
    broken_by=[
        drop(_WORKGROUP, _ENCRYPTION),
        put(_WORKGROUP, f"{_ENCRYPTION}.encryption_option", "SSE_S3"),
        put(_WORKGROUP, f"{_ENCRYPTION}.kms_key_arn", "alias/aws/s3"),
        put(_WORKGROUP, f"{_RESULT}.output_location", "s3://tap-archive-strict-us-east-1-111111111111/x/"),
        put(_WORKGROUP, f"{_RESULT}.output_location", "s3://elsewhere/queries/"),
        drop(_WORKGROUP, f"{_RESULT}.expected_bucket_owner"),
    ],
)
def results_are_encrypted_and_expire(case: Case) -> Checks:
    """Every workgroup writes below a prefix of its own in the bucket of results, of this account, under our key."""
    for group in each(case.stack, _WORKGROUP):
        option, key = (dig(group.body, f"{_ENCRYPTION}.{name}") for name in ("encryption_option", "kms_key_arn"))
        yield Check(group.address, option == "SSE_KMS" and is_our_key(case.stack, key), f"encrypts by {option}, {key}")
        location = str(dig(group.body, f"{_RESULT}.output_location"))
        bucket = _bucket(case.stack, location)
        own = bucket is not None and bucket.id == "results" and location.count("/") == 4
        yield Check(group.address, own, f"writes results to {location}")
        owner = dig(group.body, f"{_RESULT}.expected_bucket_owner")
        yield Check(group.address, owner == case.settings.account_id, f"writes into a bucket of {owner}")


@rule(
    "CKV_AWS_82",
    broken_by=[
        put(_WORKGROUP, "configuration.enforce_workgroup_configuration", False, of="query"),
        drop(_WORKGROUP, "configuration.bytes_scanned_cutoff_per_query", of="query"),
        put(_WORKGROUP, "configuration.bytes_scanned_cutoff_per_query", 10**15, of="query"),
    ],
)
def people_ask_within_limits(case: Case) -> Checks:
    """What people ask has the workgroup's settings, and ends at the limit that the settings say.

    Not what the compactor asks: Athena writes an hour where it belongs only if the workgroup doesn't say where.
    """
    for group in each(case.stack, _WORKGROUP):
        found = group.body["configuration"]
        enforced, limit = found.get("enforce_workgroup_configuration"), found.get("bytes_scanned_cutoff_per_query")
        if _runs_compaction(case.stack, group):
            yield Check(group.address, enforced is False and limit is None, f"is enforced: {enforced}, {limit}")
        else:
            yield Check(group.address, enforced is True, "lets queries choose where and how results are kept")
            yield Check(group.address, limit == case.settings.query.scan_limit_mb * _MB, f"reads up to {limit}")


@rule(
    "archive",
    broken_by=[
        put(_TABLE, "storage_descriptor.location", "s3://elsewhere/events/", of="query_catalog_raw"),
        put(_TABLE, "parameters", {"EXTERNAL": "TRUE"}, of="query_catalog_raw"),
        drop(_TABLE, "lifecycle.ignore_changes", of="query_catalog_events"),
        put(_TABLE, "lifecycle.ignore_changes", "all", of="query_catalog_events"),
        drop(_TABLE, "storage_descriptor.ser_de_info", of="query_catalog_events"),
        put(_TABLE, "database_name", "default"),
    ],
)
def tables_are_over_buckets_of_the_stack(case: Case) -> Checks:
    """Tables are in the stack's database, over its buckets; `raw` needs no partitions, the view is the compactor's."""
    for table in each(case.stack, _TABLE):
        database = target(case.stack, table.body["database_name"], _DATABASE)
        yield Check(table.address, database is not None, f"is in the database {table.body['database_name']}")
        storage = table.body["storage_descriptor"]
        yield Check(table.address, "ser_de_info" in storage, "has no SerDe, which Athena demands")
        if table.body["table_type"] == "VIRTUAL_VIEW":
            ignored = dig(table.body, "lifecycle.ignore_changes")
            owned = isinstance(ignored, list) and set(ignored) == _REPLACED
            yield Check(table.address, owned, f"Terraform would take the view back: {ignored}")
        else:
            location = storage["location"]
            yield Check(table.address, _bucket(case.stack, location) is not None, f"is over {location}")
        if table.body["name"] == "raw":
            template = table.body["parameters"].get("storage.location.template")
            named = template == storage["location"] + "date=$${date}/hour=$${hour}/"
            yield Check(table.address, named, f"finds its hours at {template}")


@rule(
    "failure stores, confused deputy",
    broken_by=[
        drop(_SCHEDULE, "target.dead_letter_config"),
        put(_SCHEDULE, "target.dead_letter_config.arn", "arn:aws:sqs:us-east-1:111111111111:other"),
        drop(_SCHEDULE, "target.retry_policy"),
        put(_SCHEDULE, "target.retry_policy.maximum_event_age_in_seconds", 86_400),
        put(_SCHEDULE, "target.arn", "${aws_lambda_function.receiver.arn}"),
        put(_SCHEDULE, "state", "DISABLED"),
        put(_SCHEDULE, "target.role_arn", "${aws_iam_role.receiver_role_2D6A1ABF.arn}"),
        no_statement(_GRANTS, "SendDeadLetters", of="compaction"),
        statement(
            _GRANTS, "InvokeFunction", Resource="arn:aws:lambda:us-east-1:111111111111:function:x", of="compaction"
        ),
        statement("aws_iam_role", "AssumeRole", argument="assume_role_policy", Condition=None, of="compaction"),
    ],
)
def a_schedule_invokes_the_compactor_and_loses_nothing(case: Case) -> Checks:
    """It is on, its role may invoke its function only and is for this account, and what fails is in a queue in time."""
    for one in each(case.stack, _SCHEDULE):
        function = target(case.stack, dig(one.body, "target.arn"), _FUNCTION)
        invoked = function is not None and function.id in compacting(case.stack)
        yield Check(one.address, invoked and one.body.get("state", "ENABLED") == "ENABLED", "invokes no compactor")
        queue = target(case.stack, dig(one.body, "target.dead_letter_config.arn"), "aws_sqs_queue")
        age = dig(one.body, "target.retry_policy.maximum_event_age_in_seconds") or 86_400
        yield Check(one.address, queue is not None, "has no dead-letter queue of the stack")
        yield Check(one.address, age <= 3600, f"tries for {age} seconds, beyond the next hour's invocation")
        role = target(case.stack, dig(one.body, "target.role_arn"), "aws_iam_role")
        found = parts(case.stack, _GRANTS, role, "role") if role else []
        allowed = {
            action: resource.rpartition(":")[2]
            for policy in found
            for grant in statements(policy.body["policy"])
            for action in grant["Action"]
            for resource in grant["Resource"]
            if not action.startswith("kms:")
        }
        wanted = {
            "lambda:InvokeFunction": function.body["function_name"] if function else "",
            "sqs:SendMessage": queue.body["name"] if queue else "",
        }
        yield Check(one.address, allowed == wanted, f"its role may {allowed}")
        trust = json.loads(role.body["assume_role_policy"])["Statement"][0] if role else {}
        source = dig(trust, "Condition.StringEquals") or {}
        held = source.get("aws:SourceAccount") == case.settings.account_id and "aws:SourceArn" in source
        yield Check(one.address, held, "schedules of other accounts could use its role")


@rule(
    "archive, IAM.21",
    broken_by=[
        statement(_GRANTS, "DeleteArchive", Resource="arn:aws:s3:::tap-archive-plain-us-east-1-111111111111/*"),
        statement(
            _GRANTS, "QueryWritesArchive", Resource="arn:aws:s3:::tap-archive-plain-us-east-1-111111111111/events/*"
        ),
        statement(_GRANTS, "PublishHours", Resource="arn:aws:glue:us-east-1:111111111111:table/x/*", of="compactor"),
        statement(_GRANTS, "PutArchive", Action="s3:DeleteObject", of="processor"),
        statement(_GRANTS, "ListArchive", Condition={"StringLike": {"s3:prefix": "events/*"}}),
    ],
)
def only_the_compactor_deletes_and_only_what_it_may(case: Case) -> Checks:
    """Compacted files are the compactor's; it deletes events only where the settings let raw objects expire."""
    expires = case.settings.storage.raw_expiration_days is not None
    for function in each(case.stack, _FUNCTION):
        grants = granted(case.stack, function)
        reached = {
            action: sorted(
                arn.partition("-archive-")[2].partition("/")[2]
                for one in grants
                if action in one["Action"]
                for arn in one["Resource"]
                if "-archive-" in arn
            )
            for action in ("s3:DeleteObject", "s3:PutObject")
        }
        compacts = function.id in compacting(case.stack)
        deletes = (["compacted/*", "events/*"] if expires else ["compacted/*"]) if compacts else []
        yield Check(function.address, reached["s3:DeleteObject"] == deletes, f"deletes {reached['s3:DeleteObject']}")
        if compacts:
            yield Check(
                function.address, reached["s3:PutObject"] == ["compacted/*"], f"writes {reached['s3:PutObject']}"
            )
            lists = [one for one in grants if "s3:ListBucket" in one["Action"]]
            whole = not any(one["Condition"] for one in lists)
            yield Check(function.address, whole, "gets 403 for objects that don't exist, with which Athena gives up")
            published = [arn for one in grants if "glue:CreatePartition" in one["Action"] for arn in one["Resource"]]
            exact = [arn for arn in published if ":table/" in arn]
            yield Check(
                function.address, [arn.rpartition("/")[2] for arn in exact] == ["compacted"], f"publishes in {exact}"
            )


def _bucket(stack: Stack, location: str) -> Resource | None:
    name = location.removeprefix("s3://").partition("/")[0]
    return next((one for one in each(stack, "aws_s3_bucket") if one.body["bucket"] == name), None)


def _runs_compaction(stack: Stack, group: Resource) -> bool:
    return any(
        group.body["name"] == dig(function.body, "environment.variables.TAP_WORKGROUP")
        for function in each(stack, _FUNCTION)
    )
