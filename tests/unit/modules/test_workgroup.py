"""Workgroups, and what runs in them."""

import pytest

from modules.sql_catalogue import SQL_QUERIES
from tests.synthesized import Stack


def test_what_people_ask_has_the_workgroup_s_settings_and_an_end(dev: Stack) -> None:
    group = dev.arguments("aws_athena_workgroup", "query_workgroup")
    assert group["name"] == "tap-queries-dev-us-east-1"
    assert group["force_destroy"] is True
    assert group["configuration"] == {
        "enforce_workgroup_configuration": True,
        "publish_cloudwatch_metrics_enabled": True,
        "bytes_scanned_cutoff_per_query": 100 * 2**30,
        "result_configuration": {
            "output_location": "s3://tap-results-dev-us-east-1-111111111111/queries/",
            "expected_bucket_owner": "111111111111",
            "encryption_configuration": {"encryption_option": "SSE_KMS", "kms_key_arn": "${aws_kms_key.key.arn}"},
        },
    }


def test_the_compactor_may_say_where_its_queries_write(dev: Stack) -> None:
    group = dev.resource("aws_athena_workgroup", "compaction_workgroup")
    assert group["configuration"]["enforce_workgroup_configuration"] is False
    assert "bytes_scanned_cutoff_per_query" not in group["configuration"]
    results = group["configuration"]["result_configuration"]
    assert results["output_location"] == "s3://tap-results-dev-us-east-1-111111111111/compaction/"


def test_every_query_of_the_catalogue_is_saved_for_the_database(dev: Stack) -> None:
    saved = {body["name"]: body for body in dev.resources("aws_athena_named_query").values()}
    assert set(saved) == {f"tap-dev-us-east-1/{query.id}" for query in SQL_QUERIES}
    assert {body["database"] for body in saved.values()} == {"tap_events_dev_us_east_1"}
    assert {body["workgroup"] for body in saved.values()} == {
        f"${{aws_athena_workgroup.{next(id_ for id_ in dev.resources('aws_athena_workgroup') if 'query' in id_)}.name}}"
    }


@pytest.mark.parametrize(
    ("variant", "prefixes"), [("plain", ["compacted/*"]), ("unusual", ["compacted/*", "events/*"])]
)
def test_the_compactor_removes_raw_objects_only_where_the_settings_say_so(
    every_stack: dict[str, Stack], variant: str, prefixes: list[str]
) -> None:
    stack = next(
        stack for name, stack in every_stack.items() if f"-{variant}-" in name and "compactor" in str(stack.outputs)
    )
    removed = stack.granted("compactor")["DeleteArchive"]["Resource"]
    found = [removed] if isinstance(removed, str) else removed
    assert sorted(arn.partition("/")[2] for arn in found) == prefixes
