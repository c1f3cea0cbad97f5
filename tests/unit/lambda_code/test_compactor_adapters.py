"""What the compactor asks of S3, Athena and Glue, and what it makes of their answers."""
# ruff: noqa: N803, S608 - AWS writes its parameters so, and SQL is what is tested

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from lambda_code.compactor import runs, statements
from lambda_code.compactor.archive import S3Archive
from lambda_code.compactor.athena import Athena
from lambda_code.compactor.catalog import GlueCatalog
from lambda_code.compactor.hours import Hour, NotAnHourError
from lambda_code.compactor.ports import ConflictError, Object, Published, Totals, UnprovableError, View
from lambda_code.compactor.settings import EventsView
from lambda_code.compactor.view import original_text
from lambda_code.shared.errors import UnavailableError
from modules import events_view
from tests.unit.lambda_code.fakes import FakeClock, Faulty, client_error, lost_answer

HOUR = Hour.parse("2026-11-28-13")
RUN = "20261128142000_1a2b3c4d"
TABLE = "compacting_2026_11_28_13_20261128142000_1a2b3c4d"
FOLDER = "date=2026-11-28/hour=13/"
PAGE = 2


# Names.


@pytest.mark.parametrize(
    "name",
    ["", "2026-11-28", "2026-11-28-24", "2026-02-30-01", "2026-11-28-13'", "2026-11-28-1٣", " 2026-11-28-13", "x" * 99],
)
def test_a_text_that_is_no_hour_is_refused(name: str) -> None:
    with pytest.raises(NotAnHourError, match="an hour is written like 2026-11-28-13"):
        Hour.parse(name)


def test_hours_have_names_folders_and_an_end() -> None:
    assert (HOUR.name, HOUR.folder, HOUR.date, HOUR.hour) == ("2026-11-28-13", FOLDER, "2026-11-28", "13")
    assert datetime.fromtimestamp(HOUR.end, UTC) == datetime(2026, 11, 28, 14, tzinfo=UTC)
    assert Hour.at(HOUR.end - 1) == HOUR < Hour.at(HOUR.end)


def test_a_temporary_table_says_whose_it_is_and_since_when() -> None:
    name = runs.new_run(HOUR.end)
    found = runs.temporary(runs.table_of(HOUR, name))
    assert found
    assert (found.hour, found.run, found.began) == (HOUR, name, HOUR.end)
    assert runs.new_run(HOUR.end) != name
    for other in ("compacting_", "compacted", f"{TABLE}0", f"x{TABLE}", TABLE.replace("_13_", "_99_"), TABLE.upper()):
        assert runs.temporary(other) is None


# Statements.


def test_an_hour_is_written_into_its_folder_with_columns_of_its_own() -> None:
    text = statements.write(HOUR, RUN, folder=f"s3://archive/compacted/{FOLDER}{RUN}/", size_bytes=10)
    assert text == (
        f"CREATE TABLE \"{TABLE}\" WITH (format = 'PARQUET', write_compression = 'ZSTD', "
        f"external_location = 's3://archive/compacted/{FOLDER}{RUN}/', bucketed_by = ARRAY['event'], bucket_count = 1"
        ") AS SELECT json_extract_scalar(event, '$.type') AS \"type\", "
        "json_extract_scalar(event, '$.source') AS \"source\", json_extract_scalar(event, '$.subject') AS \"subject\", "
        "event FROM raw WHERE \"date\" = '2026-11-28' AND \"hour\" = '13'"
    )


@pytest.mark.parametrize(("size_mib", "files"), [(0, 1), (383, 1), (384, 2), (1920, 10), (50_000, 100)])
def test_a_large_hour_is_divided_into_files_that_readers_like(size_mib: int, files: int) -> None:
    assert f"bucket_count = {files})" in statements.write(HOUR, RUN, folder="s3://x/", size_bytes=size_mib * 2**20)


def test_both_sides_are_read_by_one_statement() -> None:
    text = statements.prove(HOUR, RUN)
    assert text.count("FROM raw ") == text.count(f'FROM "{TABLE}"') == text.count("CROSS JOIN") == 1
    assert 'count(DISTINCT "$path") AS objects' in text
    assert "WHERE \"date\" = '2026-11-28' AND \"hour\" = '13'" in text
    assert text.count("to_hex(checksum(event))") == 2
    assert text.count("json_extract_scalar(event, '$.id')") == 2
    assert "checksum(\"source\" || ' ' ||" in text, "of what was written, the column counts"


# S3.


@dataclass
class FakeBucket(Faulty):
    """A bucket whose listings have pages, and whose objects go if their states are as named."""

    keys: dict[str, tuple[str, int, float]] = field(default_factory=dict)
    refuse: dict[str, str] = field(default_factory=dict)
    deleted: list[int] = field(default_factory=list)

    def list_objects_v2(self, *, Bucket: str, Prefix: str, **page: str) -> Mapping[str, Any]:
        assert Bucket == "archive"
        return self.work(lambda: self._list(Prefix, **page))

    def _list(self, prefix: str, *, Delimiter: str = "", ContinuationToken: str = "") -> dict[str, Any]:
        found: dict[str, dict[str, Any]] = {}
        for key, (etag, size, modified) in sorted(self.keys.items()):
            rest = key.removeprefix(prefix)
            if key.startswith(prefix):
                cut = rest.find(Delimiter) if Delimiter else -1
                name = prefix + rest[: cut + 1] if cut >= 0 else key
                moment = datetime.fromtimestamp(modified, UTC)
                found[name] = {"Key": key, "ETag": etag, "Size": size, "LastModified": moment, "is_folder": cut >= 0}
        names = [name for name in sorted(found) if name > ContinuationToken]
        page, more = names[:PAGE], len(names) > PAGE
        return {
            "Contents": [found[name] for name in page if not found[name]["is_folder"]],
            "CommonPrefixes": [{"Prefix": name} for name in page if found[name]["is_folder"]],
            "IsTruncated": more,
            **({"NextContinuationToken": page[-1]} if more else {}),
        }

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> Mapping[str, Any]:
        assert (Bucket, Delete["Quiet"]) == ("archive", True)
        assert 0 < len(Delete["Objects"]) <= 1000
        self.deleted.append(len(Delete["Objects"]))
        return self.work(lambda: {"Errors": [e for each in Delete["Objects"] if (e := self._delete(**each))]})

    def _delete(self, Key: str, ETag: str = "") -> dict[str, str] | None:
        code = self.refuse.get(Key) or ("" if Key in self.keys else "NoSuchKey")
        if not code and ETag and self.keys[Key][0] != ETag:
            code = "PreconditionFailed"
        if code:
            return {"Key": Key, "Code": code}
        del self.keys[Key]
        return None


def bucket(*keys: str) -> FakeBucket:
    return FakeBucket(keys={key: (f'"{number}"', 10, 1000.0 + number) for number, key in enumerate(keys)})


def test_days_and_hours_are_found_on_all_pages_and_in_order() -> None:
    days = [f"2026-11-{day:02}" for day in range(1, 8)]
    client = bucket(
        *(f"events/date={day}/hour={hour:02}/a" for day in days for hour in (23, 0, 7)),
        *("events/date=x/hour=00/a", "events/a", "events/date=2026-11-01/a", "events/date=2026-11-01/hour=99/a"),
        "compacted/date=2027-01-01/hour=00/run/a",
    )
    archive = S3Archive(client, "archive")
    assert archive.dates() == days
    assert [hour.name for hour in archive.hours("2026-11-01")] == [f"2026-11-01-{hour}" for hour in ("00", "07", "23")]


def test_a_listing_holds_what_a_query_reads() -> None:
    keys = [f"events/{FOLDER}{number}" for number in range(5)]
    client = bucket(*keys, f"events/{FOLDER}_temporary/0", f"events/{FOLDER}.x", "events/date=2026-11-28/hour=130/a")
    client.keys[f"events/{FOLDER}empty"] = ('"e"', 0, 5000.0)
    listing = S3Archive(client, "archive").listing(HOUR)
    assert [each.key for each in listing.objects] == keys
    assert (listing.size_bytes, listing.newest) == (50, 1004.0)


def test_a_fingerprint_is_of_keys_and_states_in_any_order() -> None:
    client = bucket(*(f"events/{FOLDER}{number}" for number in range(3)))
    archive = S3Archive(client, "archive")
    first = archive.listing(HOUR)
    assert msgspec.structs.replace(first, objects=first.objects[::-1]).fingerprint == first.fingerprint
    client.keys[f"events/{FOLDER}1"] = ('"new"', 10, 1001.0)
    assert archive.listing(HOUR).fingerprint != first.fingerprint


def test_only_objects_in_the_state_that_was_listed_are_removed() -> None:
    client = bucket(*(f"events/{FOLDER}{number:04}" for number in range(1500)))
    archive = S3Archive(client, "archive")
    objects = [Object(key, etag, size, at) for key, (etag, size, at) in client.keys.items()]
    client.keys[objects[3].key] = ('"new"', 11, 9000.0)
    del client.keys[objects[4].key]
    assert archive.remove(objects) == 1
    assert list(client.keys) == [objects[3].key]
    assert client.deleted == [1000, 500]


def test_objects_that_could_not_be_removed_are_told() -> None:
    client = bucket(f"events/{FOLDER}a", f"events/{FOLDER}b")
    client.refuse = {f"events/{FOLDER}a": "AccessDenied"}
    objects = [Object(key, etag, size, at) for key, (etag, size, at) in client.keys.items()]
    with pytest.raises(UnavailableError, match="objects were not removed: AccessDenied"):
        S3Archive(client, "archive").remove(objects)


def test_runs_are_told_with_their_newest_file_and_removed_whole() -> None:
    client = bucket(
        *(f"compacted/{FOLDER}{run}/{number}" for run in ("one", "two") for number in range(3)),
        f"compacted/{FOLDER}stray",
        "compacted/other/x",
    )
    archive = S3Archive(client, "archive")
    assert archive.runs() == {HOUR: {"one": 1002.0, "two": 1005.0}}
    archive.remove_run(HOUR, "one")
    assert archive.runs() == {HOUR: {"two": 1005.0}}
    archive.remove_run(HOUR, "one")


@pytest.mark.parametrize("error", [client_error("SlowDown"), lost_answer()])
def test_an_archive_that_does_not_answer_is_unavailable(error: Exception) -> None:
    client = bucket(f"events/{FOLDER}a")
    archive = S3Archive(client, "archive")
    for ask in (archive.dates, lambda: archive.listing(HOUR), lambda: archive.remove([Object("k", "e", 1, 1)])):
        client.before = [error]
        with pytest.raises(UnavailableError, match="the archive: "):
            ask()


# Athena.


@dataclass
class FakeAthena(Faulty):
    """Runs what it is asked as told: the states of one query after the other."""

    states: list[list[dict[str, Any]]] = field(default_factory=list)
    row: dict[str, str | None] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def start_query_execution(
        self, *, QueryString: str, QueryExecutionContext: dict[str, str], WorkGroup: str
    ) -> Mapping[str, Any]:
        assert (QueryExecutionContext, WorkGroup) == ({"Database": "database"}, "compaction")
        self.texts.append(QueryString)
        return self.work(lambda: {"QueryExecutionId": f"query-{len(self.texts)}"})

    def get_query_execution(self, *, QueryExecutionId: str) -> Mapping[str, Any]:
        states = self.states[int(QueryExecutionId.rpartition("-")[2]) - 1]
        return self.work(lambda: {"QueryExecution": {"Status": states.pop(0) if len(states) > 1 else states[0]}})

    def stop_query_execution(self, *, QueryExecutionId: str) -> object:
        self.stopped.append(QueryExecutionId)
        return {}

    def get_query_results(self, *, QueryExecutionId: str) -> Mapping[str, Any]:
        assert QueryExecutionId
        cells = [{} if value is None else {"VarCharValue": value} for value in self.row.values()]
        rows = [{"Data": [{"VarCharValue": name} for name in self.row]}, {"Data": cells}]
        return self.work(lambda: {"ResultSet": {"Rows": rows}})


DONE, WAITING = {"State": "SUCCEEDED"}, {"State": "QUEUED"}
PROVEN: dict[str, str | None] = {
    "raw_events": "3",
    "raw_identities": "A1",
    "raw_lines": "B1",
    "objects": "2",
    "compacted_events": "2",
    "compacted_identities": "A2",
    "compacted_lines": None,
}


def athena(client: FakeAthena, clock: FakeClock) -> Athena:
    return Athena(client, workgroup="compaction", database="database", bucket="archive", sleep=clock.sleep)


def test_a_proof_is_what_the_one_row_says() -> None:
    client = FakeAthena(states=[[WAITING, {"State": "RUNNING"}, DONE]], row=PROVEN)
    proof = athena(client, FakeClock()).prove(HOUR, RUN, lambda: True)
    assert proof.objects == 2
    assert (proof.raw, proof.compacted) == (Totals(3, "A1", "B1"), Totals(2, "A2", ""))
    assert client.texts == [statements.prove(HOUR, RUN)]


def test_an_hour_is_written_into_the_folder_of_its_run() -> None:
    client = FakeAthena(states=[[DONE]])
    athena(client, FakeClock()).write(HOUR, RUN, 10, lambda: True)
    assert f"'s3://archive/compacted/{FOLDER}{RUN}/'" in client.texts[0]


def test_a_query_is_waited_for_with_growing_pauses_and_stopped_when_time_is_over() -> None:
    client, clock = FakeAthena(states=[[WAITING]]), FakeClock()
    began, pauses = clock.now, list[float]()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock.sleep(seconds)

    engine = Athena(client, workgroup="compaction", database="database", bucket="archive", sleep=sleep)
    with pytest.raises(UnavailableError, match="query-1 is STOPPED: it takes longer than the function has time"):
        engine.write(HOUR, RUN, 10, lambda: clock.now < began + 100)
    assert client.stopped == ["query-1"]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.25, 5.0)
    assert clock.now < began + 106


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (
            {"State": "FAILED", "StateChangeReason": "HIVE_BAD_DATA", "AthenaError": {"Retryable": False}},
            UnprovableError,
        ),
        ({"State": "FAILED", "StateChangeReason": "HIVE_BAD_DATA"}, UnprovableError),
        ({"State": "FAILED", "AthenaError": {"Retryable": True}}, UnavailableError),
        ({"State": "CANCELLED", "StateChangeReason": "by somebody"}, UnavailableError),
    ],
)
def test_a_query_that_ends_without_success_is_told_by_whether_a_retry_helps(
    status: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error, match=status.get("StateChangeReason", "no reason given")):
        athena(FakeAthena(states=[[status]]), FakeClock()).write(HOUR, RUN, 10, lambda: True)


@pytest.mark.parametrize("call", range(3))
@pytest.mark.parametrize("error", [client_error("TooManyRequestsException"), lost_answer()])
def test_an_athena_that_does_not_answer_is_unavailable(call: int, error: Exception) -> None:
    client = FakeAthena(states=[[DONE]], row=PROVEN, before=[*[None] * call, error])
    with pytest.raises(UnavailableError):
        athena(client, FakeClock()).prove(HOUR, RUN, lambda: True)


# Glue.


@dataclass
class FakeGlue(Faulty):
    """A catalog as Glue answers it: tables with versions, partitions, and pages."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    partitions: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    version: int = 0

    def get_table(self, *, DatabaseName: str, Name: str) -> Mapping[str, Any]:
        assert DatabaseName == "database"
        return self.work(lambda: {"Table": self._there(self.tables, Name)})

    def get_tables(self, *, DatabaseName: str, Expression: str, **page: str) -> Mapping[str, Any]:
        assert (DatabaseName, Expression) == ("database", "compacting_*")
        after = page.get("NextToken", "")
        names = [name for name in sorted(self.tables) if name.startswith("compacting_") and name > after]
        more = {"NextToken": names[PAGE - 1]} if len(names) > PAGE else {}
        return self.work(lambda: {"TableList": [{"Name": name} for name in names[:PAGE]], **more})

    def create_table(self, *, DatabaseName: str, TableInput: dict[str, Any]) -> object:
        if TableInput["Name"] in self.tables:
            raise client_error("AlreadyExistsException")
        return self.work(lambda: self._put(DatabaseName, TableInput))

    def update_table(
        self, *, DatabaseName: str, TableInput: dict[str, Any], VersionId: str, SkipArchive: bool
    ) -> object:
        assert SkipArchive
        if self._there(self.tables, TableInput["Name"])["VersionId"] != VersionId:
            raise client_error("ConcurrentModificationException")
        return self.work(lambda: self._put(DatabaseName, TableInput))

    def _put(self, database: str, table: dict[str, Any]) -> None:
        self.version += 1
        self.tables[table["Name"]] = json.loads(json.dumps(table)) | {
            "DatabaseName": database,
            "VersionId": str(self.version),
            "CreateTime": 0,
            "IsRegisteredWithLakeFormation": False,
        }

    def delete_table(self, *, DatabaseName: str, Name: str) -> object:
        assert DatabaseName == "database"
        self._there(self.tables, Name)
        return self.work(lambda: self.tables.pop(Name))

    def get_partition(self, *, DatabaseName: str, TableName: str, PartitionValues: list[str]) -> Mapping[str, Any]:
        assert (DatabaseName, TableName) == ("database", "compacted")
        return self.work(lambda: {"Partition": self._there(self.partitions, tuple(PartitionValues))})

    def get_partitions(
        self, *, DatabaseName: str, TableName: str, ExcludeColumnSchema: bool, **page: str
    ) -> Mapping[str, Any]:
        assert (DatabaseName, TableName, ExcludeColumnSchema) == ("database", "compacted", True)
        start = int(page.get("NextToken", "0"))
        found = list(self.partitions.values())
        more = {"NextToken": str(start + PAGE)} if len(found) > start + PAGE else {}
        return self.work(lambda: {"Partitions": found[start : start + PAGE], **more})

    def create_partition(self, *, DatabaseName: str, TableName: str, PartitionInput: dict[str, Any]) -> object:
        assert (DatabaseName, TableName) == ("database", "compacted")
        if tuple(PartitionInput["Values"]) in self.partitions:
            raise client_error("AlreadyExistsException")
        return self.work(lambda: self.partitions.update({tuple(PartitionInput["Values"]): PartitionInput}))

    def batch_update_partition(self, *, DatabaseName: str, TableName: str, Entries: list[Any]) -> Mapping[str, Any]:
        assert (DatabaseName, TableName) == ("database", "compacted")
        [entry] = Entries
        assert entry["PartitionValueList"] == entry["PartitionInput"]["Values"]
        if not self.errors:
            self._there(self.partitions, tuple(entry["PartitionValueList"]))
            self.partitions[tuple(entry["PartitionValueList"])] = entry["PartitionInput"]
        return {"Errors": self.errors}

    @staticmethod
    def _there(held: Mapping[Any, Any], name: object) -> Any:
        if name not in held:
            raise client_error("EntityNotFoundException")
        return held[name]


VIEW = EventsView(
    sql="SELECT event FROM compacted WHERE {compacted} UNION ALL SELECT event FROM raw WHERE {raw} AND \"x\" = '{}'",
    columns=("id", "event"),
)
PUBLISHED = Published(run=RUN, fingerprint="f", events=3, objects=2, identities="A1", proven=2000.0, newest=1000.0)


def glue() -> FakeGlue:
    client = FakeGlue()
    descriptor = {"Columns": [{"Name": "event", "Type": "string"}], "Location": "s3://archive/compacted/"}
    client._put("database", {"Name": "compacted", "StorageDescriptor": descriptor})
    return client


def catalog(client: FakeGlue) -> GlueCatalog:
    return GlueCatalog(client, database="database", bucket="archive", events_view=VIEW)


def presto(client: FakeGlue) -> dict[str, Any]:
    """What the view's text holds."""
    text = client.tables["events"]["ViewOriginalText"]
    start, end = "/* Presto View: ", " */"
    assert text.startswith(start)
    assert text.endswith(end)
    found: dict[str, Any] = json.loads(base64.b64decode(text.removeprefix(start).removesuffix(end)))
    return found


def test_a_view_that_is_missing_is_made() -> None:
    client = glue()
    made = catalog(client).change_view(None, None, "me", 5000.0)
    assert (made.through, made.holder, made.held_until) == (None, "me", 5000.0)
    assert catalog(client).view() == made
    table = client.tables["events"]
    assert table["TableType"] == "VIRTUAL_VIEW"
    assert table["ViewExpandedText"] == "/* Presto View */"
    assert table["Parameters"].items() >= {"presto_view": "true", "comment": "Presto View", "tap.through": ""}.items()
    assert table["StorageDescriptor"]["Columns"] == [{"Name": n, "Type": "string"} for n in ("id", "event")]
    assert presto(client) == {
        "originalSql": "SELECT event FROM compacted WHERE false UNION ALL SELECT event FROM raw WHERE true "
        "AND \"x\" = '{}'",
        "catalog": "awsdatacatalog",
        "schema": "database",
        "columns": [{"name": "id", "type": "varchar"}, {"name": "event", "type": "varchar"}],
    }


def test_the_first_text_is_the_one_that_is_deployed() -> None:
    """So that the first run has nothing to replace; both sides wrap the same SQL, and neither imports the other."""
    deployed = base64.b64encode(events_view.first_definition("database").encode()).decode()
    told = msgspec.json.decode(events_view.template(), type=EventsView)
    assert original_text(told, database="database", through=None) == f"/* Presto View: {deployed} */"


def test_a_watermark_divides_the_hours_between_both_sides() -> None:
    client = glue()
    tables = catalog(client)
    tables.change_view(tables.change_view(None, None, "me", 5000.0), HOUR, "me", 5000.0)
    assert presto(client)["originalSql"] == (
        "SELECT event FROM compacted WHERE \"date\" <= '2026-11-28' AND (\"date\" < '2026-11-28' OR \"hour\" <= '13') "
        "UNION ALL SELECT event FROM raw "
        "WHERE \"date\" >= '2026-11-28' AND (\"date\" > '2026-11-28' OR \"hour\" > '13') "
        "AND \"x\" = '{}'"
    )
    assert client.tables["events"]["Parameters"]["tap.through"] == "2026-11-28-13"


def test_a_view_keeps_what_others_gave_it_and_gets_the_text_of_this_version() -> None:
    client = glue()
    client._put(
        "database",
        {
            "Name": "events",
            "Description": "Every event, once.",
            "TableType": "VIRTUAL_VIEW",
            "ViewOriginalText": "of an older version",
            "ViewExpandedText": "/* Presto View */",
            "StorageDescriptor": {"Columns": [], "SerdeInfo": {"Name": "-"}},
            "Parameters": {"presto_view": "true", "tap.through": "2026-11-28-13", "mine": "x"},
        },
    )
    tables = catalog(client)
    changed = tables.change_view(tables.view(), HOUR, "", 0.0)
    table = client.tables["events"]
    assert (table["Description"], table["Parameters"]["mine"]) == ("Every event, once.", "x")
    assert table["StorageDescriptor"]["SerdeInfo"] == {"Name": "-"}
    assert "2026-11-28" in presto(client)["originalSql"]
    assert (changed.through, changed.holder, changed.held_until) == (HOUR, "", 0.0)


def test_a_view_that_says_no_hour_is_one_without_a_watermark() -> None:
    client = glue()
    client._put("database", {"Name": "events", "Parameters": {"tap.through": "x'", "tap.held_until": "soon"}})
    view = catalog(client).view()
    assert view
    assert (view.through, view.holder, view.held_until) == (None, "", 0.0)


def test_a_view_that_somebody_else_changed_is_left_alone() -> None:
    client = glue()
    tables = catalog(client)
    with pytest.raises(ConflictError):
        tables.change_view(View(through=None, holder="", held_until=0, version="7"), HOUR, "me", 5000.0)
    read = tables.change_view(None, None, "other", 5000.0)
    with pytest.raises(ConflictError):
        tables.change_view(None, HOUR, "me", 5000.0)
    tables.change_view(read, None, "other", 6000.0)
    with pytest.raises(ConflictError):
        tables.change_view(read, HOUR, "me", 5000.0)
    assert client.tables["events"]["Parameters"]["tap.holder"] == "other"


def test_a_view_that_changes_between_reading_and_writing_is_a_conflict() -> None:
    client = glue()
    tables = catalog(client)
    read = tables.change_view(None, None, "me", 5000.0)
    changing = client.get_table

    def get_table(**named: Any) -> Mapping[str, Any]:
        found = json.loads(json.dumps(changing(**named)))
        client.tables["events"]["VersionId"] = "99"
        return dict(found)

    client.get_table = get_table  # type: ignore[method-assign]
    with pytest.raises(ConflictError, match="ConcurrentModificationException"):
        tables.change_view(read, HOUR, "me", 5000.0)


def test_a_partition_is_made_switched_and_marked() -> None:
    client = glue()
    tables = catalog(client)
    assert tables.published(HOUR) is None
    tables.publish(HOUR, PUBLISHED, instead_of=None)
    assert tables.published(HOUR) == PUBLISHED
    [partition] = client.partitions.values()
    assert partition["Values"] == ["2026-11-28", "13"]
    assert partition["StorageDescriptor"] == {
        "Columns": [{"Name": "event", "Type": "string"}],
        "Location": f"s3://archive/compacted/{FOLDER}{RUN}/",
    }
    assert partition["Parameters"] == {
        "tap.fingerprint": "f",
        "tap.events": "3",
        "tap.objects": "2",
        "tap.identities": "A1",
        "tap.proven_at": "1970-01-01T00:33:20Z",
        "tap.newest_at": "1970-01-01T00:16:40Z",
    }
    grown = msgspec.structs.replace(PUBLISHED, run="another", events=4, expiring=3000.0)
    tables.publish(HOUR, grown, instead_of=PUBLISHED)
    assert tables.published(HOUR) == grown
    assert tables.last_expired() == HOUR


def test_a_partition_that_somebody_else_changed_is_left_alone() -> None:
    client = glue()
    tables = catalog(client)
    tables.publish(HOUR, PUBLISHED, instead_of=None)
    other = msgspec.structs.replace(PUBLISHED, run="other")
    for expected in (None, other):
        with pytest.raises(ConflictError):
            tables.publish(HOUR, other, instead_of=expected)
    client.partitions.clear()
    with pytest.raises(ConflictError):
        tables.publish(HOUR, other, instead_of=PUBLISHED)


def test_a_partition_that_is_made_at_the_same_time_is_a_conflict() -> None:
    client = glue()
    client.get_partition = lambda **_: client._there({}, "x")  # type: ignore[method-assign]
    tables = catalog(client)
    tables.publish(HOUR, PUBLISHED, instead_of=None)
    with pytest.raises(ConflictError, match="AlreadyExistsException"):
        tables.publish(HOUR, PUBLISHED, instead_of=None)


def test_a_switch_that_the_catalog_refuses_is_unavailable() -> None:
    client = glue()
    tables = catalog(client)
    tables.publish(HOUR, PUBLISHED, instead_of=None)
    client.errors = [{"ErrorDetail": {"ErrorCode": "InternalServiceException"}}]
    with pytest.raises(UnavailableError, match="InternalServiceException"):
        tables.publish(HOUR, msgspec.structs.replace(PUBLISHED, run="new"), instead_of=PUBLISHED)


def test_a_partition_that_was_made_by_hand_is_known_as_such() -> None:
    client = glue()
    client.partitions["2026-11-28", "13"] = {
        "Values": ["2026-11-28", "13"],
        "StorageDescriptor": {"Location": "s3://x/y"},
        "Parameters": {"tap.events": "many", "tap.proven_at": "once"},
    }
    tables = catalog(client)
    found = tables.published(HOUR)
    assert found
    assert (found.run, found.fingerprint, found.events, found.expiring) == ("s3://x/y", "", 0, None)
    tables.publish(HOUR, PUBLISHED, instead_of=found)
    assert tables.published(HOUR) == PUBLISHED


def test_the_last_hour_without_raw_objects_is_found_on_all_pages() -> None:
    client = glue()
    tables = catalog(client)
    assert tables.last_expired() is None
    for number in range(7):
        expiring = 3000.0 if number < 5 else None
        made = msgspec.structs.replace(PUBLISHED, expiring=expiring)
        tables.publish(Hour(HOUR.ordinal + number), made, instead_of=None)
    assert tables.last_expired() == Hour(HOUR.ordinal + 4)


def test_temporary_tables_are_found_on_all_pages_and_dropped_once() -> None:
    client = glue()
    tables = catalog(client)
    for number in range(5):
        client._put("database", {"Name": runs.table_of(Hour(HOUR.ordinal + number), RUN)})
    client._put("database", {"Name": "compacting_mine"})
    assert [table.hour.ordinal - HOUR.ordinal for table in tables.temporary()] == [0, 1, 2, 3, 4]
    tables.drop(HOUR, RUN)
    tables.drop(HOUR, RUN)
    assert len(list(tables.temporary())) == 4


@pytest.mark.parametrize("error", [client_error("ThrottlingException"), lost_answer()])
def test_a_catalog_that_does_not_answer_is_unavailable(error: Exception) -> None:
    client = glue()
    tables = catalog(client)
    for ask in (tables.view, lambda: tables.published(HOUR), tables.last_expired, lambda: list(tables.temporary())):
        client.before = [error]
        with pytest.raises(UnavailableError, match="the catalog: "):
            ask()
