"""The functions of the pipeline: the settings of each."""

from pydantic import Field

from modules.function_settings import FunctionSettings
from modules.http_api_settings import LONGEST_FUNCTION_SECONDS

# Within which the receiver answers even if Secrets Manager hangs, and then the stream.
SIGNED_REQUEST_SECONDS = 10


class ReceiverSettings(FunctionSettings):
    """The function that accepts requests and puts their events into the stream."""

    timeout_seconds: int = Field(
        SIGNED_REQUEST_SECONDS,
        ge=4,
        le=LONGEST_FUNCTION_SECONDS,
        description="Below the 30 seconds that the API waits (API Gateway: Quotas for HTTP APIs), above the 3.5 after "
        f"which a hanging call to the stream is ended; at least {SIGNED_REQUEST_SECONDS} where `api.auth` is "
        "signature, as the secret is read first",
    )


class ProcessorSettings(FunctionSettings):
    """The function that stores events from the stream."""

    timeout_seconds: int = Field(
        60,
        ge=22,
        le=900,
        description="Time for one batch; above the 21 seconds after which a hanging call to S3 or DynamoDB is ended, "
        "so that the batch is reported and not killed",
    )


class ImporterSettings(FunctionSettings):
    """The function that reads files from the inbox into the stream."""

    timeout_seconds: int = Field(
        900,
        ge=150,
        le=900,
        description="Time for one part of a file; what takes longer goes on in another invocation. 75 seconds are kept "
        "for calls to S3 that hang, and for handing on",
    )


class CompactorSettings(FunctionSettings):
    """The function that lets Athena compact the archive; no event goes through it."""

    memory_mb: int = Field(256, ge=128, le=10240, description="Memory, and CPU with it (Lambda: Lambda quotas)")
    timeout_seconds: int = Field(
        900,
        ge=300,
        le=900,
        description="Time for one run; what it leaves, the next one takes. In the last 3 minutes no further hour is "
        "begun",
    )
