"""What our queries and docs use of Athena's SQL: its values, its names, its types."""
# ruff: noqa: S608 - tests write their SQL

import pytest

from tests.unit.emulator.athena.lake import FakeLake

_JSON = """'{"a.b":[1,{"c":"x"}],"n":123456789012345678901234567890,"none":null,"it''s":true,"o":{"z":1,"a":2}}'"""

_VALUES = {
    f"json_extract_scalar({_JSON}, '$[\"a.b\"][1].c')": "x",
    f"json_extract_scalar({_JSON}, '$.n')": "123456789012345678901234567890",
    f"json_extract_scalar({_JSON}, '$[\"it''s\"]')": "true",
    f"json_extract_scalar({_JSON}, '$.o')": None,
    f"json_extract_scalar({_JSON}, '$.none')": None,
    f"json_extract_scalar({_JSON}, '$.missing')": None,
    "json_extract_scalar('no JSON', '$.a')": None,
    f"json_format(json_extract({_JSON}, '$.o'))": '{"z":1,"a":2}',
    f"cast(json_format(json_extract({_JSON}, '$.o')) AS varchar)": '{"z":1,"a":2}',
    f"json_format(json_extract({_JSON}, '$.n'))": "123456789012345678901234567890",
    f"json_format(json_extract({_JSON}, '$.none'))": "null",
    f"json_format(json_extract({_JSON}, '$.missing'))": None,
    "json_format(json_extract('no JSON', '$'))": None,
    "json_format(json_parse('{\"a\":[1]}'))": '{"a":[1]}',
    "cast(json_extract('{\"a\":\"b\"}', '$.a') AS varchar)": "b",
    "json_format(cast('a' AS json))": '"a"',
    "cardinality(cast(json_extract('[1,2]', '$') AS array(integer)))": "2",
    "to_hex(to_utf8('é'))": "C3A9",
    "from_iso8601_timestamp('2026-01-02T03:04:05.678+02:00')": "2026-01-02 01:04:05.678 UTC",
    "date_trunc('hour', from_iso8601_timestamp('2026-01-02T03:04:05Z'))": "2026-01-02 03:00:00.000 UTC",
    "date_format(timestamp '2026-01-02 03:04:05', '%Y-%m-%d %H:%i')": "2026-01-02 03:04",
    "cast(date '2026-01-02' - INTERVAL '1' DAY AS varchar)": "2026-01-01",
    "cast(date_add('day', 1, date '2026-01-02') AS varchar)": "2026-01-03",
    "date_trunc('month', date '2026-01-02')": "2026-01-01",
    "timestamp '2026-01-02 03:04:05' + INTERVAL '1' HOUR": "2026-01-02 04:04:05.000",
    "try(cast('a' AS integer))": None,
    "try_cast('7' AS bigint)": "7",
    "element_at(array['a', 'b'], 2)": "b",
    "element_at(map(array['a'], array[1]), 'a')": "1",
    "regexp_like('abc', '^a.c$')": "true",
    "5 / 2": "2",
    "5 / 2e0": "2.5",
    "1e7": "1.0E7",
    "1.5e-4": "1.5E-4",
    "123456e0": "123456.0",
    "0e0": "0.0",
    "cast('-Infinity' AS double)": "-Infinity",
    "cast('NaN' AS double)": "NaN",
    "1.10": "1.10",
    "x'00ff'": "00 ff",
    "array[1, NULL]": "[1, null]",
    "cast(row(1, 'a') AS row(x integer, y varchar))": "{x=1, y=a}",
    "''": "",
    "NULL": None,
}


@pytest.mark.parametrize("expression", _VALUES)
def test_an_expression_has_athenas_value(lake: FakeLake, expression: str) -> None:
    assert lake.value(expression) == _VALUES[expression]


def test_aggregates_have_athenas_values(lake: FakeLake) -> None:
    rows = lake.rows(
        "SELECT count_if(x > 1), max_by(y, x), min_by(y, x), approx_distinct(y), sum(x) "
        "FROM (VALUES (1, 'a'), (2, 'b'), (3, 'b')) AS t(x, y)"
    )
    assert rows == [["2", "b", "a", "2", "6"]]


def test_a_checksum_tells_bags_of_values_apart_whatever_their_order(lake: FakeLake) -> None:
    def of(*values: str) -> str | None:
        rows = ", ".join(f"({value})" for value in values)
        return lake.rows(f"SELECT to_hex(checksum(x)) FROM (VALUES {rows}) AS t(x)")[0][0]

    assert of("'a'", "'b'", "NULL") == of("NULL", "'b'", "'a'")
    assert len({of("'a'"), of("'a'", "'a'"), of("'a'", "'a'", "'a'"), of("'a'", "NULL"), of("'b'")}) == 5
    assert len(of("'a'") or "") == 16
    assert lake.rows("SELECT checksum(x) FROM (VALUES 1) AS t(x) WHERE x > 1") == [[None]]


def test_columns_have_athenas_names_and_types(lake: FakeLake) -> None:
    columns = {
        "x": ("x", "bigint"),
        "x + 1": ("_col1", "bigint"),
        'x AS "date"': ("date", "bigint"),
        "count(*)": ("_col3", "bigint"),
        "sum(x) AS total": ("total", "bigint"),
        "checksum(x)": ("_col5", "varbinary"),
        "now()": ("_col6", "timestamp with time zone"),
        "current_date": ("_col7", "date"),
        "1.5": ("_col8", "decimal"),
        "1e0": ("_col9", "double"),
        "true": ("_col10", "boolean"),
        "array[1]": ("_col11", "array"),
        "cast(row(1) AS row(a integer))": ("_col12", "row"),
        "map(array[1], array[1])": ("_col13", "map"),
        "json_parse('1')": ("_col14", "json"),
        "NULL": ("_col15", "unknown"),
        "cast(1 AS real)": ("_col16", "float"),
    }
    results = lake.run(f"SELECT {', '.join(columns)} FROM (SELECT bigint '1' AS x) GROUP BY x").results
    assert list(zip(results.columns, results.types, strict=True)) == list(columns.values())


_REASONS = {
    "SELECT * FROM nothing": "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.tap.nothing' does not exist",
    "SELECT * FROM gone.raw": "SCHEMA_NOT_FOUND: line 1:20: Schema 'gone' does not exist",
    "SELECT * FROM mine.tap.raw": "CATALOG_NOT_FOUND: line 1:24: Catalog 'mine' not found",
    "SELECT nothing FROM raw": "COLUMN_NOT_FOUND: Column 'nothing' cannot be resolved or requester is not authorized",
    "SELECT r.nothing FROM raw r": "COLUMN_NOT_FOUND: Column 'nothing' cannot be resolved",
    "SELECT nothing(event) FROM raw": "FUNCTION_NOT_FOUND: Function 'nothing' not registered",
    "SELECT cast('a' AS integer)": "INVALID_CAST_ARGUMENT: ",
    "SELECT 1 / 0": "DIVISION_BY_ZERO: Division by zero",
    "SELECT event, count(*) FROM raw": 'SYNTAX_ERROR: column "event" must appear in the GROUP BY clause',
    "SELECT * FROM": "SYNTAX_ERROR: Expected table name",
    "SELECT 'a": "SYNTAX_ERROR: ",
    "SELECT 1; SELECT 2": "NOT_SUPPORTED: the emulator runs no such statement: ",
    "SHOW TABLES": "NOT_SUPPORTED: the emulator runs no such statement: SHOW TABLES",
    "CREATE VIEW v AS SELECT 1": "NOT_SUPPORTED: ",
    "DELETE FROM raw": "NOT_SUPPORTED: ",
    "": "SYNTAX_ERROR: ",
    "SELECT count(*) FROM events WHERE hour = 13": "TYPE_MISMATCH: Cannot apply operator: varchar = integer",
    'SELECT 1 FROM raw WHERE "date" > current_date': "TYPE_MISMATCH: Cannot apply operator: varchar > date",
    "SELECT 1 FROM raw WHERE \"date\" IN ('a', 1)": "TYPE_MISMATCH: ",
    "SELECT 1 FROM raw WHERE length(event) BETWEEN '1' AND '2'": "TYPE_MISMATCH: ",
    "SELECT * FROM read_text('/etc/hostname')": "TABLE_NOT_FOUND: ",
    'SELECT * FROM "/etc/hostname"': "TABLE_NOT_FOUND: ",
}


@pytest.mark.parametrize("sql", _REASONS)
def test_a_query_that_fails_says_why(lake: FakeLake, sql: str) -> None:
    assert lake.reason(sql).startswith(_REASONS[sql])
