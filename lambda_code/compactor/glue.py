"""Calls of the Glue Data Catalog, and what its errors mean."""
# ruff: noqa: N803 - AWS writes its parameters so

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.compactor.ports import ConflictError
from lambda_code.shared.errors import UnavailableError

_Made = TypeVar("_Made")


class NotThereError(UnavailableError):
    """The table, view or partition doesn't exist."""


_ERRORS: Mapping[str, type[UnavailableError]] = {
    "EntityNotFoundException": NotThereError,
    "AlreadyExistsException": ConflictError,
    "ConcurrentModificationException": ConflictError,
}
"""What the codes of the Glue API reference mean here; any other error may pass."""


class GlueClient(Protocol):
    """The part of the SDK's Glue client that is used."""

    def get_table(self, *, DatabaseName: str, Name: str) -> Mapping[str, Any]:
        """A table or view."""

    def get_tables(self, *, DatabaseName: str, Expression: str, **page: str) -> Mapping[str, Any]:
        """A page of tables whose names match."""

    def create_table(self, *, DatabaseName: str, TableInput: dict[str, Any]) -> object:
        """Make a table or view where there is none."""

    def update_table(
        self, *, DatabaseName: str, TableInput: dict[str, Any], VersionId: str, SkipArchive: bool
    ) -> object:
        """Replace a table or view of that version."""

    def delete_table(self, *, DatabaseName: str, Name: str) -> object:
        """Forget a table."""

    def get_partition(self, *, DatabaseName: str, TableName: str, PartitionValues: list[str]) -> Mapping[str, Any]:
        """A partition."""

    def get_partitions(
        self, *, DatabaseName: str, TableName: str, ExcludeColumnSchema: bool, **page: str
    ) -> Mapping[str, Any]:
        """A page of partitions."""

    def create_partition(self, *, DatabaseName: str, TableName: str, PartitionInput: dict[str, Any]) -> object:
        """Make a partition where there is none."""

    def batch_update_partition(self, *, DatabaseName: str, TableName: str, Entries: list[Any]) -> Mapping[str, Any]:
        """Replace partitions; those that were not are in the answer."""


def asked(call: Callable[[], _Made]) -> _Made:
    """What a call answers; raises NotThereError, ConflictError, or UnavailableError."""
    try:
        return call()
    except ClientError as error:
        kind = _ERRORS.get(error.response["Error"]["Code"], UnavailableError)
        raise kind(f"the catalog: {error}") from error
    except BotoCoreError as error:
        raise UnavailableError(f"the catalog: {error}") from error


def there(call: Callable[[], _Made]) -> _Made | None:
    """What is there; None where there is nothing. Raises UnavailableError."""
    try:
        return asked(call)
    except NotThereError:
        return None


def every_page(ask: Callable[..., Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every page of a listing; raises UnavailableError."""
    token: dict[str, str] = {}
    while True:
        page = asked(partial(ask, **token))
        yield page
        if not (following := page.get("NextToken")):
            return
        token = {"NextToken": following}
