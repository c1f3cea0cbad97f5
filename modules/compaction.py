"""The compaction of the archive: the workgroup of its queries, and what starts it every hour."""

from dataclasses import dataclass

from constructs import Construct

from modules.bucket import Bucket
from modules.dead_letter_queue import DeadLetterQueue
from modules.event_catalog import EventCatalog
from modules.function import Function
from modules.schedule import Schedule, ScheduleProps
from modules.workgroup import Workgroup, WorkgroupProps

SCHEDULE = "hourly"
"""The purpose of the schedule, and of its role."""
# An hour is closed 15 minutes after its end.
_MINUTE = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class CompactionProps:
    """What is compacted: objects below `raw` in `archive`, into files below `compacted`.

    `expires_raw`: whether the function also removes objects whose hours were proven.
    """

    archive: Bucket
    raw: str
    compacted: str
    catalog: EventCatalog
    workgroup: WorkgroupProps
    expires_raw: bool


class Compaction(Construct):
    """Lets a function compact, every hour. What it compacts, Athena reads and writes: as the function's role."""

    def __init__(self, scope: Construct, id_: str, props: CompactionProps) -> None:
        """The function is named by `run_hourly`, as it is told the workgroup's name."""
        super().__init__(scope, id_)
        self._props = props
        self.workgroup = Workgroup(self, "workgroup", props.workgroup)

    def run_hourly(
        self, function: Function, *, dead_letters: DeadLetterQueue, permissions_boundary: str | None
    ) -> None:
        """Lets the function compact, and invokes it; `permissions_boundary`: as that of the function."""
        props = self._props
        props.archive.grant_list(function)
        props.archive.grant_queries(function, reads=(props.raw,), writes=props.compacted)
        for prefix in (props.compacted, *([props.raw] if props.expires_raw else [])):
            props.archive.grant_delete(function, prefix=prefix)
        props.catalog.grant_compaction(function)
        self.workgroup.grant_run(function)
        schedule = ScheduleProps(
            function=function, minute=_MINUTE, dead_letters=dead_letters, permissions_boundary=permissions_boundary
        )
        Schedule(self, SCHEDULE, schedule)
