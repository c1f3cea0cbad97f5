"""What people ask the archive with: tables, a workgroup for their queries, and queries to begin with."""

from cdktf_cdktf_provider_aws.athena_named_query import AthenaNamedQuery
from constructs import Construct

from modules.event_catalog import EventCatalog, EventCatalogProps
from modules.named_stack import names_of
from modules.sql_catalogue import SQL_QUERIES
from modules.workgroup import Workgroup, WorkgroupProps


class ArchiveQuery(Construct):
    """A catalogue of tables and a workgroup with saved queries. It costs nothing until somebody asks."""

    def __init__(self, scope: Construct, id_: str, *, catalog: EventCatalogProps, workgroup: WorkgroupProps) -> None:
        """`catalog`: where the data is; `workgroup`: where people's queries run."""
        super().__init__(scope, id_)
        names = names_of(self)
        self.catalog = EventCatalog(self, "catalog", catalog)
        self.workgroup = Workgroup(self, "workgroup", workgroup)
        for query in SQL_QUERIES:
            AthenaNamedQuery(
                self,
                query.id,
                name=f"{names.project}-{names.suffix}-{names.region}/{query.id}",
                description=query.shows,
                database=self.catalog.name,
                workgroup=self.workgroup.resource.name,
                query=query.text,
            )
