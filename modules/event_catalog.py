"""The tables of the archive in the Glue Data Catalog, where Athena and others find them."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import Fn, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.glue_catalog_database import GlueCatalogDatabase
from cdktf_cdktf_provider_aws.glue_catalog_table import (
    GlueCatalogTable,
    GlueCatalogTablePartitionKeys,
    GlueCatalogTableStorageDescriptor,
    GlueCatalogTableStorageDescriptorColumns,
    GlueCatalogTableStorageDescriptorSerDeInfo,
)
from constructs import Construct

from modules.events_view import COLUMNS, COMPACTED_COLUMNS, first_definition
from modules.iam import Grantee, Statement
from modules.lifecycle import protected
from modules.named_stack import names_of
from modules.names import Kind
from modules.protection_settings import ProtectionSettings

TEMPORARY = "compacting_"
"""How the names of the compactor's temporary tables begin."""

_PARTITION = ("date", "hour")
_HIVE = "org.apache.hadoop.hive"
_TEXT_OUTPUT = f"{_HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat"
# Athena works out which partitions there are, so that nothing has to be told of a new hour (Athena user guide,
# "Partition projection").
_PROJECTION = {
    "projection.enabled": "true",
    "projection.date.type": "date",
    "projection.date.format": "yyyy-MM-dd",
    "projection.date.range": "2025-01-01,NOW",  # before this project, there were no events
    "projection.hour.type": "integer",
    "projection.hour.range": "0,23",
    "projection.hour.digits": "2",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EventCatalogProps:
    """Where the tables' data is: `raw`, `compacted` and `quarantine` are URLs such as `s3://bucket/prefix/`."""

    raw: str
    compacted: str
    quarantine: str
    protection: ProtectionSettings


class EventCatalog(Construct):
    """A database with the tables `raw`, `compacted` and `quarantine`, and the view `events`.

    Which files the compacted hours are in, only the partitions of `compacted` say: they hold data, as buckets do.
    """

    def __init__(self, scope: Construct, id_: str, props: EventCatalogProps) -> None:
        """See `EventCatalogProps`."""
        super().__init__(scope, id_)
        names = names_of(self)
        self._names = names
        self.name = names("events", Kind.DATABASE)
        self.arn = names.arn("glue", f"database/{self.name}")
        self.resource = GlueCatalogDatabase(
            self,
            "Default",
            name=self.name,
            description=f"Events of {names.project}-{names.suffix} in {names.region}",
            lifecycle=protected(props.protection),
        )
        # A line is kept as it is, in one column: what reads JSON would round numbers and lose attributes.
        projection = {**_PROJECTION, "storage.location.template": f"{props.raw}date=$${{date}}/hour=$${{hour}}/"}
        self._table(
            "raw", "Events as they were stored", _text(props.raw, "event"), partitioned=True, parameters=projection
        )
        self._table(
            "quarantine", "What could not be stored, with its reason, as JSON", _text(props.quarantine, "entry")
        )
        self._table(
            "compacted",
            "Events of closed hours in columns, proven equal to those of raw",
            _parquet(props.compacted),
            partitioned=True,
            lifecycle=protected(props.protection),
        )
        self._view()

    def grant_compaction(self, grantee: Grantee) -> None:
        """Lets the grantee publish hours in `compacted`, replace the view, and have temporary tables of queries."""
        # Glue asks for each action on the resource and on everything that it is in (Glue developer guide, "Specifying
        # AWS Glue resource ARNs").
        within = (self._names.arn("glue", "catalog"), self.arn)
        # Athena looks for the default database, too, whichever a query names (Athena user guide, "Fine-grained access
        # to databases and tables in the AWS Glue Data Catalog").
        databases = (*within, self._names.arn("glue", "database/default"))
        grantee.allow(Statement(sid="QueryUsesDatabase", actions=("glue:GetDatabase",), resources=databases))
        for sid, actions, table in (
            ("ReadTables", ("GetPartition", "GetPartitions", "GetTable", "GetTables"), "*"),
            ("PublishHours", ("BatchUpdatePartition", "CreatePartition"), "compacted"),
            ("ReplaceView", ("CreateTable", "UpdateTable"), "events"),
            # A query that has made a table updates it by its statistics (prestodb: `UpdateStatisticsOperation`).
            ("TemporaryTables", ("CreateTable", "DeleteTable", "UpdateTable"), f"{TEMPORARY}*"),
        ):
            resources = (*within, self._names.arn("glue", f"table/{self.name}/{table}"))
            grantee.allow(Statement(sid=sid, actions=tuple(f"glue:{name}" for name in actions), resources=resources))

    def _table(
        self,
        name: str,
        description: str,
        storage: GlueCatalogTableStorageDescriptor,
        *,
        partitioned: bool = False,
        lifecycle: TerraformResourceLifecycle | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        GlueCatalogTable(
            self,
            name,
            name=name,
            database_name=self.resource.name,
            description=description,
            table_type="EXTERNAL_TABLE",
            parameters={"EXTERNAL": "TRUE", **(parameters or {})},
            storage_descriptor=storage,
            partition_keys=[GlueCatalogTablePartitionKeys(name=key, type="string") for key in _PARTITION]
            if partitioned
            else None,
            lifecycle=lifecycle,
        )

    def _view(self) -> None:
        """Made here so that there is one from the first deploy on; from then on, the compactor changes it."""
        view = first_definition(self.name).replace("\\", "\\\\")
        GlueCatalogTable(
            self,
            "events",
            name="events",
            database_name=self.resource.name,
            description="Every event once: hours that are compacted, and those that are not yet",
            table_type="VIRTUAL_VIEW",
            parameters={"presto_view": "true", "comment": "Presto View", "tap.through": ""},
            # Terraform encodes it: what is synthesized can be read, and compared between regions. `raw_string` escapes
            # quotes, not backslashes.
            view_original_text=f"/* Presto View: {Fn.base64encode(Fn.raw_string(view))} */",
            view_expanded_text="/* Presto View */",
            storage_descriptor=GlueCatalogTableStorageDescriptor(
                columns=_columns(*COLUMNS),
                # Without one Athena refuses the view (hashicorp/terraform-provider-aws#28517).
                ser_de_info=GlueCatalogTableStorageDescriptorSerDeInfo(name="-", serialization_library="-"),
            ),
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=["parameters", "storage_descriptor", "view_original_text", "view_expanded_text"]
            ),
        )


def _columns(*names: str) -> list[GlueCatalogTableStorageDescriptorColumns]:
    return [GlueCatalogTableStorageDescriptorColumns(name=name, type="string") for name in names]


def _text(location: str, column: str) -> GlueCatalogTableStorageDescriptor:
    """Lines, each in the one column: fields would end at a control character, which JSON never has as it is."""
    return GlueCatalogTableStorageDescriptor(
        location=location,
        columns=_columns(column),
        input_format="org.apache.hadoop.mapred.TextInputFormat",
        output_format=_TEXT_OUTPUT,
        ser_de_info=GlueCatalogTableStorageDescriptorSerDeInfo(
            serialization_library=f"{_HIVE}.serde2.lazy.LazySimpleSerDe"
        ),
    )


def _parquet(location: str) -> GlueCatalogTableStorageDescriptor:
    return GlueCatalogTableStorageDescriptor(
        location=location,
        columns=_columns(*COMPACTED_COLUMNS),
        input_format=f"{_HIVE}.ql.io.parquet.MapredParquetInputFormat",
        output_format=f"{_HIVE}.ql.io.parquet.MapredParquetOutputFormat",
        ser_de_info=GlueCatalogTableStorageDescriptorSerDeInfo(
            serialization_library=f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe"
        ),
    )
