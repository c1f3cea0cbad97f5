"""What a pipeline's archive is asked with, and compacted for that."""

from dataclasses import dataclass

from constructs import Construct

from modules.archive_query import ArchiveQuery
from modules.bucket import Bucket
from modules.compaction import Compaction, CompactionProps
from modules.dead_letter_queue import DeadLetterQueue
from modules.encryption_key import EncryptionKey
from modules.event_catalog import EventCatalogProps
from modules.events_view import template
from modules.function import Function
from modules.workgroup import WorkgroupProps
from stacks.function_factory import FunctionFactory
from stacks.prefixes import ARCHIVED, COMPACTED, QUARANTINE
from stacks.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Buckets of what is asked, and of the answers, with the key of all of them."""

    archive: Bucket
    failures: Bucket
    results: Bucket
    key: EncryptionKey


def archive_query(stack: Construct, asked: Asked, *, settings: Settings) -> ArchiveQuery:
    """The tables, and the workgroup in which people ask."""
    tables = EventCatalogProps(
        raw=asked.archive.url(ARCHIVED),
        compacted=asked.archive.url(COMPACTED),
        quarantine=asked.failures.url(QUARANTINE),
        protection=settings.protection,
    )
    workgroup = WorkgroupProps(
        purpose="queries",
        description="Queries of people",
        results=asked.results,
        key=asked.key,
        scan_limit_mb=settings.query.scan_limit_mb,
    )
    return ArchiveQuery(stack, "query", catalog=tables, workgroup=workgroup)


def compact(
    stack: Construct,
    asked: Asked,
    query: ArchiveQuery,
    *,
    settings: Settings,
    function: FunctionFactory,
    dead_letters: DeadLetterQueue,
) -> Function:
    """The function that compacts the archive, with everything that it needs for that."""
    expires_days = settings.storage.raw_expiration_days
    # Athena refuses to write where a compacted hour belongs, if the workgroup decides where results are written (Athena
    # user guide, "Considerations and limitations for CTAS queries").
    workgroup = WorkgroupProps(
        purpose="compaction",
        description="Queries of the compactor",
        results=asked.results,
        key=asked.key,
        enforced=False,
    )
    props = CompactionProps(
        archive=asked.archive,
        raw=ARCHIVED,
        compacted=COMPACTED,
        catalog=query.catalog,
        workgroup=workgroup,
        expires_raw=expires_days is not None,
    )
    compaction = Compaction(stack, "compaction", props)
    compactor = function(
        "compactor",
        TAP_STACK=stack.node.id,
        TAP_ARCHIVE_BUCKET=asked.archive.name,
        TAP_DATABASE=query.catalog.name,
        TAP_WORKGROUP=compaction.workgroup.name,
        TAP_EVENTS_VIEW=template(),
        TAP_CHECK_DAYS=str(settings.growing_days),
        TAP_RAW_EXPIRATION_DAYS=str(expires_days) if expires_days is not None else None,
    )
    compaction.run_hourly(compactor, dead_letters=dead_letters, permissions_boundary=function.permissions_boundary)
    return compactor
