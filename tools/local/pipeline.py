"""A deployed pipeline, as its users see it."""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.local.accounts import Account
from tools.local.archive import Archive, Arrival, Event
from tools.local.events import cloud_event, post_event, request
from tools.progress import Progress

FILE_LINES = 3


@dataclass(frozen=True, slots=True)
class Hop:
    """A part of the path of an event, and how long it took in seconds."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Journey:
    """What was sent, its path, and where it was stored."""

    what: str
    region: str
    hops: Sequence[Hop]
    bucket: str
    arrivals: Sequence[Arrival]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """The pipeline of a region."""

    account: Account
    outputs: Mapping[str, str]
    progress: Progress

    @property
    def url(self) -> str:
        """The API's address on the emulator; the output `api_url` is the one on AWS."""
        return f"{self.account.url}/_aws/execute-api/{self.outputs['api_id']}/$default"

    def is_healthy(self) -> bool:
        """Tell whether GET /health returns 200."""
        return request(f"{self.url}/health").status == 200

    def send_event(self, data: object) -> Journey:
        """Sends an event, signed if the API asks for it, and waits until it is in the archive; raises LocalError."""
        archive, event = self._archive(), cloud_event(data)
        secret = self._secret()
        what = "signed event" if secret else "event"
        with self.progress.step(f"{what.capitalize()}, {self.account.region}") as step:
            answer = post_event(self.url, secret, event)
            accepted_at = time.time()
            arrivals = archive.wait_for(
                1,
                lambda found: (found["source"], found["id"]) == (event["source"], event["id"]),
                lambda text: setattr(step, "detail", f"{text} in the archive"),
            )
        hops = [Hop("request", answer.seconds), Hop("stream -> archive", arrivals[0].seen_at - accepted_at)]
        return Journey(what, self.account.region, hops, archive.bucket, arrivals)

    def drop_file(self) -> Journey:
        """Uploads a file of JSON lines to the inbox, and waits until all are in the archive; raises LocalError."""
        archive, run = self._archive(), str(uuid.uuid4())
        lines = [json.dumps({"hello": "file", "run": run, "line": number + 1}) for number in range(FILE_LINES)]
        what = f"file of {FILE_LINES} lines"
        with self.progress.step(f"{what.capitalize()}, {self.account.region}") as step:
            started_at = time.time()
            self.account.client("s3").put_object(
                Bucket=self.outputs["inbox_bucket"], Key=f"incoming/{run}.ndjson", Body="\n".join(lines).encode()
            )
            uploaded_at = time.time()
            arrivals = archive.wait_for(
                FILE_LINES,
                lambda found: isinstance(found.get("data"), dict) and found["data"].get("run") == run,
                lambda text: setattr(step, "detail", f"{text} in the archive"),
            )
        imported_at = _time(arrivals[0].event)
        hops = [
            Hop("upload", uploaded_at - started_at),
            Hop("inbox -> importer", max(imported_at - uploaded_at, 0)),
            Hop("stream -> archive", max(one.seen_at for one in arrivals) - imported_at),
        ]
        return Journey(what, self.account.region, hops, archive.bucket, arrivals)

    def _archive(self) -> Archive:
        archive = Archive(self.account.client("s3"), self.outputs["archive_bucket"])
        archive.skip_what_is_there()
        return archive

    def _secret(self) -> str | None:
        if "signing_secret_arn" not in self.outputs:
            return None  # another api.auth
        client = self.account.client("secretsmanager")
        return str(client.get_secret_value(SecretId=self.outputs["signing_secret_arn"])["SecretString"])


def _time(event: Event) -> float:
    """When a function received the event."""
    return datetime.fromisoformat(event["taptime"]).timestamp()
