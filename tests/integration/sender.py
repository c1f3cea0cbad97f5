"""A client that can be recognised in everything it sends, and that takes it all away again."""

import base64
import gzip
import json
import time
import uuid
from collections.abc import Iterable
from typing import Any

from tests.integration.deployment import Deployment
from tests.integration.signing import signed
from tests.synthesized import Json

_CLOCKS_DIFFER_SECONDS = 120
_NOT_NOW = (429, 502, 503, 504)  # whoever gets one of these sends the same again
_PAUSE_SECONDS = 0.3


class Sender:
    """Sends events and files; `mark` is in every one of them, and in all that becomes of them.

    A request that is not accepted for now is sent again, `tries` times in all, as a client should do it.
    """

    def __init__(self, deployment: Deployment, *, tries: int = 4) -> None:
        self.deployment = deployment
        self.mark = uuid.uuid4().hex
        self.since = time.time() - _CLOCKS_DIFFER_SECONDS
        self._secret = deployment.signing_secret()
        self._tries = tries
        self._files: list[tuple[str, str]] = []

    def event(self, **attributes: object) -> Json:
        """A CloudEvent with an id of its own, unless the attributes name one."""
        own = {"id": f"{self.mark}-{uuid.uuid4().hex}", "source": f"/tests/{self.mark}", "type": "tests.event"}
        return {"specversion": "1.0", **own, "data": {}, **attributes}

    def post(self, body: bytes, *, content_type: str = "application/cloudevents+json") -> tuple[int, Json]:
        """The answer to a signed request."""
        message = f"{self.mark}-{uuid.uuid4().hex}"
        for tried in range(1, self._tries + 1):
            headers = signed(self._secret, message, body, content_type=content_type)
            status, content = self.deployment.request("POST", "/process", body=body, headers=headers)
            if status not in _NOT_NOW or tried == self._tries:
                break
            time.sleep(_PAUSE_SECONDS * tried)
        return status, content

    def post_event(self, event: Json) -> tuple[int, Json]:
        """The answer to one event."""
        return self.post(json.dumps(event).encode())

    def drop(self, name: str, lines: Iterable[object], *, folder: str = "incoming") -> tuple[str, str]:
        """Puts a file of JSON lines (text as it is) into the inbox; returns its key and version."""
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        key, bucket = f"{folder}/{self.mark}/{name}", self.deployment.outputs["inbox_bucket"]
        put = self.deployment.client("s3").put_object(Bucket=bucket, Key=key, Body="\n".join(texts).encode())
        self._files.append((key, put["VersionId"]))
        return self._files[-1]

    def stored(self, **data: object) -> list[Json]:
        """Our events in the archive, those whose data holds these values."""
        ours = (e for e in self.deployment.stored_events(since=self.since) if self.mark in json.dumps(e))
        return [event for event in ours if data.items() <= dict(event.get("data") or {}).items()]

    def wait_for_stored(self, **data: object) -> list[Json]:
        """The same, as soon as there is one."""
        return self.deployment.wait_for(f"stored event with {data}", lambda: self.stored(**data))

    def quarantined(self, reason: str) -> list[Json]:
        """What is in quarantine for this reason, of us or of others: entries may hold events as base64 only."""
        found = self.deployment.objects("failures_bucket", "quarantine/", since=self.since)
        entries = (json.loads(line) for _, body in found for line in body.splitlines())
        return [entry for entry in entries if entry["reason"] == reason and self.mark in _text(entry)]

    def wait_for_quarantined(self, reason: str) -> list[Json]:
        """The same, as soon as there is one."""
        return self.deployment.wait_for(f"quarantine entry {reason}", lambda: self.quarantined(reason))

    def take_away(self) -> None:
        """Removes our files, events, ledger rows and quarantine entries; an object with events of others stays."""
        for key, version in self._files:
            self._delete("inbox_bucket", key, version)
        rows = set()
        for key, body in self.deployment.objects("archive_bucket", "events/", since=self.since):
            lines = gzip.decompress(body).splitlines()
            ours = [json.loads(line) for line in lines if self.mark.encode() in line]
            rows |= {f"{event['source']} {event['id']}" for event in ours}
            if len(ours) == len(lines):
                self._delete_all_versions("archive_bucket", key)
        for key, body in self.deployment.objects("failures_bucket", "quarantine/", since=self.since):
            if all(self.mark in _text(json.loads(line)) for line in body.splitlines()):
                self._delete_all_versions("failures_bucket", key)
        if "ledger_table" in self.deployment.outputs:
            client, table = self.deployment.client("dynamodb"), self.deployment.outputs["ledger_table"]
            for row in rows:
                client.delete_item(TableName=table, Key={"id": {"S": row}})

    def _delete_all_versions(self, output: str, key: str) -> None:
        s3, bucket = self.deployment.client("s3"), self.deployment.outputs[output]
        found: Any = s3.list_object_versions(Bucket=bucket, Prefix=key)
        for item in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            if item["Key"] == key:
                self._delete(output, key, item["VersionId"])

    def _delete(self, output: str, key: str, version: str) -> None:
        bucket = self.deployment.outputs[output]
        self.deployment.client("s3").delete_object(Bucket=bucket, Key=key, VersionId=version)


def _text(entry: Json) -> str:
    """All that an entry says, with the event that it keeps as base64."""
    return json.dumps(entry) + base64.b64decode(entry.get("data_base64") or "").decode(errors="replace")
