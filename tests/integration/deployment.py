"""A deployed pipeline, as its users and its operators see it."""

import gzip
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modules.names import Kind, Names
from stacks.settings import Settings
from tests.integration.outputs import Outputs
from tests.integration.target import Target
from tests.synthesized import Json

_REQUEST_SECONDS = 40
# Batching window, cold starts and retries of the emulator's poll; on AWS the slowest is a first notification of S3.
_WAIT_SECONDS = 30
_WAIT_ON_AWS_SECONDS = 120
DATA_BUCKETS = ("archive_bucket", "inbox_bucket", "failures_bucket")


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """Where it is, what it was made from, and what it says about itself."""

    target: Target
    outputs: Outputs
    settings: Settings
    suffix: str

    @property
    def stack(self) -> str:
        """The name of its stack."""
        return f"{self.settings.project}-{self.suffix}-{self.target.region}"

    @property
    def names(self) -> Names:
        """Makes the names of what no output names."""
        return Names(
            project=self.settings.project,
            suffix=self.suffix,
            region=self.target.region,
            account_id=self.target.account_id,
        )

    @property
    def functions(self) -> dict[str, str]:
        """The functions' names, by their roles in the pipeline."""
        return {role: self.outputs[f"{role}_function"] for role in self.settings.functions}

    @property
    def log_groups(self) -> dict[str, str]:
        """Names of all log groups, by whose they are."""
        of_functions = {role: f"/aws/lambda/{name}" for role, name in self.functions.items()}
        return of_functions | {"api": f"/aws/vendedlogs/{self.names('api', Kind.API)}"}

    def client(self, service: str) -> Any:
        """A boto3 client of the account and region that it is in."""
        return self.target.client(service)

    def key_arn(self) -> str:
        """The key that the stack's alias leads to."""
        return str(self.client("kms").describe_key(KeyId=self.outputs["key_alias"])["KeyMetadata"]["Arn"])

    def signing_secret(self) -> str:
        """The secret that requests are signed with."""
        client = self.client("secretsmanager")
        return str(client.get_secret_value(SecretId=self.outputs["signing_secret_arn"])["SecretString"])

    def alarms(self) -> list[Json]:
        """Every alarm of the stack."""
        pages = (
            self.client("cloudwatch")
            .get_paginator("describe_alarms")
            .paginate(AlarmNamePrefix=f"{self.settings.project}-")
        )
        end = f"-{self.suffix}-{self.target.region}"
        return [alarm for page in pages for alarm in page["MetricAlarms"] if alarm["AlarmName"].endswith(end)]

    def request(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Json]:
        """Status and content of the API's answer; content that is no JSON is left out."""
        url = self.target.api_url(self.outputs["api_id"], self.outputs["api_url"]) + path
        request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - http and https
        try:
            with urllib.request.urlopen(request, timeout=_REQUEST_SECONDS) as answer:  # noqa: S310
                return answer.status, _content(answer.read())
        except urllib.error.HTTPError as answer:
            return answer.code, _content(answer.read())

    def objects(self, output: str, prefix: str = "", *, since: float = 0) -> Iterator[tuple[str, bytes]]:
        """Key and content of a bucket's objects, those last changed at `since` (seconds since 1970) or later."""
        s3, bucket = self.client("s3"), self.outputs[output]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                if item["LastModified"].timestamp() >= since:
                    yield item["Key"], s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()

    def stored_events(self, *, since: float = 0) -> list[Json]:
        """Every event of the archive, in objects last changed at `since` or later."""
        bodies = (body for _, body in self.objects("archive_bucket", "events/", since=since))
        return [json.loads(line) for body in bodies for line in gzip.decompress(body).splitlines()]

    def wait_for(self, what: str, look: Callable[[], list[Json]]) -> list[Json]:
        """What `look` finds, as soon as it finds something."""
        seconds = _WAIT_SECONDS if self.target.is_emulated else _WAIT_ON_AWS_SECONDS
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(0.2)
        raise AssertionError(f"no {what} within {seconds} s")


def _content(body: bytes) -> Json:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
