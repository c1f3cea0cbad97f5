"""A deployed pipeline, as its users and its operators see it."""

import gzip
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.account import Account
from tests.integration.terraform import Json, Terraform

_WAIT_SECONDS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """Where it is, what was planned for it, and what it says about itself."""

    account: Account
    terraform: Terraform
    plan_file: Path
    plan: Json
    outputs: Mapping[str, str]

    def client(self, service: str) -> Any:
        """A boto3 client of the account that it is in."""
        return self.account.client(service)

    def request(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Json]:
        """Status and content of the API's answer."""
        # The emulator answers /health itself at the API's own address.
        url = f"{self.account.url}/_aws/execute-api/{self.outputs['api_id']}/$default{path}"
        request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - our own URL
        try:
            with urllib.request.urlopen(request, timeout=_WAIT_SECONDS) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)

    def stored_events(self) -> list[Json]:
        """Every event of the archive."""
        s3, bucket = self.client("s3"), self.outputs["archive_bucket"]
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        bodies = (s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys)
        return [json.loads(line) for body in bodies for line in gzip.decompress(body).splitlines()]

    def wait_for_event(self, matches: Callable[[Json], bool]) -> list[Json]:
        """The events of the archive that match, as soon as there is one."""
        end = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < end:
            if found := [event for event in self.stored_events() if matches(event)]:
                return found
            time.sleep(0.2)
        raise AssertionError(f"no such event within {_WAIT_SECONDS} s; the archive holds {self.stored_events()}")
