"""A small vocabulary to read what synthesis wrote."""

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotated_types import Le

from stacks.identity import StackIdentity, read_identities
from stacks.settings import FUNCTIONS, Environment
from stacks.settings.fields import fields_at
from tests.unit.settings.factory import make_settings

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stack:
    """One synthesized stack; resources are found by type and logical id (a hash at its end may be left out)."""

    name: str
    folder: Path
    json: Json
    identity: StackIdentity

    def resources(self, type_: str) -> dict[str, Json]:
        """All resources of the type, by logical id."""
        found: dict[str, Json] = self.json["resource"].get(type_, {})
        return found

    def resource(self, type_: str, id_: str) -> Json:
        """The resource of the type with this logical id, exact or with cdktf's hash behind it."""
        found = [body for name, body in self.resources(type_).items() if name == id_ or name[:-9] == id_]
        assert len(found) == 1, f"{len(found)} resources {type_}.{id_} in {self.name}: {sorted(self.resources(type_))}"
        return found[0]

    def arguments(self, type_: str, id_: str) -> Json:
        """A copy of what the resource is given, without cdktf's notes about it: for comparing it whole."""
        return {name: deepcopy(value) for name, value in self.resource(type_, id_).items() if name != "//"}

    def addresses(self) -> list[str]:
        """Every resource's address, sorted."""
        return sorted(f"{type_}.{id_}" for type_, bodies in self.json["resource"].items() for id_ in bodies)

    def policy(self, type_: str, id_: str) -> dict[str, Json]:
        """The statements of a resource's policy, by sid."""
        document = json.loads(self.resource(type_, id_)["policy"])
        return {statement["Sid"]: statement for statement in document["Statement"]}

    def granted(self, function: str) -> dict[str, Json]:
        """The statements of a function's role, by sid."""
        return self.policy("aws_iam_role_policy", f"{function}_policy")

    @property
    def outputs(self) -> dict[str, Json]:
        """Outputs by name."""
        found: dict[str, Json] = self.json["output"]
        return found


def read_stacks(outdir: Path) -> dict[str, Stack]:
    """Every stack that a synthesis wrote to `outdir`, by name."""
    manifest = json.loads((outdir / "manifest.json").read_text())["stacks"]
    identities = read_identities(outdir)
    paths = {name: outdir / entry["synthesizedStackPath"] for name, entry in manifest.items()}
    return {
        name: Stack(name, path.parent, json.loads(path.read_text()), identities[name]) for name, path in paths.items()
    }


def _variant(name: str, **overrides: Any) -> Environment:
    return Environment(name=name, suffix=name, settings=make_settings(**overrides))


def _most(function: str) -> int:
    """The longest that the function may run, in seconds."""
    (most,) = (note.le for note in fields_at((function,))["timeout_seconds"].metadata if isinstance(note, Le))
    assert isinstance(most, int)
    return most


# A value of its own for every setting that reaches a resource: whatever is swapped, forgotten or hard-coded is seen.
UNUSUAL: Json = {
    "project": "zap",
    "account_id": "444455556666",
    "regions": ["ap-south-1"],
    "owner": "owner of it",
    "cost_centre": "centre of it",
    "repository": "https://git.example.com/repository",
    "architecture": "x86_64",
    "state": {"region": "eu-north-1", "noncurrent_version_days": 61},
    "api": {
        "signing_secret_version": 7,
        "cors_origins": ["https://one.example.com", "https://two.example.com"],
        "throttle_rate_per_second": 311,
        "throttle_burst": 613,
    },
    "stream": {"shards": 3, "retention_hours": 240},
    # Any other function gets values of its own, too.
    **{
        function: {"memory_mb": 4444 + n, "timeout_seconds": _most(function) - n, "reserved_concurrency": 155 + n}
        for n, function in enumerate(FUNCTIONS, start=1)
    },
    "receiver": {"memory_mb": 1111, "timeout_seconds": 21, "reserved_concurrency": 31, "tracing": True},
    "processor": {"memory_mb": 2222, "timeout_seconds": 122, "reserved_concurrency": 42},
    "importer": {"memory_mb": 3333, "timeout_seconds": 533, "reserved_concurrency": 53},
    "compactor": {"memory_mb": 4443, "timeout_seconds": 643, "reserved_concurrency": 63},
    "inbox": {"ignored_names": ["*.part", "ü?"], "records_path": {"AWSLogs/": "Records", "a/": "detail.items"}},
    "mapping": {
        "batch_size": 777,
        "batching_window_seconds": 13,
        "parallelization_factor": 4,
        "maximum_retry_attempts": 17,
        "maximum_record_age_seconds": 54321,
    },
    "storage": {
        "archive_transition_days": 44,
        "archive_expiration_days": 444,
        "raw_expiration_days": 222,
        "noncurrent_version_days": 33,
        "inbox_expiration_days": 22,
        "failures_expiration_days": 88,
        "access_log_expiration_days": 66,
    },
    "query": {"scan_limit_mb": 51_234, "results_expiration_days": 10},
    "deduplication": {"days": 101},
    "ledger": {"point_in_time_recovery": False},
    "ledger_capacity": {"minimum_units": 41, "maximum_units": 4141, "target_percent": 62},
    "observability": {"tracing": False, "log_retention_days": 545, "log_level": "DEBUG", "platform_logs": True},
    "alarms": {
        "emails": ["one@example.com", "two@example.com"],
        "urls": ["https://all.example.com/hook"],
        "page_emails": ["night@example.com"],
        "page_urls": ["https://night.example.com"],
        "evaluation_minutes": 9,
        "lambda_errors": 2,
        "lambda_error_percent": 12,
        "duration_percent": 70,
        "concurrency_percent": 60,
        "throttled_count": 14,
        "throttled_percent": 16,
        "api_4xx_count": 18,
        "api_4xx_percent": 35,
        "api_5xx_count": 6,
        "api_5xx_percent": 19,
        "api_latency_ms": 1234,
        "minimum_requests_per_hour": 99,
        "failed_events": 24,
        "failed_events_percent": 26,
        "iterator_age_minutes": 140,
        "iterator_age_percent": 15,
        "quarantined_events": 8,
    },
    "protection": {
        "force_destroy": True,
        "deletion_protection": False,
        "kms_deletion_window_days": 11,
        "secret_recovery_window_days": 0,
    },
    "budget": {"monthly_usd": 55},
    "delivery": {
        "repository": "someone@12/other.repo@34",
        "branch": "trunk",
        "create_provider": False,
        "approval": "dispatch",
        "approvers": [583231, 9919],
        "previews": True,
    },
}

# Environments that differ from the least valid settings in one thing each (or in all): stacks `tap-<name>-us-east-1`,
# but for `zap-unusual-ap-south-1`.
VARIANTS = (
    _variant("plain"),
    _variant("iam", api={"auth": "iam"}),
    _variant("jwt", api={"auth": "jwt", "jwt_issuer": "https://login.example.com/", "jwt_audience": ["tap"]}),
    _variant("open", api={"auth": "open"}),
    _variant("browser", api={"cors_origins": ["https://app.example.com"]}),
    _variant("forgetful", deduplication={"days": 0}),
    _variant("unasked", query={"enabled": False}),
    _variant("uncompacted", query={"compaction": False}),
    _variant("untraced", observability={"tracing": False}),
    _variant("elastic", stream={"mode": "ON_DEMAND"}),
    _variant("scaled", ledger_capacity={}),
    _variant(
        "watchful",
        alarms={
            "emails": ["alerts@example.com"],
            "minimum_requests_per_hour": 5,
            "account_concurrency": 2000,
            "api_5xx_percent": 0,
        },
    ),
    _variant("destroyable", protection={"force_destroy": True, "deletion_protection": False}),
    _variant("thrifty", budget={"monthly_usd": 50}, alarms={"emails": ["alerts@example.com"]}),
    _variant(
        "single",
        receiver={"reserved_concurrency": 1},
        processor={"reserved_concurrency": 2},
        mapping={"parallelization_factor": 2},
    ),
    _variant("intel", architecture="x86_64"),
    _variant(
        "strict",
        production=True,
        observability={"log_retention_days": 365},
        alarms={"emails": ["alerts@example.com"]},
    ),
    _variant("delivered", delivery={"repository": "example/tapstack"}),
    _variant("unusual", **UNUSUAL),
    _variant(
        "edged",
        regions=["us-east-1", "eu-west-1"],
        edge={"domain_name": "events.example.com", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"},
        delivery={"repository": "example/tapstack"},
    ),
)
