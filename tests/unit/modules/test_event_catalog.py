"""The tables of the archive."""

import re

from modules.events_view import COLUMNS, first_definition
from tests.synthesized import Json, Stack

_ARCHIVE, _FAILURES = (f"s3://tap-{bucket}-dev-us-east-1-111111111111" for bucket in ("archive", "failures"))


def _table(stack: Stack, name: str) -> Json:
    return stack.arguments("aws_glue_catalog_table", f"query_catalog_{name}")


def _columns(table: Json) -> list[str]:
    assert {column["type"] for column in table["storage_descriptor"]["columns"]} == {"string"}
    return [column["name"] for column in table["storage_descriptor"]["columns"]]


def test_raw_is_one_column_of_lines_whose_hours_nobody_has_to_tell(dev: Stack) -> None:
    raw = _table(dev, "raw")
    assert _columns(raw) == ["event"]
    assert raw["storage_descriptor"]["location"] == f"{_ARCHIVE}/events/"
    assert raw["storage_descriptor"]["ser_de_info"] == {
        "serialization_library": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    }
    assert [key["name"] for key in raw["partition_keys"]] == ["date", "hour"]
    assert raw["parameters"]["projection.enabled"] == "true"
    assert raw["parameters"]["storage.location.template"] == f"{_ARCHIVE}/events/date=$${{date}}/hour=$${{hour}}/"


def test_compacted_has_partitions_of_its_own_which_a_protected_stack_keeps(dev: Stack, prod: Stack) -> None:
    compacted = _table(dev, "compacted")
    assert _columns(compacted) == ["type", "source", "subject", "event"]
    assert compacted["storage_descriptor"]["location"] == f"{_ARCHIVE}/compacted/"
    assert compacted["parameters"] == {"EXTERNAL": "TRUE"}
    for type_, id_ in (
        ("aws_glue_catalog_table", "query_catalog_compacted"),
        ("aws_glue_catalog_database", "query_catalog"),
    ):
        assert prod.resource(type_, id_)["lifecycle"] == {"prevent_destroy": True}
        assert "lifecycle" not in dev.resource(type_, id_)


def test_what_is_quarantined_is_a_table_of_lines_without_partitions(dev: Stack) -> None:
    quarantine = _table(dev, "quarantine")
    assert _columns(quarantine) == ["entry"]
    assert quarantine["storage_descriptor"]["location"] == f"{_FAILURES}/quarantine/"
    assert "partition_keys" not in quarantine


def test_the_view_has_every_column_as_text_and_is_the_compactor_s_once_it_is_made(dev: Stack) -> None:
    view = _table(dev, "events")
    assert _columns(view) == list(COLUMNS)
    assert view["table_type"] == "VIRTUAL_VIEW"
    assert view["parameters"]["presto_view"] == "true"
    ignored = {"parameters", "storage_descriptor", "view_original_text", "view_expanded_text"}
    assert {"ignore_changes"} == set(view["lifecycle"])
    assert set(view["lifecycle"]["ignore_changes"]) == ignored


def test_terraform_is_given_the_view_s_text_as_it_is(dev: Stack) -> None:
    """What is in Terraform's function is a string of its own, with escapes."""
    text = _table(dev, "events")["view_original_text"]
    found = re.fullmatch(r'/\* Presto View: \$\{base64encode\("(.*)"\)\} \*/', text)
    assert found
    assert re.sub(r"\\(.)", r"\1", found[1]) == first_definition("tap_events_dev_us_east_1")


def test_without_queries_there_is_no_table_no_bucket_and_no_output(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["tap-unasked-us-east-1"]
    assert not [type_ for type_ in stack.json["resource"] if re.search("glue|athena|scheduler", type_)]
    assert not [id_ for id_ in stack.resources("aws_s3_bucket") if id_ == "results"]
    assert not {"query_database", "query_workgroup", "results_bucket", "compactor_function"} & set(stack.outputs)


def test_without_compaction_there_are_tables_and_nothing_that_compacts(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["tap-uncompacted-us-east-1"]
    assert len(stack.resources("aws_glue_catalog_table")) == 4
    assert [body["name"] for body in stack.resources("aws_athena_workgroup").values()] == [
        "tap-queries-uncompacted-us-east-1"
    ]
    assert not stack.resources("aws_scheduler_schedule")
    assert "compactor" not in stack.resources("aws_lambda_function")
