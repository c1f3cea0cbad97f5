"""The failures bucket and the processor on AWS, or on an emulator (AWS_ENDPOINT_URL)."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, TokenRetrievalError

from tools.replay.batch import PREFIX
from tools.replay.ports import Answer, ServiceError
from tools.replay.target import Target

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

_LONGEST_SECONDS = 900 + 10  # a function's longest timeout (Lambda quotas), and the way back
_Made = TypeVar("_Made")

_ADVICE = {
    "ExpiredIteratorException": "reading took too long: run it again, for a shorter time",
    "NoSuchBucket": "is the stack deployed, in this account and region?",
    "ResourceNotFoundException": "is the stack deployed, in this account and region?",
    "AccessDenied": "see the permissions in --help",
    "AccessDeniedException": "see the permissions in --help",
    "TooManyRequestsException": "the processor is throttled: wait, or give a smaller --concurrency",
    "ExpiredToken": "log in again",
    "ExpiredTokenException": "log in again",
    "InvalidClientTokenId": "are these credentials of the stack's account?",
    "UnrecognizedClientException": "are these credentials of the stack's account?",
}


class S3Failures:
    """The bucket. Removed objects stay there as noncurrent versions until their lifecycle rule expires them."""

    def __init__(self, client: "S3Client", target: Target) -> None:
        self._client = client
        self._bucket = target.failures_bucket
        self._owner = target.account_id  # a bucket of that name in another account is refused

    def keys(self) -> Iterator[str]:
        """The names of all objects below the mapping's prefix. Raises ServiceError."""
        pages = iter(
            self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=PREFIX, ExpectedBucketOwner=self._owner
            )
        )
        while page := asked(f"listing {self._bucket}", lambda: next(pages, None)):
            yield from (each["Key"] for each in page.get("Contents", ()))

    def read(self, key: str) -> bytes | None:
        """An object's content; None if it is no longer there. Raises ServiceError."""
        return asked(f"reading {key}", lambda: self._read(key))

    def _read(self, key: str) -> bytes | None:
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key, ExpectedBucketOwner=self._owner)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        return answer["Body"].read()

    def remove(self, key: str) -> None:
        """Put a delete marker over the object. Raises ServiceError."""
        asked(
            f"removing {key} (which is stored: replaying it again does no harm)",
            lambda: self._client.delete_object(Bucket=self._bucket, Key=key, ExpectedBucketOwner=self._owner),
        )


class LambdaProcessor:
    """The function."""

    def __init__(self, client: "LambdaClient", target: Target) -> None:
        self._client = client
        self._name = target.processor

    def invoke(self, payload: bytes) -> Answer:
        """Invoke and wait. Raises ServiceError."""
        return asked(f"invoking {self._name}", lambda: self._invoke(payload))

    def _invoke(self, payload: bytes) -> Answer:
        answer = self._client.invoke(FunctionName=self._name, InvocationType="RequestResponse", Payload=payload)
        return Answer(answer["Payload"].read(), answer.get("FunctionError"))


def connect(target: Target, *, concurrency: int) -> tuple[S3Failures, LambdaProcessor]:
    """Both, with the caller's own credentials; on an emulator with those of its account. Raises ServiceError."""
    emulator = target.endpoint_url is not None
    # The connection is idle during an invocation: no retry may overtake it, and no router may drop it.
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 6},
        connect_timeout=5,
        read_timeout=_LONGEST_SECONDS,
        tcp_keepalive=True,
        max_pool_connections=concurrency,
        s3={"addressing_style": "path" if emulator else "auto"},
    )

    def make() -> tuple[S3Failures, LambdaProcessor]:
        session = session_of(target)
        s3 = session.client("s3", config=config, endpoint_url=target.endpoint_url)
        function = session.client("lambda", config=config, endpoint_url=target.endpoint_url)
        return S3Failures(s3, target), LambdaProcessor(function, target)

    return asked("connecting", make)


def session_of(target: Target) -> boto3.Session:
    """A session in the stack's region, with the caller's own credentials; on an emulator with those of its account."""
    emulator = target.endpoint_url is not None
    return boto3.Session(
        region_name=target.region,
        aws_access_key_id=target.account_id if emulator else None,
        aws_secret_access_key="emulator" if emulator else None,
    )


def asked(what: str, do: Callable[[], _Made]) -> _Made:
    """What `do` returns. Raises ServiceError, which says what was tried and what to do now."""
    try:
        return do()
    except (NoCredentialsError, TokenRetrievalError):
        raise ServiceError(f"{what}: no AWS credentials: log in, or set AWS_PROFILE") from None
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        raise ServiceError(
            f"{what}: {code}: {message} ({_ADVICE.get(code, 'nothing is lost: run it again')})"
        ) from None
    except BotoCoreError as error:
        raise ServiceError(f"{what}: {error}") from None
