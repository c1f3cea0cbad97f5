"""The functions of the pipeline: the settings of each."""

from pydantic import Field

from modules.function_settings import FunctionSettings
from modules.http_api_settings import LONGEST_FUNCTION_SECONDS


class ReceiverSettings(FunctionSettings):
    """The function that accepts requests and puts their events into the stream."""

    timeout_seconds: int = Field(
        10,
        ge=1,
        le=LONGEST_FUNCTION_SECONDS,
        description="Below the 30 seconds that the API waits (API Gateway: Quotas for HTTP APIs)",
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
