"""What others rely on: endpoints, outputs, resources that Terraform manages; and what AWS refuses."""

from tools.plan_review.rule import Category, Rule

_BROKEN, _REFUSED, _UNJUDGED = Category.BROKEN, Category.REFUSED, Category.UNJUDGED

STACK_REMOVED = Rule(
    "stack-removed",
    _BROKEN,
    "Removed from the code, but still deployed: destroy it before the merge, or nothing manages it.",
)
ENDPOINT_LOST = Rule("endpoint-lost", _BROKEN, "The endpoint that clients call is removed.", of_gone=True, lasting=True)
ROUTE_LOST = Rule("route-lost", _BROKEN, "Requests of this kind are no longer answered as before.")
CLIENTS_REFUSED = Rule("clients-refused", _BROKEN, "Clients that were let in before are refused.")
CLIENTS_THROTTLED = Rule(
    "clients-throttled", _BROKEN, "Clients are refused sooner, with 429 Too Many Requests.", needs_label=False
)
OTHER_RUNTIME = Rule(
    "other-runtime", _BROKEN, "The code runs on another runtime or processor, for which its packages must be made."
)
OTHER_STORAGE = Rule(
    "other-storage", _BROKEN, "Objects move to another storage class: some must be restored before they can be read."
)
QUERIES_REFUSED = Rule("queries-refused", _BROKEN, "Athena refuses queries of this workgroup that it ran before.")
TABLE_CHANGED = Rule("table-changed", _BROKEN, "Queries find other rows or columns than before.")
VALUE_LOST = Rule("value-lost", _BROKEN, "Who reads the secret finds no value.")
RENAMED = Rule("renamed", _BROKEN, "What knows it by its name or ARN no longer finds it.")
LOOP_ENDED = Rule(
    "loop-ended",
    _BROKEN,
    "Lambda ends chains of about 16 invocations, those on purpose, too.",
    needs_label=False,
)
OUTPUT_REMOVED = Rule("output-removed", _BROKEN, "What reads this output fails.")
OUTPUT_CHANGED = Rule("output-changed", _BROKEN, "Copies of this output's value are outdated.")
FORGOTTEN = Rule("forgotten", _BROKEN, "Removed from Terraform's state only: it stays in the account, unmanaged.")
MOVED = Rule(
    "moved",
    _BROKEN,
    "Moved to another address in Terraform's state; the resource itself stays.",
    needs_label=False,
)
IMPORTED = Rule("imported", _BROKEN, "Exists already, and is managed by Terraform from now on.", needs_label=False)

# Kinesis API Reference, UpdateShardCount: at most double, at least half, and 10 times in 24 hours.
SHARDS_REFUSED = Rule(
    "shards-refused",
    _REFUSED,
    "Kinesis refuses more than double or less than half the shards at once: go there in steps, one apply each.",
)
# Secrets Manager API Reference, DeleteSecret: the name is free after the recovery window only.
SECRET_NAME_WAITS = Rule(
    "secret-name-waits",
    _REFUSED,
    "A secret of this name is kept until its recovery window ends, and a new one is refused: restore and import it, or "
    "delete it at once with `--force-delete-without-recovery`.",
)
# IAM API Reference, CreateOpenIDConnectProvider (EntityAlreadyExists), and the like of the other services.
NAME_TAKEN = Rule(
    "name-taken",
    _REFUSED,
    "Another one of the same name, URL or source is there already, or may still be while this one is created: move it "
    "with `moved`, import it, or apply in two steps.",
)
DELETION_REFUSED = Rule(
    "deletion-refused", _REFUSED, "It is protected: AWS refuses to delete it until a change before this one ends that."
)
BUCKET_NOT_EMPTY = Rule(
    "bucket-not-empty", _REFUSED, "S3 refuses to delete a bucket that holds objects.", needs_label=False
)
# Limits that a plan can't know: how often it was changed before.
CHANGED_TOO_OFTEN = Rule(
    "changed-too-often",
    _REFUSED,
    "AWS allows this only a few times in 24 hours: the stream's mode twice, a table to on-demand four times.",
    needs_label=False,
)

NOT_JUDGED = Rule(
    "not-judged", _UNJUDGED, "Nobody has judged what this change does: read the plan, and add a line to the verdicts."
)
INCOMPLETE = Rule(
    "incomplete", _UNJUDGED, "Terraform deferred some changes, or invokes actions: what these do isn't judged."
)
