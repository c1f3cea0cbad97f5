"""Settings that depend on each other, in every environment."""

import math

from modules.event_source_settings import record_age_seconds
from modules.http_api_settings import LONGEST_FUNCTION_SECONDS
from stacks.functions import SIGNED_REQUEST_SECONDS
from stacks.settings.model import FUNCTIONS
from stacks.settings.rule import Refusal, Rule

_THROTTLING = ("api.throttle_rate_per_second", "api.throttle_burst")


def _record_age(age_seconds: int | None, retention_hours: int) -> Refusal | None:
    """An event must reach the failures bucket before it expires in the stream."""
    if record_age_seconds(age_seconds, retention_hours) < retention_hours * 3600:
        return None
    return Refusal(f"60 to {retention_hours * 3600 - 1}, below stream.retention_hours ({retention_hours} h)")


def _batching_window(
    window_seconds: int, age_seconds: int | None, retention_hours: int, age_percent: int, age_minutes: int
) -> Refusal | None:
    """Waiting for a full batch must neither trigger the lag alarm nor exceed the age of the waiting records."""
    age = record_age_seconds(age_seconds, retention_hours)
    share = f"alarms.iterator_age_percent, {age_percent} % of mapping.maximum_record_age_seconds ({age})"
    alarm_seconds, reason = min((age * age_percent / 100, share), (age_minutes * 60, "alarms.iterator_age_minutes"))
    if window_seconds < alarm_seconds:
        return None
    return Refusal(f"below {alarm_seconds:g}, at which the lag alarm goes off: {reason}")


def _reservations(account: int, *reserved: int | None) -> Refusal | None:
    """Lambda keeps 100 executions for those without a reservation (Lambda API Reference: PutFunctionConcurrency)."""
    total = sum(each or 0 for each in reserved)
    if total == 0 or total <= account - 100:
        return None
    allowed = f"at least {total + 100}, because reserved_concurrency of all functions adds up to {total}"
    return Refusal(allowed, "reserve less, or name the quota that the account really has")


def _deduplication(days: int, retention_hours: int) -> Refusal | None:
    """The ledger must remember an event for as long as the stream can deliver it again."""
    if days == 0 or days * 24 > retention_hours:
        return None
    return Refusal(f"0, or at least {retention_hours // 24 + 1}, above stream.retention_hours ({retention_hours} h)")


def _failures_expiration(days: int, retention_hours: int) -> Refusal | None:
    """A failed batch must not expire before its events do."""
    if days * 24 > retention_hours:
        return None
    return Refusal(f"at least {retention_hours // 24 + 1}, above stream.retention_hours ({retention_hours} h)")


def _replayable(
    failures_days: int, deduplication_days: int, age_seconds: int | None, retention_hours: int
) -> Refusal | None:
    """While a failed batch can be replayed, the ledger must remember which of its events were stored before."""
    age_days = math.ceil(record_age_seconds(age_seconds, retention_hours) / 86_400)
    longest = deduplication_days - age_days - 1
    if deduplication_days == 0 or failures_days <= longest:
        return None
    reason = f"deduplication.days ({deduplication_days}) less the age of records ({age_days} days)"
    return Refusal(
        f"at most {longest}, so that replay finds every claim: {reason}",
        "raise deduplication.days, or lower mapping.maximum_record_age_seconds",
    )


def _archive_expiration(expiration_days: int | None, transition_days: int) -> Refusal | None:
    if expiration_days is None or expiration_days > transition_days:
        return None
    return Refusal(f"at least {transition_days + 1}, above storage.archive_transition_days ({transition_days})")


def _archive_outlives_ledger(expiration_days: int | None, deduplication_days: int) -> Refusal | None:
    """A copy that comes late completes what its row names: that must not restore an object that has expired."""
    if expiration_days is None or expiration_days > deduplication_days:
        return None
    return Refusal(f"at least {deduplication_days + 1}, above deduplication.days ({deduplication_days})")


def _raw_expiration(days: int | None, enabled: bool, compaction: bool) -> Refusal | None:
    """Only what compaction has proven may go."""
    if days is None or (enabled and compaction):
        return None
    key = "query.compaction" if enabled else "query.enabled"
    return Refusal(
        f"no raw_expiration_days, because {key} is false", f"remove it, or set {key} to true: only proven hours expire"
    )


def _raw_outlives_growth(
    days: int | None, deduplication_days: int, failures_days: int, retention_hours: int
) -> Refusal | None:
    """What was removed can't be compared: no event may come into an hour whose objects are gone."""
    growing, reason = max(
        (deduplication_days, f"deduplication.days ({deduplication_days})"),
        (failures_days, f"storage.failures_expiration_days ({failures_days})"),
        (math.ceil(retention_hours / 24), f"stream.retention_hours ({retention_hours} h)"),
    )
    if days is None or days > growing:
        return None
    return Refusal(f"at least {growing + 1}, above {reason}", "until then the hour may get events")


def _raw_before_archive(days: int | None, expiration_days: int | None) -> Refusal | None:
    if days is None or expiration_days is None or days < expiration_days:
        return None
    return Refusal(f"at most {expiration_days - 1}, below storage.archive_expiration_days ({expiration_days})")


def _throttle(name: str, quota_name: str) -> Rule:
    """API Gateway accepts more, but throttles at the account's quota all the same."""

    def within(requests: int, quota: int) -> Refusal | None:
        if requests <= quota:
            return None
        advice = f"if AWS raised it, name what the account really has in {quota_name}"
        return Refusal(f"1 to {quota}, the account's quota", advice)

    return Rule((name, quota_name), within)


def _latency(latency_ms: int, timeout_seconds: int) -> Refusal | None:
    """The receiver answers, or is ended, before."""
    if latency_ms <= timeout_seconds * 1000:
        return None
    return Refusal(f"1 to {timeout_seconds * 1000}, as the receiver ends after receiver.timeout_seconds")


def _requests_of_a_period(number: int, rate: int, burst: int, minutes: int) -> Refusal | None:
    """No more requests come in than the API's throttling lets through."""
    passed = 60 * minutes * rate + burst
    if number <= passed:
        return None
    return Refusal(
        f"1 to {passed}, the requests that api.throttle_rate_per_second ({rate}) and api.throttle_burst ({burst}) let "
        f"through in {minutes} minutes"
    )


def _requests_of_an_hour(number: int, rate: int, burst: int) -> Refusal | None:
    """An alarm below that would never end."""
    return _requests_of_a_period(number, rate, burst, 60)


def _signed_request(timeout_seconds: int, auth: str) -> Refusal | None:
    """A receiver that is killed while it reads the secret answers nothing, and logs no cause."""
    if auth != "signature" or timeout_seconds >= SIGNED_REQUEST_SECONDS:
        return None
    return Refusal(
        f"{SIGNED_REQUEST_SECONDS} to {LONGEST_FUNCTION_SECONDS}, because api.auth is signature",
        "Secrets Manager may take most of it",
    )


def _jwt_issuer(issuer: str | None, auth: str) -> Refusal | None:
    if auth == "jwt" and issuer is None:
        return Refusal("an https URL, because api.auth is jwt", "name the issuer of the tokens")
    if auth != "jwt" and issuer is not None:
        return Refusal("no jwt_issuer, because api.auth is not jwt", "remove it, or set api.auth to jwt")
    return None


def _jwt_audience(audience: tuple[str, ...], auth: str) -> Refusal | None:
    """Without an audience, the API would accept tokens that were issued for somebody else."""
    if auth == "jwt" and not audience:
        return Refusal("at least one audience, because api.auth is jwt", "name what the tokens are issued for")
    if auth != "jwt" and audience:
        return Refusal("no jwt_audience, because api.auth is not jwt", "remove it, or set api.auth to jwt")
    return None


def _failover(auth: str, _edge: object, regions: tuple[str, ...]) -> Refusal | None:
    """A signature of AWS names a region, and HTTP APIs know none that doesn't (SigV4A).

    Source: https://chammock.dev/posts/aws-apigw-multi-region-iam-auth, which tried both kinds of API.
    """
    if auth != "iam" or len(regions) == 1:
        return None
    return Refusal(
        "signature or jwt, because [edge] answers from several regions",
        "a request signed with AWS credentials is good in one region only, so that every failover would refuse it",
    )


def _signing_region(region: str | None, regions: tuple[str, ...]) -> Refusal | None:
    return None if region is None or region in regions else Refusal(f"one of regions: {', '.join(regions)}")


def _shards(_shards: int, mode: str) -> Refusal | None:
    if mode == "PROVISIONED":
        return None
    return Refusal("no shards, because stream.mode is ON_DEMAND", "remove it, or set stream.mode to PROVISIONED")


def _capacity_of_a_ledger(_table: object, days: int) -> Refusal | None:
    return None if days else Refusal("no [ledger_capacity], because deduplication.days is 0", "remove the table")


def _maximum_units(maximum: int, minimum: int) -> Refusal | None:
    return None if maximum >= minimum else Refusal(f"at least {minimum}, which is ledger_capacity.minimum_units")


def _budget(monthly_usd: int, emails: tuple[str, ...]) -> Refusal | None:
    """AWS requires 1 to 10 subscribers for the notification of a budget (AWS Budgets API Reference)."""
    if monthly_usd == 0 or 1 <= len(emails) <= 10:
        return None
    return Refusal(f"0, because alarms.emails names {len(emails) or 'nobody'}", "name 1 to 10 people in alarms.emails")


def _previews(previews: bool, force_destroy: bool, protected: bool, window_days: int) -> Refusal | None:
    """A preview is destroyed after its tests, and may be created again under the same names."""
    if not previews or (force_destroy and not protected and window_days == 0):
        return None
    advice = "set force_destroy to true, deletion_protection to false and secret_recovery_window_days to 0"
    return Refusal(
        "false, because previews could not be destroyed and created again", f"or below [protection] {advice}"
    )


def _approvers(approvers: tuple[int, ...], approval: str) -> Refusal | None:
    """Whoever may run a workflow of the repository could deploy, if the role named nobody."""
    if approval == "dispatch" and not approvers:
        return Refusal("at least one account, because delivery.approval is dispatch", "name who may promote")
    if approval != "dispatch" and approvers:
        return Refusal(
            "no approvers, because delivery.approval is environment", "remove them, or set approval to dispatch"
        )
    return None


TOGETHER = (
    Rule(("mapping.maximum_record_age_seconds", "stream.retention_hours"), _record_age),
    Rule(
        (
            "mapping.batching_window_seconds",
            "mapping.maximum_record_age_seconds",
            "stream.retention_hours",
            "alarms.iterator_age_percent",
            "alarms.iterator_age_minutes",
        ),
        _batching_window,
    ),
    Rule(
        (
            "alarms.account_concurrency",
            *(f"{function}.reserved_concurrency" for function in FUNCTIONS),
        ),
        _reservations,
    ),
    Rule(("deduplication.days", "stream.retention_hours"), _deduplication),
    Rule(("storage.failures_expiration_days", "stream.retention_hours"), _failures_expiration),
    Rule(
        (
            "storage.failures_expiration_days",
            "deduplication.days",
            "mapping.maximum_record_age_seconds",
            "stream.retention_hours",
        ),
        _replayable,
    ),
    Rule(("storage.archive_expiration_days", "storage.archive_transition_days"), _archive_expiration),
    Rule(("storage.archive_expiration_days", "deduplication.days"), _archive_outlives_ledger),
    Rule(("storage.raw_expiration_days", "query.enabled", "query.compaction"), _raw_expiration),
    Rule(
        (
            "storage.raw_expiration_days",
            "deduplication.days",
            "storage.failures_expiration_days",
            "stream.retention_hours",
        ),
        _raw_outlives_growth,
    ),
    Rule(("storage.raw_expiration_days", "storage.archive_expiration_days"), _raw_before_archive),
    _throttle("api.throttle_rate_per_second", "api.account_rate_per_second"),
    _throttle("api.throttle_burst", "api.account_burst"),
    Rule(("receiver.timeout_seconds", "api.auth"), _signed_request),
    # Alarms that could never go off, or never end.
    Rule(("alarms.api_latency_ms", "receiver.timeout_seconds"), _latency),
    *(
        Rule((f"alarms.{number}", *_THROTTLING, "alarms.evaluation_minutes"), _requests_of_a_period)
        for number in ("api_5xx_count", "lambda_errors", "throttled_count")
    ),
    Rule(("alarms.minimum_requests_per_hour", *_THROTTLING), _requests_of_an_hour),
    Rule(("api.jwt_issuer", "api.auth"), _jwt_issuer),
    Rule(("api.jwt_audience", "api.auth"), _jwt_audience),
    Rule(("api.auth", "edge", "regions"), _failover),
    Rule(("edge.signing_region", "regions"), _signing_region),
    Rule(("stream.shards", "stream.mode"), _shards, only_if_given=True),
    Rule(("ledger_capacity", "deduplication.days"), _capacity_of_a_ledger),
    Rule(("ledger_capacity.maximum_units", "ledger_capacity.minimum_units"), _maximum_units),
    Rule(("delivery.approvers", "delivery.approval"), _approvers),
    Rule(("budget.monthly_usd", "alarms.emails"), _budget),
    Rule(
        (
            "delivery.previews",
            "protection.force_destroy",
            "protection.deletion_protection",
            "protection.secret_recovery_window_days",
        ),
        _previews,
    ),
)
