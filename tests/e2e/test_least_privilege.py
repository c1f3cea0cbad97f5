"""Each statement of each role is needed: without it something that the pipeline does fails.

This is about the functions of the pipeline as it comes; one that is added has tests of its own. The emulator enforces
what functions call themselves. What it doesn't is in `NOT_ENFORCED`, and in docs/emulator.md with
how it is covered instead.
"""

import base64
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from lambda_code.compactor.hours import Hour
from tests.e2e.suites import run_integration_tests
from tests.integration.account import PIPELINE_STACK, Account, Provider, new_account
from tests.integration.deployment import Deployment
from tests.integration.finding import find_deployment
from tests.integration.lake import SETTLED_SECONDS, Lake, line
from tests.integration.sender import Sender
from tests.project import ENVIRONMENTS
from tests.synthesized import Json
from tools.terraform.environ import clean_environ

pytestmark = pytest.mark.e2e

_POLICY = "grants"
_TIMEOUT_SECONDS = 5  # what is forbidden is tried again for as long as there is time: 15 minutes for a file

# What AWS does on behalf of a role, or by way of a key; the emulator asks nobody for it.
NOT_ENFORCED = {
    "receiver": {"DecryptViaSecretsmanager", "EncryptViaKinesis", "SendTraces", "WriteLogs"},
    "processor": {
        "DecryptViaDynamodb",
        "DecryptViaKinesis",
        "DecryptViaS3",
        "EncryptViaS3",
        "ListFailedBatches",
        "PutFailedBatches",
        "ReadEvents",
        "SendTraces",
        "WriteLogs",
    },
    "importer": {
        "DecryptViaS3",
        "DecryptViaSqs",
        "EncryptViaKinesis",
        "EncryptViaS3",
        "EncryptViaSqs",
        "ListInbox",
        "SendDeadLetters",
        "SendTraces",
        "WriteLogs",
    },
    "compactor": {
        "DecryptViaS3",
        "EncryptViaS3",
        "ListResults",
        *(f"Query{verb}{bucket}" for bucket in ("Archive", "Results") for verb in ("Reads", "Uses", "Writes")),
        "QueryUsesDatabase",
        "SendTraces",
        "WriteLogs",
        "DeleteArchive",  # files of superseded runs, which are left for a day
    },
}


@pytest.fixture(scope="module")
def strict(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account in which IAM is enforced."""
    with new_account(tmp_path_factory.mktemp("strict"), provider, enforce_iam=True) as account:
        account.synthesize()
        yield account


@pytest.fixture(scope="module")
def outputs_file(strict: Account, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of a pipeline in it, saved."""
    terraform = strict.terraform_without_state_bucket(PIPELINE_STACK)
    terraform.apply()
    file = tmp_path_factory.mktemp("outputs") / "outputs.json"
    file.write_text(terraform.succeed("output", "-json"))
    return file


@pytest.fixture(scope="module")
def deployment(strict: Account, outputs_file: Path) -> Deployment:
    """The pipeline."""
    outputs = {name: output["value"] for name, output in json.loads(outputs_file.read_text()).items()}
    return find_deployment(outputs, ENVIRONMENTS, strict.variables)


@pytest.fixture(scope="module")
def sender(deployment: Deployment) -> Sender:
    """A client of it that gives up at once."""
    return Sender(deployment, tries=1)


def test_with_iam_enforced_the_pipeline_passes_its_integration_tests(strict: Account, outputs_file: Path) -> None:
    printed = run_integration_tests(clean_environ(os.environ, AWS_ENDPOINT_URL=strict.url), f"--outputs={outputs_file}")
    assert " passed" in printed


def test_a_function_may_not_do_what_its_role_does_not_allow(deployment: Deployment, sender: Sender) -> None:
    with _policy(deployment, "receiver", lambda statements: statements[:0]):
        assert sender.post_event(sender.event())[0] == 503


def _write_events(sender: Sender) -> bool:
    return sender.post_event(sender.event())[0] == 202


def _store(sender: Sender) -> bool:
    return _answer(sender, [_record(sender.event())]) == []


def _store_again(sender: Sender) -> bool:
    record = _record(sender.event())
    first = _answer(sender, [record])
    assert first == [], first
    _forget(sender.deployment, "processor")  # a process that has stored the event needn't read the archive for it
    return _answer(sender, [record]) == []


def _quarantine(sender: Sender) -> bool:
    return _answer(sender, [_record(None)]) == []


def _import_file(sender: Sender) -> bool:
    return _imports(sender, sender.drop("one.ndjson", [sender.event()], folder="incoming"))


def _import_bad_line(sender: Sender) -> bool:
    return _imports(sender, sender.drop("bad.ndjson", ["{"], folder="incoming"))


def _import_two_files(sender: Sender) -> bool:
    """Each file gets an invocation of its own, which the first one starts."""
    return _imports(sender, *(sender.drop(name, [sender.event()], folder="incoming") for name in ("a", "b")))


def _compact(sender: Sender) -> bool:
    """An hour that is over gets a partition, and no temporary table is left of it."""
    deployment, hour = sender.deployment, next(_HOURS)
    Lake(deployment, [hour]).put(hour, "one.ndjson.gz", [line(1, of=1)])
    time.sleep(SETTLED_SECONDS)
    answer = deployment.client("lambda").invoke(
        FunctionName=deployment.functions["compactor"], Payload=json.dumps({"hours": [hour.name]}).encode()
    )
    if "FunctionError" in answer or hour.name not in json.loads(answer["Payload"].read())["compacted"]:
        return False
    tables = deployment.client("glue").get_tables(DatabaseName=deployment.outputs["query_database"])["TableList"]
    return not [table for table in tables if f"{hour.date}_{hour.hour}".replace("-", "_") in table["Name"]]


# Each call has one of its own, all of them closed.
_HOURS = (Hour(Hour.at(time.time()).ordinal - number) for number in count(5))

# What fails without the statement.
_NEEDED: dict[tuple[str, str], Callable[[Sender], bool]] = {
    ("receiver", "ReadSigningSecret"): _write_events,
    ("receiver", "WriteEvents"): _write_events,
    ("processor", "ClaimEvents"): _store,
    ("processor", "PutArchive"): _store,
    ("processor", "ReadArchive"): _store_again,
    ("processor", "PutFailures"): _quarantine,
    **{
        ("compactor", sid): _compact
        for sid in ("ListArchive", "PublishHours", "ReadTables", "ReplaceView", "RunQueries", "TemporaryTables")
    },
    ("importer", "InvokeItself"): _import_two_files,
    ("importer", "PutFailures"): _import_bad_line,
    ("importer", "ReadVersionsOfInbox"): _import_file,
    ("importer", "WriteEvents"): _import_file,
}


def test_every_statement_is_either_enforced_here_or_known_not_to_be(deployment: Deployment) -> None:
    for role in NOT_ENFORCED:
        enforced = {sid for function, sid in _NEEDED if function == role}
        assert {statement["Sid"] for statement in _statements(deployment, role)} == enforced | NOT_ENFORCED[role]
        assert enforced & NOT_ENFORCED[role] == set()


@pytest.mark.parametrize(("role", "sid"), _NEEDED, ids=lambda value: value)
def test_without_a_statement_something_fails_that_works_with_it(sender: Sender, role: str, sid: str) -> None:
    works = _NEEDED[role, sid]
    with _policy(sender.deployment, role, lambda statements: [s for s in statements if s["Sid"] != sid]):
        assert not works(sender)
    _forget(sender.deployment, role)
    # On a busy machine a first call may take longer than the little time that it has now.
    assert any(works(sender) for _ in range(3))


def _statements(deployment: Deployment, role: str) -> list[Json]:
    found = deployment.client("iam").get_role_policy(RoleName=deployment.functions[role], PolicyName=_POLICY)
    statements: list[Json] = found["PolicyDocument"]["Statement"]
    return statements


@contextmanager
def _policy(deployment: Deployment, role: str, change: Callable[[list[Json]], list[Json]]) -> Iterator[None]:
    """The role's policy with other statements, and a function that has no answers left from before."""
    iam, name, whole = deployment.client("iam"), deployment.functions[role], _statements(deployment, role)

    def put(statements: list[Json]) -> None:
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_role_policy(RoleName=name, PolicyName=_POLICY, PolicyDocument=document)
        else:
            iam.delete_role_policy(RoleName=name, PolicyName=_POLICY)

    put(change(whole))
    try:
        _forget(deployment, role)
        yield
    finally:
        put(whole)


def _forget(deployment: Deployment, role: str) -> None:
    """Starts the function anew, because it keeps the signing secret for a while, and gives it little time."""
    client, name = deployment.client("lambda"), deployment.functions[role]
    about = f"started anew at {time.time()}"
    # The compactor begins no hour when its time is nearly over, and tries nothing again.
    seconds = deployment.settings.compactor.timeout_seconds if role == "compactor" else _TIMEOUT_SECONDS
    client.update_function_configuration(FunctionName=name, Description=about, Timeout=seconds)
    client.get_waiter("function_updated_v2").wait(FunctionName=name)


def _record(event: Json | None) -> Json:
    """A record as the mapping hands it over; without an event it is one that can't be decoded."""
    data = base64.b64encode(json.dumps(event).encode()).decode() if event else "!"
    kinesis = {"sequenceNumber": str(time.time_ns()), "data": data, "approximateArrivalTimestamp": time.time()}
    return {"eventID": f"shardId-000000000000:{kinesis['sequenceNumber']}", "kinesis": kinesis}


def _answer(sender: Sender, records: list[Json]) -> list[Json]:
    """The records that the processor wants to have again."""
    answer = _invoke(sender.deployment, "processor", {"Records": records})
    assert "FunctionError" not in answer, answer
    failures: list[Json] = json.load(answer["Payload"])["batchItemFailures"]
    return failures


def _imports(sender: Sender, *files: tuple[str, str]) -> bool:
    """Whether a notification about the files, each by key and version, is taken."""
    bucket = {"name": sender.deployment.outputs["inbox_bucket"]}
    records = [{"s3": {"bucket": bucket, "object": {"key": key, "versionId": version}}} for key, version in files]
    return "FunctionError" not in _invoke(sender.deployment, "importer", {"Records": records})


def _invoke(deployment: Deployment, role: str, event: Json) -> Json:
    client = deployment.client("lambda")
    answer: Json = client.invoke(FunctionName=deployment.functions[role], Payload=json.dumps(event).encode())
    return answer
