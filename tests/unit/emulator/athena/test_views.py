import base64
import json

from tests.unit.emulator.athena.lake import FakeLake


def test_a_view_selects_what_its_text_says_in_its_own_schema(lake: FakeLake) -> None:
    lake.put("events/date=2026-01-02/hour=06/a", '{"type":"a","data":{"x":1}}')
    lake.tables["other/raw"] = lake.tables["tap/raw"] | {"Name": "raw"}
    lake.create_view("far", ("event", "n"), "SELECT event, count(*) AS n FROM raw GROUP BY 1", schema="other")
    del lake.tables["tap/raw"]
    assert lake.rows("SELECT * FROM far") == [['{"type":"a","data":{"x":1}}', "1"]]
    assert lake.run("SELECT f.n FROM tap.far f").results.types == ["varchar"]


def test_views_select_from_views(lake: FakeLake) -> None:
    lake.put("events/date=2026-01-02/hour=06/a", '{"type":"a","data":{"x":1}}')
    lake.create_view(
        "types", ("type", "n"), "WITH raw AS (SELECT * FROM events) SELECT type, count(*) AS n FROM raw GROUP BY 1"
    )
    assert lake.rows("SELECT types.type, tap.types.n FROM types") == [["a", "1"]]


def test_a_name_that_a_query_defines_is_no_table(lake: FakeLake) -> None:
    lake.put("events/date=2026-01-02/hour=06/a", "1", "2")
    assert lake.rows("WITH raw AS (SELECT 1 AS x) SELECT * FROM raw") == [["1"]]
    assert lake.rows("WITH raw AS (SELECT event FROM raw WHERE event > '1') SELECT * FROM raw") == [["2"]]
    union = 'WITH a AS (SELECT event FROM raw) SELECT * FROM a UNION ALL SELECT event FROM "AwsDataCatalog"."tap".raw'
    assert sorted(lake.rows(union)) == [["1"], ["1"], ["2"], ["2"]]
    assert lake.rows("SELECT (SELECT count(*) FROM raw) FROM (SELECT 1)") == [["2"]]


def test_names_are_found_whatever_their_case(lake: FakeLake) -> None:
    lake.put("events/date=2026-01-02/hour=06/a", "1")
    assert lake.rows('SELECT Event, "DATE" FROM TAP.Raw') == [["1", "2026-01-02"]]


def test_a_view_that_is_not_what_it_declares_is_invalid(lake: FakeLake) -> None:
    lake.create_view("old", ("a", "b"), "SELECT event AS a FROM raw")
    assert lake.reason("SELECT * FROM old").startswith("INVALID_VIEW: View 'old' is stale or in invalid state")
    lake.create_view("all_", ("nothing",), "SELECT * FROM raw")
    assert lake.reason("SELECT * FROM all_").startswith("COLUMN_NOT_FOUND: Column 'nothing'")
    lake.create_view("broken", ("a",), "SELECT a FROM")
    assert lake.reason("SELECT * FROM broken").startswith("SYNTAX_ERROR: ")
    lake.create_view("dropping", ("a",), "DROP TABLE raw")
    assert lake.reason("SELECT * FROM dropping").startswith("NOT_SUPPORTED: ")
    lake.tables["tap/hive"] = {"Name": "hive", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": "SELECT 1"}
    assert lake.reason("SELECT * FROM hive").startswith("INVALID_VIEW: View 'tap.hive' has no Presto view")


def test_a_view_that_selects_from_itself_is_refused(lake: FakeLake) -> None:
    lake.create_view("one", ("a",), "SELECT a FROM two")
    lake.create_view("two", ("a",), "SELECT a FROM one")
    assert lake.reason("SELECT * FROM one") == "VIEW_IS_RECURSIVE: Statement is recursive in view 'one'"


def test_declared_types_are_those_of_the_result(lake: FakeLake) -> None:
    view = {
        "originalSql": "SELECT 1 AS a, now() AS b",
        "catalog": "awsdatacatalog",
        "schema": "tap",
        "columns": [{"name": "a", "type": "bigint"}, {"name": "b", "type": "timestamp(3) with time zone"}],
    }
    text = f"/* Presto View: {base64.b64encode(json.dumps(view).encode()).decode()} */\n"
    lake.tables["tap/typed"] = {"Name": "typed", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": text}
    assert lake.run("SELECT * FROM typed").results.types == ["bigint", "timestamp with time zone"]
