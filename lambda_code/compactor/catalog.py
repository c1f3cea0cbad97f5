"""The Glue Data Catalog: the view `events`, the partitions of `compacted`, and temporary tables."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from lambda_code.compactor import runs
from lambda_code.compactor.archive import COMPACTED
from lambda_code.compactor.glue import GlueClient, asked, every_page, there
from lambda_code.compactor.hours import Hour, NotAnHourError
from lambda_code.compactor.ports import ConflictError, Published, Temporary, View
from lambda_code.compactor.settings import EventsView
from lambda_code.compactor.view import original_text
from lambda_code.shared.errors import UnavailableError

_VIEW = "events"
_TABLE = "compacted"
_EXPANDED_TEXT = "/* Presto View */"
# What a table answers that may be given back to change it (Glue API reference, "TableInput").
_TABLE_INPUT = (
    "Name",
    "Description",
    "Owner",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "TableType",
    "Parameters",
)
_NEW_VIEW: dict[str, Any] = {
    "Name": _VIEW,
    "PartitionKeys": [],
    "StorageDescriptor": {"SerdeInfo": {"Name": "-", "SerializationLibrary": "-"}},
}
_MARKS = {"presto_view": "true", "comment": "Presto View"}
_THROUGH, _HOLDER, _HELD_UNTIL = "tap.through", "tap.holder", "tap.held_until"
_FINGERPRINT, _EVENTS, _OBJECTS, _IDENTITIES = (
    f"tap.{name}" for name in ("fingerprint", "events", "objects", "identities")
)
_PROVEN, _NEWEST, _EXPIRING = "tap.proven_at", "tap.newest_at", "tap.expiring"


class GlueCatalog:
    """Reads and changes tables; may be used by several threads."""

    def __init__(self, client: GlueClient, *, database: str, bucket: str, events_view: EventsView) -> None:
        self._client = client
        self._database = database
        self._location = f"s3://{bucket}/{COMPACTED}"
        self._events_view = events_view

    def view(self) -> View | None:
        """The view as it is; None where there is none. Raises UnavailableError."""
        table = self._view_table()
        if table is None:
            return None
        told = table.get("Parameters", {})
        return View(
            through=_hour(told.get(_THROUGH, "")),
            holder=told.get(_HOLDER, ""),
            held_until=_seconds(told.get(_HELD_UNTIL, "")) or 0.0,
            version=table["VersionId"],
        )

    def change_view(self, view: View | None, through: Hour | None, holder: str, held_until: float) -> View:
        """Replace what was read, and its text if that is not the current one; raises UnavailableError, ConflictError.

        It answers what is there afterwards.
        """
        present = self._view_table()
        if (present or {}).get("VersionId") != (view.version if view else None):
            raise ConflictError("somebody else has changed the view")
        given: Mapping[str, Any] = present or _NEW_VIEW
        columns = [{"Name": name, "Type": "string"} for name in self._events_view.columns]
        told = {_THROUGH: through.name if through else "", _HOLDER: holder, _HELD_UNTIL: _text(held_until)}
        table = {name: given[name] for name in _TABLE_INPUT if given.get(name)} | {
            "TableType": "VIRTUAL_VIEW",
            "StorageDescriptor": given["StorageDescriptor"] | {"Columns": columns},
            "Parameters": given.get("Parameters", {}) | _MARKS | told,
            "ViewOriginalText": original_text(self._events_view, database=self._database, through=through),
            "ViewExpandedText": _EXPANDED_TEXT,
        }
        if present is None:
            asked(lambda: self._client.create_table(DatabaseName=self._database, TableInput=table))
        else:
            # Without archiving, as the runs of a year would leave more versions than a table may have.
            version = present["VersionId"]
            asked(
                lambda: self._client.update_table(
                    DatabaseName=self._database, TableInput=table, VersionId=version, SkipArchive=True
                )
            )
        changed = self.view()
        if changed is None or (changed.through, changed.holder) != (through, holder):
            raise ConflictError("somebody else has changed the view")
        return changed

    def last_expired(self) -> Hour | None:
        """The last hour whose raw objects were removed, out of all partitions; raises UnavailableError."""
        pages = every_page(
            lambda **page: self._client.get_partitions(
                DatabaseName=self._database, TableName=_TABLE, ExcludeColumnSchema=True, **page
            )
        )
        partitions = (each for page in pages for each in page["Partitions"])
        hours = (_hour("-".join(each["Values"])) for each in partitions if _EXPIRING in each.get("Parameters", {}))
        return max((hour for hour in hours if hour), default=None)

    def published(self, hour: Hour) -> Published | None:
        """The hour's partition; raises UnavailableError."""
        partition = self._partition(hour)
        return self._published(hour, partition) if partition else None

    def publish(self, hour: Hour, new: Published, *, instead_of: Published | None) -> None:
        """Switch the hour's partition; raises ConflictError where it is not what it is to replace, UnavailableError."""
        present = self.published(hour)
        if present != instead_of:
            raise ConflictError("somebody else has changed the partition")
        table = asked(lambda: self._client.get_table(DatabaseName=self._database, Name=_TABLE)["Table"])
        partition = {
            "Values": [hour.date, hour.hour],
            "StorageDescriptor": table["StorageDescriptor"] | {"Location": self._folder(hour) + new.run + "/"},
            "Parameters": _parameters(new),
        }
        if present is None:
            asked(
                lambda: self._client.create_partition(
                    DatabaseName=self._database, TableName=_TABLE, PartitionInput=partition
                )
            )
            return
        entry = {"PartitionValueList": partition["Values"], "PartitionInput": partition}
        answer = asked(
            lambda: self._client.batch_update_partition(DatabaseName=self._database, TableName=_TABLE, Entries=[entry])
        )
        if errors := answer.get("Errors"):
            raise UnavailableError(f"the catalog: {errors[0].get('ErrorDetail')}")

    def drop(self, hour: Hour, run: str) -> None:
        """Forget a run's temporary table, if there is one; its files stay. Raises UnavailableError."""
        table = runs.table_of(hour, run)
        there(lambda: self._client.delete_table(DatabaseName=self._database, Name=table))

    def temporary(self) -> Iterator[Temporary]:
        """Every temporary table; raises UnavailableError."""
        pages = every_page(
            lambda **page: self._client.get_tables(DatabaseName=self._database, Expression=runs.TABLES, **page)
        )
        names = [each["Name"] for page in pages for each in page["TableList"]]
        yield from (found for name in names if (found := runs.temporary(name)))

    def _view_table(self) -> Mapping[str, Any] | None:
        return there(lambda: self._client.get_table(DatabaseName=self._database, Name=_VIEW)["Table"])

    def _partition(self, hour: Hour) -> Mapping[str, Any] | None:
        values = [hour.date, hour.hour]
        return there(
            lambda: self._client.get_partition(DatabaseName=self._database, TableName=_TABLE, PartitionValues=values)[
                "Partition"
            ]
        )

    def _folder(self, hour: Hour) -> str:
        return self._location + hour.folder

    def _published(self, hour: Hour, partition: Mapping[str, Any]) -> Published:
        """What a partition says; one that somebody made by hand says nothing, and is replaced."""
        told = partition.get("Parameters", {})
        location = str(partition.get("StorageDescriptor", {}).get("Location", ""))
        return Published(
            run=location.removeprefix(self._folder(hour)).rstrip("/"),
            fingerprint=told.get(_FINGERPRINT, ""),
            events=_number(told.get(_EVENTS, "")),
            objects=_number(told.get(_OBJECTS, "")),
            identities=told.get(_IDENTITIES, ""),
            proven=_seconds(told.get(_PROVEN, "")) or 0.0,
            newest=_seconds(told.get(_NEWEST, "")) or 0.0,
            expiring=_seconds(told.get(_EXPIRING, "")),
        )


def _parameters(published: Published) -> dict[str, str]:
    told = {
        _FINGERPRINT: published.fingerprint,
        _EVENTS: str(published.events),
        _OBJECTS: str(published.objects),
        _IDENTITIES: published.identities,
        _PROVEN: _text(published.proven),
        _NEWEST: _text(published.newest),
    }
    return told if published.expiring is None else told | {_EXPIRING: _text(published.expiring)}


def _hour(name: str) -> Hour | None:
    try:
        return Hour.parse(name)
    except NotAnHourError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _text(seconds: float) -> str:
    """A time as people read it, to the second."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _seconds(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
