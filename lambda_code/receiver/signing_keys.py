"""The signing keys, as Secrets Manager holds them."""
# ruff: noqa: N803 - AWS writes its parameters so

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.receiver.signature import keys_of
from lambda_code.shared.errors import UnavailableError

_PREVIOUS = "AWSPREVIOUS"
_STAGES = ("AWSCURRENT", _PREVIOUS)  # while a secret is rotated, senders may still use the one before


class SecretsClient(Protocol):
    """The part of the SDK's Secrets Manager client that is used."""

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> Mapping[str, Any]:
        """Read one version of a secret."""


class SigningKeys:
    """Reads the active keys and keeps them for a while."""

    def __init__(self, client: SecretsClient, secret_arn: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._secret_arn = secret_arn
        self._clock = clock
        self._keys: tuple[bytes, ...] = ()
        self._read_at = float("-inf")

    def newer_than(self, seconds: float) -> tuple[bytes, ...]:
        """The keys as they were at most so many seconds ago; raises UnavailableError."""
        if self._clock() - self._read_at > seconds:
            self._keys = tuple(key for stage in _STAGES for key in self._read(stage))
            self._read_at = self._clock()
        return self._keys

    def _read(self, stage: str) -> tuple[bytes, ...]:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_arn, VersionStage=stage)
        except ClientError as error:
            missing = error.response["Error"]["Code"] == "ResourceNotFoundException"
            if missing and stage == _PREVIOUS:
                return ()
            raise UnavailableError(str(error)) from error
        except BotoCoreError as error:
            raise UnavailableError(str(error)) from error
        keys = keys_of(answer.get("SecretString", ""))  # a version can be there and hold no text
        if not keys and stage != _PREVIOUS:
            raise UnavailableError("the signing secret holds no key")
        return keys
