"""What Athena is asked. Only hours, runs and numbers are put into a text, and none of them can hold a quote."""
# ruff: noqa: S608 - so these texts are safe

from lambda_code.compactor.hours import Hour
from lambda_code.compactor.runs import table_of

_FILE_BYTES = 192 * 1024 * 1024
"""Raw bytes per file: as Parquet two thirds of it, the 128 MB that readers like best."""
_MOST_FILES = 100
"""Athena has 100 writers at most (Athena user guide, "Use CTAS and INSERT INTO to work around the 100 partition
limit"). Beyond them, files become larger."""
_SOURCE, _ID = (f"json_extract_scalar(event, '$.{name}')" for name in ("source", "id"))
_IDENTITY = "to_hex(checksum({source} || ' ' || {id}))"
_LINES = "to_hex(checksum(event))"


def write(hour: Hour, run: str, *, folder: str, size_bytes: int) -> str:
    """Write the hour into a folder that ends with a slash; the temporary table is the run's."""
    files = min(max(1, size_bytes // _FILE_BYTES), _MOST_FILES)
    extracted = (f"json_extract_scalar(event, '$.{name}') AS \"{name}\"" for name in ("type", "source", "subject"))
    return (
        f'CREATE TABLE "{table_of(hour, run)}" WITH ('
        f"format = 'PARQUET', write_compression = 'ZSTD', external_location = '{folder}', "
        f"bucketed_by = ARRAY['event'], bucket_count = {files}"
        f") AS SELECT {', '.join(extracted)}, event FROM raw WHERE {_is_of(hour)}"
    )


def prove(hour: Hour, run: str) -> str:
    """Count and sum both sides in one row, so that both are read at one time."""
    raw = _IDENTITY.format(source=_SOURCE, id=_ID)
    compacted = _IDENTITY.format(source='"source"', id=_ID)
    return (
        f"SELECT * FROM ("
        f"SELECT count(*) AS raw_events, {raw} AS raw_identities, {_LINES} AS raw_lines, "
        f'count(DISTINCT "$path") AS objects FROM raw WHERE {_is_of(hour)}'
        f") CROSS JOIN ("
        f"SELECT count(*) AS compacted_events, {compacted} AS compacted_identities, {_LINES} AS compacted_lines "
        f'FROM "{table_of(hour, run)}")'
    )


def _is_of(hour: Hour) -> str:
    return f"\"date\" = '{hour.date}' AND \"hour\" = '{hour.hour}'"
