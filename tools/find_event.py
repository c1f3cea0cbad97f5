"""`make find-event STACK=... SOURCE=... ID=...`: where an event is, from its row in the ledger to its archived line."""

import argparse
import gzip
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.replay.ports import ServiceError
from tools.replay.services import asked, session_of
from tools.replay.target import Target, TargetError, add_outputs, find_target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

ENVIRONMENTS = Path(__file__).parents[1] / "environments"

_ABOUT = "Look an event up in a stack's ledger, and read its line in the archive."
_MORE = """\
exit status: 0 it is in the archive, 1 it isn't or a service refused, 2 wrong usage.
permissions: dynamodb:GetItem on the ledger; s3:GetObject, s3:GetObjectVersion and s3:ListBucketVersions on the archive;
kms:Decrypt with the stack's key through both."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger: the record that has claimed the event, the object of its line, when it is forgotten."""

    sequence: str
    object_key: str
    expires: datetime


class Places:
    """The ledger and the archive of a stack. Methods raise ServiceError."""

    def __init__(self, dynamodb: "DynamoDBClient", s3: "S3Client", target: Target) -> None:
        self._dynamodb, self._s3 = dynamodb, s3
        self._bucket, self._owner, self._table = target.archive_bucket, target.account_id, target.ledger_table or ""

    def row(self, source: str, id_: str) -> Row | None:
        """The event's row. Its key is that of the processor (lambda_code/shared/attributes.py, `identity`)."""
        key: Any = {"id": {"S": f"{source} {id_}"}}
        answer: Any = asked(f"reading {self._table}", lambda: self._dynamodb.get_item(TableName=self._table, Key=key))
        item = answer.get("Item")
        if item is None:
            return None
        expires = datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC)
        return Row(item["sequence_number"]["S"], item["object_key"]["S"], expires)

    def versions(self, key: str) -> list[tuple[str, bool]]:
        """The id of each version of an object, and whether it is the one that is there now; the newest first."""
        pages = self._s3.get_paginator("list_object_versions").paginate(
            Bucket=self._bucket, Prefix=key, ExpectedBucketOwner=self._owner
        )
        found = asked(f"listing the versions of {key}", lambda: [*pages])
        ours = [one for page in found for one in page.get("Versions", []) if one["Key"] == key]
        return [(one["VersionId"], one["IsLatest"]) for one in ours]

    def lines(self, key: str, version: str) -> Iterator[str]:
        """The lines of a version of an object."""
        body = asked(
            f"reading {key}",
            lambda: self._s3.get_object(
                Bucket=self._bucket, Key=key, VersionId=version, ExpectedBucketOwner=self._owner
            )["Body"].read(),
        )
        yield from gzip.decompress(body).decode().splitlines()


def connect(target: Target) -> Places:
    """Both, with the caller's own credentials. Raises ServiceError."""

    def make() -> Places:
        session = session_of(target)
        dynamodb = session.client("dynamodb", endpoint_url=target.endpoint_url)
        return Places(dynamodb, session.client("s3", endpoint_url=target.endpoint_url), target)

    return asked("connecting", make)


def find(places: Places, source: str, id_: str) -> int:
    """Say where the event is; returns the exit status."""
    row = places.row(source, id_)
    if row is None:
        print("not in the ledger: no processor has seen it, or too long ago")
        return 1
    print(f"ledger: record {row.sequence}, object {row.object_key}, remembered until {row.expires:%Y-%m-%d %H:%M} UTC")
    for version, is_latest in places.versions(row.object_key):
        for line in places.lines(row.object_key, version):
            event = json.loads(line)
            if (event["source"], event["id"]) == (source, id_):
                print("stored:" if is_latest else f"was in its object, in version {version}:")
                print(line)
                return 0 if is_latest else 1
    print("claimed, but not in its object: its batch is being retried, or waits for replay, or was lost")
    return 1


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run the command; returns its exit status."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if empty := [name for name in ("stack", "source", "id") if not getattr(chosen, name)]:
        allowed = "make find-event STACK=tap-dev-us-east-1 SOURCE=/shop ID=order-1"
        parser.error(f"{', '.join(empty).upper()}: empty; allowed: {allowed}")
    try:
        target = find_target(chosen.stack, chosen.outputs, ENVIRONMENTS, environ)
        if target.ledger_table is None:
            raise TargetError(f"{chosen.stack} has no ledger (deduplication.days is 0): search its archive")
        return find(connect(target), chosen.source, chosen.id)
    except TargetError as error:
        print(error, file=sys.stderr)
        return 2
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tools.find_event",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--stack", required=True, help="such as tap-dev-us-east-1")
    made.add_argument("--source", required=True, help="the event's source, as it was sent")
    made.add_argument("--id", required=True, help="the event's id, as it was sent")
    add_outputs(made)
    return made


if __name__ == "__main__":
    sys.exit(main())
