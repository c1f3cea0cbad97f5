"""What stops, filters or redirects events, and what processes them again."""

from tools.plan_review.rule import Category, Rule

_AGAIN, _STOPS = Category.REPROCESSED, Category.INTERRUPTED

MAPPING_ENDED = Rule(
    "mapping-ended",
    _AGAIN,
    "The mapping's position in the stream is lost: a new mapping begins at its starting position.",
    lasting=True,
)
STARTING_POSITION = Rule(
    "starting-position",
    _AGAIN,
    "Begins elsewhere in the stream: TRIM_HORIZON processes records again, LATEST skips existing ones.",
)
RECEIVED_AGAIN = Rule(
    "received-again", _AGAIN, "Messages are visible again sooner, to others while somebody still processes them."
)
IMPORTED_AGAIN = Rule("imported-again", _AGAIN, "Files are imported on more occasions, so some of them again.")

MAPPING_DISABLED = Rule(
    "mapping-disabled",
    _STOPS,
    "No records are processed; those older than the stream's retention period are lost.",
)
STOPPED = Rule("stopped", _STOPS, "A limit of 0 lets nothing through.")
FUNCTION_ENDED = Rule("function-destroyed", _STOPS, "Nothing processes what the function processed.")
NOT_INVOKED = Rule("not-invoked", _STOPS, "What invoked the function, or called it for files, no longer does.")
RECORDS_FILTERED = Rule("records-filtered", _STOPS, "Other records are left out, without a trace.")
SCHEDULE_CHANGED = Rule("schedule-changed", _STOPS, "What is scheduled runs at other times, otherwise, or never.")
REDIRECTED = Rule("redirected", _STOPS, "Events come from elsewhere, or go elsewhere.")
FAILOVER_WEAKENED = Rule(
    "failover-weakened", _STOPS, "A region that fails is noticed later, or not at all, and still gets requests."
)
ACCESS_LOST = Rule(
    "access-lost",
    _STOPS,
    "Somebody is allowed less, or denied more: deliveries, alarms, or what reads with a key may fail.",
)
PERMISSIONS_LOST = Rule(
    "role-loses", _STOPS, "A role that stays is allowed less, or denied more: what runs with it may fail."
)
BOUNDARY_GIVEN = Rule(
    "boundary-given",
    _STOPS,
    "A permissions boundary limits the role from now on: what its policies allow beyond it is lost.",
    needs_label=False,
)
CAPACITY_LOWERED = Rule("capacity-lowered", _STOPS, "Requests above a lower capacity are throttled.")
LESS_ROOM = Rule(
    "less-room", _STOPS, "Less memory, time, bytes, or invocations at once: more may fail or wait.", needs_label=False
)
