"""The table of settings in the documentation comes from the model and leaves nothing out."""

from stacks.settings.fields import leaves
from stacks.settings.markdown_table import settings_table


def _rows() -> dict[str, list[str]]:
    rows = [line.strip("| ").split(" | ") for line in settings_table().splitlines()[2:]]
    return {row[0].strip("`"): row[1:] for row in rows}


def test_every_setting_has_a_row_that_says_all() -> None:
    assert list(_rows()) == [leaf.key for leaf in leaves()]
    assert all(len(row) == 4 and all(row) for row in _rows().values())


def test_a_row_holds_type_default_range_and_meaning() -> None:
    rows = _rows()
    assert rows["stream.retention_hours"][:3] == ["number", "`168`", "24 to 8760"]
    assert rows["account_id"][:2] == ["text", "**required**"]
    assert rows["edge.domain_name"][:2] == ["text", "required in `[edge]`"]
    assert rows["receiver.reserved_concurrency"][:3] == ["number", "unset", "1 or more"]
    assert rows["api.jwt_issuer"][:2] == ["text", "unset"]
    assert rows["alarms.emails"][:2] == ["list of text", "`[]`"]
    assert rows["production"][:3] == ["boolean", "`true`", "true or false"]


def test_the_table_begins_with_its_columns() -> None:
    assert settings_table().startswith("| key | type | default | allowed | what it is |\n| --- | --- |")
