"""The signing keys in Secrets Manager."""
# ruff: noqa: N803 - AWS writes its parameters so

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.receiver.signature import flaws_of, keys_of
from lambda_code.shared.errors import UnavailableError

_PREVIOUS = "AWSPREVIOUS"
_STAGES = ("AWSCURRENT", _PREVIOUS)  # while a secret is rotated, senders may still use the previous one
_PATIENCE_SECONDS = 1.0  # after a slower answer, no other version is read: there is little time (see aws.SECRETS)

_log = logging.getLogger(__name__)


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
            self._keys = self._read_all()
            self._read_at = self._clock()
        return self._keys

    def _read_all(self) -> tuple[bytes, ...]:
        keys: list[bytes] = []
        begun = self._clock()
        for stage in _STAGES:
            if self._clock() - begun > _PATIENCE_SECONDS:
                raise UnavailableError("Secrets Manager answers too slowly")
            keys += self._read(stage)
        return tuple(keys)

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
        secret = answer.get("SecretString", "")  # a version can exist without a text
        keys, flaws = keys_of(secret), flaws_of(secret)
        for flaw in flaws:
            _log.warning("the signing secret is unusual", extra={"stage": stage, "reason": flaw})
        if not keys and stage != _PREVIOUS:
            raise UnavailableError("; ".join(["the signing secret contains no key", *flaws]))
        return keys
