"""The SQL queries that Athena keeps for a stack, as examples of what the archive can be asked.

To save another one, add an entry. Each names a day or a few, since a query pays for what it reads.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class SqlQuery:
    """A query of Athena; `id` ends its name, `shows` says what its result is."""

    id: str
    shows: str
    text: str


# Dates are text, as the names of folders are. For a `?` Athena asks for a value (its user guide, "Use parameterized
# queries").
SQL_QUERIES: tuple[SqlQuery, ...] = (
    SqlQuery(
        id="types",
        shows="how many events of each type came in each hour of today and yesterday",
        text="""\
SELECT "date", "hour", type, count(*) AS events
FROM events
WHERE "date" >= CAST(current_date - INTERVAL '1' DAY AS varchar)
GROUP BY 1, 2, 3
ORDER BY 1 DESC, 2 DESC, 4 DESC""",
    ),
    SqlQuery(
        id="event",
        shows="an event by its source and id, and when it was stored",
        text="""\
SELECT "date", "hour", taptime, event
FROM events
WHERE source = ? AND id = ? AND "date" >= CAST(current_date - INTERVAL '7' DAY AS varchar)""",
    ),
    SqlQuery(
        id="latest",
        shows="the latest event about each subject within two days",
        text="""\
SELECT subject, max(taptime) AS taptime, max_by(event, taptime) AS event
FROM events
WHERE subject IS NOT NULL AND "date" >= CAST(current_date - INTERVAL '1' DAY AS varchar)
GROUP BY subject
ORDER BY subject
LIMIT 1000""",
    ),
    SqlQuery(
        id="quarantined",
        shows="what was quarantined, by its reason, and where an example is",
        text="""\
SELECT json_extract_scalar(entry, '$.reason') AS reason, count(*) AS entries, max("$path") AS example
FROM quarantine
GROUP BY 1
ORDER BY 2 DESC""",
    ),
)
