"""Constructs in a stack of their own, for tests of what they refuse; what they write is read from `every_stack`."""

from cdktf import App, TerraformStack

from modules.bucket import Bucket, BucketProps
from modules.bucket_lifecycle import ObjectAges
from modules.encryption_key import EncryptionKey
from modules.event_stream import EventStream
from modules.function import Code, Function, FunctionProps
from modules.names import Names

NAMES = Names(project="tap", suffix="dev", region="us-east-1", account_id="111111111111")


def bare_stack() -> TerraformStack:
    """A stack that is never synthesized."""
    return TerraformStack(App(), "bare")


def make_key(stack: TerraformStack) -> EncryptionKey:
    """A key with ordinary properties."""
    return EncryptionKey(stack, "key", names=NAMES, purpose="pipeline", deletion_window_days=7, protect=False)


def make_bucket(stack: TerraformStack, id_: str = "inbox") -> Bucket:
    """A bucket with ordinary properties."""
    ages = ObjectAges(noncurrent_days=30)
    props = BucketProps(purpose=id_, names=NAMES, key=None, ages=ages, force_destroy=False, protect=False)
    return Bucket(stack, id_, props)


def make_stream(stack: TerraformStack, key: EncryptionKey, *, retention_hours: int = 24) -> EventStream:
    """A stream with ordinary properties."""
    return EventStream(stack, "events", names=NAMES, key=key, shards=1, retention_hours=retention_hours, protect=False)


def make_function(
    stack: TerraformStack, key: EncryptionKey, *, memory_mb: int = 512, timeout_seconds: int = 10
) -> Function:
    """A function whose package is this file."""
    code = Code(path=__file__, sha256_base64="", handler="handler.handle")
    props = FunctionProps(
        names=NAMES,
        key=key,
        code=code,
        memory_mb=memory_mb,
        timeout_seconds=timeout_seconds,
        log_retention_days=30,
        variables={},
    )
    return Function(stack, "processor", props)
