"""Keys and secrets."""

from collections.abc import Iterator

from tools.cost.flow import HOURS, SECONDS
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource

_PAID_ROTATIONS = 2  # each adds the price of a key, later ones don't (KMS pricing)


def key(context: Context, resource: Resource) -> Iterator[Line]:
    """The key, its rotations, and what services ask it for, if it is the one of the events."""
    rotations = min(_PAID_ROTATIONS, (context.traffic.months - 1) // 12) if resource.get("enable_key_rotation") else 0
    yield context.line("KMS", "key", "kms_key", 1 + rotations, "fixed")
    if resource.id == "key":
        yield context.line("KMS", "requests", "kms_request", _requests(context))


def secret(context: Context, resource: Resource) -> Iterator[Line]:
    """The secret, and as many again as it has replicas."""
    secrets = 1 + len(resource.blocks("replica"))
    yield context.line("Secrets Manager", "signing secret", "secret", secrets, "fixed")


def secret_reads(context: Context) -> float:
    """How often the receiver reads the signing secret, where requests are signed."""
    receiver = context.resources.find("aws_lambda_function", "receiver")
    if receiver is None or receiver.get("environment.variables.TAP_API_AUTH") != "signature":
        return 0.0
    return context.flow.functions["receiver"].at_a_time * HOURS * context.figure("secret_reads_per_hour")


def _requests(context: Context) -> float:
    """Data keys of the stream and the table, keys of buckets, and the secret; nothing without events."""
    flow = context.flow
    if not flow.events:
        return 0.0
    run = {name: each.at_a_time for name, each in flow.functions.items()}
    users = run["receiver"] + run["importer"] + run["processor"] + (run["processor"] if flow.deduplicates else 0)
    objects = flow.s3_requests * SECONDS * context.figure("bucket_key_share")
    return users * SECONDS / context.figure("data_key_seconds") + objects + secret_reads(context)
