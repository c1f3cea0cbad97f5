"""What loses data, or the means to restore it."""

from tools.plan_review.rule import Category, Rule

_LOST = Category.LOST

DATA_REPLACED = Rule("data-replaced", _LOST, "Will be replaced; its data is lost.")
DATA_DESTROYED = Rule("data-destroyed", _LOST, "Will be destroyed; its data is lost.", of_gone=True, lasting=True)
DELETED_OUTSIDE = Rule(
    "deleted-outside",
    _LOST,
    "Was deleted outside of Terraform: what it held is lost, and what a key encrypted can't be read when its deletion "
    "is due. A new one changes nothing of that: restore it, or cancel the deletion and import it, before you apply.",
)
KEY_CHANGED = Rule(
    "key-changed", _LOST, "Encrypted with another key from now on; what is there already still needs the old one."
)
KEY_DISABLED = Rule("key-disabled", _LOST, "What the key encrypts can't be read while it is disabled.")
RETENTION_LOWERED = Rule(
    "retention-lowered", _LOST, "Retention is shortened: older data is deleted, or no longer retried."
)
RECOVERY_LIMITED = Rule("recovery-limited", _LOST, "Recovery is limited: fewer retries, or deleted permanently sooner.")
EXPIRE_SOONER = Rule(
    "objects-expire-sooner", _LOST, "Objects or their noncurrent versions expire sooner, or others do than before."
)
VERSIONING_OFF = Rule(
    "versioning-weakened", _LOST, "Objects that are overwritten or deleted from now on can't be restored."
)
RECOVERY_OFF = Rule(
    "recovery-off", _LOST, "Point-in-time recovery is disabled: the table can't be restored to an earlier time."
)
ROWS_EXPIRE = Rule("rows-expire-otherwise", _LOST, "Rows expire by another attribute, at once, or never.")
PROTECTION_OFF = Rule("protection-off", _LOST, "Protection is disabled: AWS no longer refuses to delete it.")
FORCE_DESTROY = Rule(
    "force-destroy", _LOST, "From now on destroying the bucket deletes its objects instead of failing."
)
FAILURES_DROPPED = Rule(
    "failures-dropped",
    _LOST,
    "Failed records or notifications are no longer kept, are kept elsewhere, or whole batches fail with them.",
)
COPY_REMOVED = Rule("copy-removed", _LOST, "The copy in another region is deleted.")
