"""The SDK as it is set up here: quicker to start, without its check of parameters, and otherwise the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.loaders import create_loader

from lambda_code.compactor.archive import S3Archive as CompactedArchive
from lambda_code.compactor.athena import Athena
from lambda_code.compactor.catalog import GlueCatalog
from lambda_code.compactor.hours import Hour
from lambda_code.compactor.ports import Object, Published
from lambda_code.compactor.settings import EventsView
from lambda_code.importer.budget import END_SECONDS, KEPT_SECONDS
from lambda_code.importer.file import File
from lambda_code.importer.inbox import Inbox
from lambda_code.importer.next_invocation import NextInvocation
from lambda_code.processor import batch
from lambda_code.processor.archive import S3Archive
from lambda_code.processor.ledger import DynamoLedger
from lambda_code.processor.ports import Claim
from lambda_code.processor.records import Arrived
from lambda_code.receiver import signing_keys
from lambda_code.receiver.signing_keys import SigningKeys
from lambda_code.shared import aws, stream
from lambda_code.shared.errors import UnavailableError
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import Entry, EventStream
from modules.function_settings import FunctionSettings
from stacks.functions import SIGNED_REQUEST_SECONDS, ImporterSettings, ProcessorSettings, ReceiverSettings

CONFIGS = (aws.PRODUCER, aws.SECRETS, aws.STORE)


@pytest.fixture
def _in_a_region(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    aws._session.cache_clear()
    yield
    aws._session.cache_clear()


@pytest.mark.parametrize("service", aws.SERVICES)
@pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1", "paginators-1"])
def test_models_are_what_the_sdk_reads(service: str, kind: str) -> None:
    ours = aws._session().get_component("data_loader")
    assert json.dumps(ours.load_service_model(service, kind)) == json.dumps(
        create_loader().load_service_model(service, kind)
    )


@pytest.mark.parametrize("name", ["endpoints", "partitions", "_retry", "sdk-default-configuration"])
def test_shared_data_are_what_the_sdk_reads(name: str) -> None:
    aws._session.cache_clear()  # clients made before may have added to what was read
    assert aws._session().get_component("data_loader").load_data(name) == create_loader().load_data(name)


def test_what_is_stored_in_another_form_is_left_to_the_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = aws._Files()
    assert files.load_file(str(tmp_path / "absent")) is None
    monkeypatch.setattr("botocore.loaders.JSONFileLoader.load_file", lambda _self, _path: {"form": "new"})
    assert files.load_file(str(tmp_path / "absent")) == {"form": "new"}


@pytest.mark.usefixtures("_in_a_region")
def test_an_sdk_whose_loader_has_changed_still_makes_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed() -> None:
        """A loader that takes no arguments any more."""

    monkeypatch.setattr(aws, "_Models", changed)
    assert aws.client("s3", aws.STORE).meta.service_model.service_name == "s3"


@pytest.mark.usefixtures("_in_a_region")
def test_calls_go_where_the_sdk_would_send_them() -> None:
    plain = botocore.session.get_session()
    for service in aws.SERVICES:
        ours, theirs = aws.client(service, aws.STORE), plain.create_client(service)
        assert ours.meta.endpoint_url == theirs.meta.endpoint_url
        assert ours.meta.service_model.operation_names == theirs.meta.service_model.operation_names


def test_no_config_checks_parameters_and_each_gives_up_in_time() -> None:
    for config in CONFIGS:
        values: Any = config
        assert values.parameter_validation is False
        assert values.connect_timeout <= 2
        assert values.retries["total_max_attempts"] >= 1


def longest_seconds(config: Any) -> float:
    """What a call can take at worst; the SDK pauses up to 1, 2, 4 ... seconds between attempts."""
    attempts = config.retries["total_max_attempts"]
    pauses = sum(2**tried for tried in range(attempts - 1))
    return float(attempts * (config.connect_timeout + config.read_timeout) + pauses)


def shortest_seconds(function: type[FunctionSettings]) -> int:
    [shortest] = [each.ge for each in function.model_fields["timeout_seconds"].metadata if hasattr(each, "ge")]
    return int(shortest)


def test_a_call_to_the_stream_takes_no_longer_than_its_loop_reckons_with() -> None:
    assert longest_seconds(aws.PRODUCER) <= stream._CALL_SECONDS


def test_a_receiver_of_the_shortest_timeout_answers_before_it_is_killed_however_slow_its_services_are() -> None:
    reading = signing_keys._PATIENCE_SECONDS + longest_seconds(aws.SECRETS)  # the first stage in time, then the second
    assert reading + longest_seconds(aws.PRODUCER) < SIGNED_REQUEST_SECONDS
    assert longest_seconds(aws.PRODUCER) < shortest_seconds(ReceiverSettings)


def test_a_put_is_begun_only_with_time_for_an_attempt() -> None:
    config: Any = aws.STORE
    assert config.connect_timeout + config.read_timeout <= batch._PUT_SECONDS


def test_a_processor_of_the_shortest_timeout_reports_a_store_that_hangs() -> None:
    assert longest_seconds(aws.STORE) < shortest_seconds(ProcessorSettings)


def test_an_importer_reads_and_ends_within_the_time_that_it_keeps_for_it() -> None:
    config: Any = aws.STORE
    read = config.read_timeout + longest_seconds(aws.STORE) + config.read_timeout  # in vain, again, and in vain again
    assert read <= KEPT_SECONDS - END_SECONDS
    notes_and_hand_over = 2 * longest_seconds(aws.STORE)
    assert notes_and_hand_over <= END_SECONDS
    assert shortest_seconds(ImporterSettings) >= 2 * KEPT_SECONDS, "half of the time is for work"


class Checked:
    """A client that checks parameters as the SDK does by default, and gets an empty answer instead of sending."""

    def __init__(self, service: str, bodies: list[bytes]) -> None:
        self.client: Any = aws.client(service, Config(parameter_validation=True))
        self.calls: list[str] = []
        self._bodies, self._body = bodies, b""
        self.client.meta.events.register_first(f"before-send.{service}", self._answer)

    def _answer(self, request: Any, event_name: str, **_: object) -> AWSResponse:
        self._body = self._bodies[min(len(self.calls), len(self._bodies) - 1)]
        self.calls.append(event_name.rpartition(".")[2])
        headers = HTTPHeaders.from_dict({"content-length": str(len(self._body))})
        return AWSResponse(request.url, 200, headers, self)

    def stream(self) -> Iterator[bytes]:
        yield self._body

    def read(self, *_: object) -> bytes:
        body, self._body = self._body, b""
        return body


EVENT = Arrived("1", "e30=", "x", "/shop e1", b'{"tapsequence":"1"}', {})
CLAIM = Claim("/shop e1", "49590338271490256608559692538361571095921575989136588898", "0" * 64, "events/x.ndjson.gz")
EXPIRED = {"id": {"S": CLAIM.identity}, "expires_at": {"N": "1"}}
FILE = File("inbox", "incoming/x", "version")
HOUR, RUN = Hour.parse("2026-11-28-13"), "20261128142000_1a2b3c4d"
SUCCEEDED = b'{"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}'
PROVEN = {f"{side}_{name}": "1" for side in ("raw", "compacted") for name in ("events", "identities", "lines")}
ROWS = json.dumps(
    {
        "ResultSet": {
            "Rows": [
                {"Data": [{"VarCharValue": text} for text in texts]}
                for texts in ([*PROVEN, "objects"], [*PROVEN.values(), "1"])
            ]
        }
    }
).encode()
TABLE = json.dumps(
    {
        "Table": {
            "Name": "events",
            "VersionId": "1",
            "StorageDescriptor": {"Columns": []},
            "Parameters": {"tap.through": HOUR.name, "tap.holder": "me"},
        }
    }
).encode()
PARTITION = b'{"Partition": {"Parameters": {}, "StorageDescriptor": {"Location": "s3://x"}}}'
PUBLISHED = Published(run=RUN, fingerprint="f", events=1, objects=1, identities="1", proven=1.0, newest=1.0)


def glue(client: Any) -> GlueCatalog:
    return GlueCatalog(client, database="d", bucket="b", events_view=EventsView(sql="SELECT 1", columns=("event",)))


def written(engine: Athena) -> None:
    engine.write(HOUR, RUN, 1, lambda: True)
    engine.prove(HOUR, RUN, lambda: True)


def cleaned(catalog: GlueCatalog) -> None:
    assert not list(catalog.temporary())
    catalog.drop(HOUR, RUN)
    assert not catalog.last_expired()


def stopped(engine: Athena) -> None:
    with pytest.raises(UnavailableError):
        engine.write(HOUR, RUN, 1, lambda: False)


CALLS: dict[str, tuple[str, list[bytes], Callable[[Any], object], list[str]]] = {
    "stream": (
        "kinesis",
        [b'{"FailedRecordCount": 0, "Records": [{}]}'],
        lambda client: EventStream(client, "events").put([Entry("key", b"{}")], seconds_left=lambda: 60),
        ["PutRecords"],
    ),
    "ledger": (
        "dynamodb",
        [
            b'{"Responses": [{"Error": {"Code": "DuplicateItem"}}]}',
            json.dumps({"Responses": {"ledger": [EXPIRED]}}).encode(),
            b"{}",
        ],
        lambda client: DynamoLedger(client, "ledger", 35).claim([CLAIM]),
        ["BatchExecuteStatement", "BatchGetItem", "PutItem"],
    ),
    "archive": (
        "s3",
        [b""],
        lambda client: S3Archive(client, "archive").store("x", {"1": EVENT}, is_new=True),
        ["PutObject"],
    ),
    "quarantine": ("s3", [b""], lambda client: Quarantine(client, "failures").put("x.json", b"{}"), ["PutObject"]),
    "inbox": ("s3", [b"{}"], lambda client: list(Inbox(client, "111111111111").source(FILE).blocks()), ["GetObject"]),
    "next invocation": ("lambda", [b""], lambda client: NextInvocation(lambda: client, "f").begin({}), ["Invoke"]),
    "compacted archive": (
        "s3",
        [b""],
        lambda client: (
            (archive := CompactedArchive(client, "archive")).dates(),
            archive.remove([Object("k", '"e"', 1, 1.0)]),
        ),
        ["ListObjectsV2", "DeleteObjects"],
    ),
    "athena": (
        "athena",
        [b'{"QueryExecutionId": "q"}', SUCCEEDED, b'{"QueryExecutionId": "q"}', SUCCEEDED, ROWS],
        lambda client: written(Athena(client, workgroup="w", database="d", bucket="b")),
        [
            *("StartQueryExecution", "GetQueryExecution"),
            *("StartQueryExecution", "GetQueryExecution", "GetQueryResults"),
        ],
    ),
    "a slow athena": (
        "athena",
        [b'{"QueryExecutionId": "q"}', b'{"QueryExecution": {"Status": {"State": "RUNNING"}}}', b"{}"],
        lambda client: stopped(Athena(client, workgroup="w", database="d", bucket="b")),
        ["StartQueryExecution", "GetQueryExecution", "StopQueryExecution"],
    ),
    "catalog": (
        "glue",
        [TABLE, TABLE, b"{}", TABLE],
        lambda client: glue(client).change_view(glue(client).view(), HOUR, "me", 5000.0),
        ["GetTable", "GetTable", "UpdateTable", "GetTable"],
    ),
    "partitions": (
        "glue",
        [PARTITION, PARTITION, TABLE, b"{}"],
        lambda client: glue(client).publish(HOUR, PUBLISHED, instead_of=glue(client).published(HOUR)),
        ["GetPartition", "GetPartition", "GetTable", "BatchUpdatePartition"],
    ),
    "temporary tables": (
        "glue",
        [b'{"Partitions": [], "TableList": []}'],
        lambda client: cleaned(glue(client)),
        ["GetTables", "DeleteTable", "GetPartitions"],
    ),
    "keys": (
        "secretsmanager",
        [b'{"SecretString": "x"}'],
        lambda client: SigningKeys(client, "arn:secret").newer_than(1),
        ["GetSecretValue", "GetSecretValue"],
    ),
}


@pytest.mark.usefixtures("_in_a_region")
@pytest.mark.parametrize("adapter", CALLS)
def test_every_call_passes_the_check_of_the_sdk(adapter: str) -> None:
    service, bodies, call, operations = CALLS[adapter]
    checked = Checked(service, bodies)
    call(checked.client)
    assert checked.calls == operations
