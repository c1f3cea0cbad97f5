"""What of a plan may be shown.

A plan holds secrets in plain text. So values are shown only of attributes named here, only numbers, booleans and
short words, and never where Terraform marks them, or anything around them, as sensitive. Others are only named.
"""

from __future__ import annotations

import re

from tools.plan_review.model import Change, Json

# Sizes, ages, switches and modes. Free texts, names that people choose, and ids don't belong here.
SHOWN = frozenset(
    """
    actions_enabled allow_credentials api_key_required application_log_level authorization_type batch_size
    billing_mode bisect_batch_on_function_error block_public_acls block_public_policy bucket_key_enabled
    comparison_operator datapoints_to_alarm days deletion_protection_enabled deletion_window_in_days
    detailed_metrics_enabled enable_key_rotation enabled encryption_type enforce_consumer_deletion evaluation_periods
    force_destroy ignore_public_acls is_enabled max_age maximum_batching_window_in_seconds
    maximum_event_age_in_seconds maximum_record_age_in_seconds maximum_retry_attempts memory_size
    message_retention_seconds mode noncurrent_days object_ownership parallelization_factor period protocol_type
    recovery_window_in_days reserved_concurrent_executions restrict_public_buckets retention_in_days retention_period
    runtime secret_string_wo_version shard_count source_code_hash sse_algorithm starting_position statistic status
    stream_mode system_log_level threshold throttling_burst_limit throttling_rate_limit timeout timeout_milliseconds
    treat_missing_data visibility_timeout_seconds
    """.split()  # noqa: SIM905 - words, not a page of quotes
)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+/=.:$-]{0,63}")


def may_be_shown(path: str) -> bool:
    """Whether the attribute is on the list."""
    return path.rpartition(".")[2] in SHOWN


def shown(change: Change, path: str) -> str | None:
    """`old -> new` of an attribute on the list, or `None` where that may not be shown."""
    if not may_be_shown(path) or change.is_sensitive(path):
        return None
    return described(change.old(path), change.new(path), unknown=change.is_unknown(path))


def described(old: Json, new: Json, *, unknown: bool) -> str | None:
    """The same of values that are known to be harmless."""
    before, after = _text(old), "known after apply" if unknown else _text(new)
    return None if before is None or after is None else f"{before} -> {after}"


def _text(value: Json) -> str | None:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)[:20]
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None
