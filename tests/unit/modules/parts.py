"""Constructs in a stack of their own, for tests of what they refuse; what they write is read from `every_stack`."""

from cdktf import App

from modules.bucket import Bucket, BucketProps
from modules.bucket_lifecycle_settings import ObjectAges
from modules.encryption_key import EncryptionKey
from modules.event_stream import EventStream
from modules.event_stream_settings import StreamSettings
from modules.function import Code, Function, FunctionProps
from modules.function_settings import FunctionSettings
from modules.named_stack import NamedStack
from modules.names import Names
from modules.observability_settings import ObservabilitySettings
from modules.protection_settings import ProtectionSettings

NAMES = Names(project="tap", suffix="dev", region="us-east-1", account_id="111111111111")
PROTECTION = ProtectionSettings()


def bare_stack() -> NamedStack:
    """A stack that is never synthesized."""
    return NamedStack(App(), "bare", names=NAMES)


def make_key(stack: NamedStack) -> EncryptionKey:
    """A key with ordinary properties."""
    return EncryptionKey(stack, "key", purpose="pipeline", protection=PROTECTION)


def make_bucket(stack: NamedStack, id_: str = "inbox") -> Bucket:
    """A bucket with ordinary properties."""
    ages = ObjectAges(noncurrent_days=30)
    return Bucket(stack, id_, BucketProps(purpose=id_, key=None, ages=ages, protection=PROTECTION))


def make_stream(stack: NamedStack, key: EncryptionKey, settings: StreamSettings) -> EventStream:
    """A stream with these settings."""
    return EventStream(stack, "events", key=key, settings=settings, protection=PROTECTION)


def make_function(stack: NamedStack, key: EncryptionKey, *, timeout_seconds: int = 10) -> Function:
    """A function whose package is this file."""
    code = Code(path=__file__, sha256_base64="", handler="handler.handle")
    props = FunctionProps(
        key=key,
        code=code,
        settings=FunctionSettings(timeout_seconds=timeout_seconds),
        observability=ObservabilitySettings(),
        architecture="arm64",
        variables={},
    )
    return Function(stack, "processor", props)
