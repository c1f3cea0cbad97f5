"""The commands of docs/runbook.md, run with the AWS CLI in the order of the page, as far as the emulator goes.

A block under `<!-- not run: why -->` is left out, one under `<!-- given: names -->` gets these variables from here. All
of them are checked against the descriptions of AWS's services, too (tests/unit/docs/test_aws_commands.py).
"""

import contextlib
import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.account import Account
from tests.integration.aws_cli import fast_aws
from tests.integration.deployment import Deployment
from tests.integration.sender import Sender
from tests.project import ROOT, clean_environ, copy_project
from tests.synthesized import Json

pytestmark = pytest.mark.integration

_PAGE = ROOT / "docs/runbook.md"
_MARKED = re.compile(r"(?:<!-- (not run|given): ([^>]+) -->\n\n)?```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXAMPLE, _REGION = "tap-dev-us-east-1", "us-east-1"
_INBOX_FILE = "incoming/file.ndjson"


@dataclass(frozen=True, slots=True)
class Block:
    """Commands of the page, with what has to be known of them."""

    number: int
    commands: str
    given: tuple[str, ...]
    left_out: str

    def __str__(self) -> str:
        """Its place, and how it begins."""
        return f"{self.number}-{'-'.join(re.findall('[a-z0-9]+', self.commands.lower())[:4])}"


def _blocks() -> list[Block]:
    found = _MARKED.findall(_PAGE.read_text(encoding="utf-8"))
    return [
        Block(
            number,
            commands,
            tuple(text.split(", ")) if mark == "given" else (),
            text if mark == "not run" else "",
        )
        for number, (mark, text, commands) in enumerate(found)
    ]


_BLOCKS = _blocks()
_PREPARE = next(block for block in _BLOCKS if ". tools/runbook.sh" in block.commands)


class Shell:
    """A copy of the project in which a person works, with the AWS CLI and the credentials of the account."""

    def __init__(self, folder: Path, programs: Path, deployment: Deployment, account: Account) -> None:
        copy_project(folder)
        (folder / "cdktf.out").symlink_to(account.folder)
        (folder / "outputs.json").write_text(json.dumps(deployment.outputs))
        self.given: dict[str, str] = {}
        self._folder = folder
        terraform = dict(account.terraform(deployment.stack).environ)
        self._environ = clean_environ(
            **{name: value for name, value in terraform.items() if name.startswith("TF_")},
            **account.variables,
            AWS_ACCESS_KEY_ID=deployment.target.account_id,
            AWS_SECRET_ACCESS_KEY="emulator",
        )
        self._environ["PATH"] = f"{programs}:{self._environ['PATH']}"
        self._prepare = _PREPARE.commands.replace(_EXAMPLE, deployment.stack).replace(_REGION, deployment.target.region)

    def run(self, commands: str, *, given: Mapping[str, str] | None = None, cached: bool = True) -> str:
        """What the commands print; AssertionError with all of it when one fails.

        `cached`: outputs come from a file, because asking Terraform takes a second each time.
        """
        values = "".join(f"{name}='{value}'\n" for name, value in (given or {}).items())
        out = 'out() { jq -er --arg name "$1" ".[\\$name]" outputs.json; }\n' if cached else ""
        done = subprocess.run(
            ["sh", "-eu", "-c", f"{self._prepare}{out}{values}{commands}"],
            cwd=self._folder,
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def shell(
    deployment: Deployment, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    """The shell, and something for each command to find."""
    if any(map(request.config.getoption, ("stack", "outputs"))):
        pytest.skip(
            "the runbook's commands stop, change and delete things: they are run on an emulator of the tests' own"
        )
    for program in ("jq", "make"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    subprocess.run([ROOT / "tools/setup/ensure", "awscli"], check=True)
    sender: Sender = request.getfixturevalue("sender")
    folder, account = tmp_path_factory.mktemp("runbook"), request.getfixturevalue("account")
    (folder / "bin").mkdir()
    shell = Shell(folder / "project", folder / "bin", deployment, account)
    shell.given = _something_to_find(deployment, sender)
    # Version 1 of the CLI calls SQS at its oldest name, whatever AWS_ENDPOINT_URL says.
    with fast_aws(folder / "bin" / "aws", "--endpoint-url", account.variables["AWS_ENDPOINT_URL"]):
        yield shell


def _something_to_find(deployment: Deployment, sender: Sender) -> dict[str, str]:
    """Events, a file, quarantine, a dead letter, and an object that was overwritten and deleted."""
    s3, archive = deployment.client("s3"), deployment.outputs["archive_bucket"]
    sender.post_event({**sender.event(data={"case": "runbook"}), "source": "/shop", "id": "order-1"})
    sender.post(b"not json")
    sender.drop("broken.ndjson", ["{broken", {"case": "runbook", "mark": sender.mark}])
    sender.wait_for_quarantined("not_json")
    sender.wait_for_stored(case="runbook")
    version = _put_file(deployment)
    _put_dead_letter(deployment, version)
    key = "events/date=2026-01-31/hour=10/shardId-000000000000-1.ndjson.gz"
    older = s3.put_object(Bucket=archive, Key=key, Body=gzip.compress(b"{}\n{}\n"))["VersionId"]
    s3.put_object(Bucket=archive, Key=key, Body=gzip.compress(b"{}\n"))
    marker = s3.delete_object(Bucket=archive, Key=key)["VersionId"]
    s3.create_bucket(Bucket="elsewhere")
    _compact_an_hour(deployment)
    return {"bucket": archive, "key": key, "marker": marker, "version": older, "target": "elsewhere"}


def _compact_an_hour(deployment: Deployment) -> None:
    """The hour of the examples, and the schedule where the provider made none."""
    s3, glue, outputs = deployment.client("s3"), deployment.client("glue"), deployment.outputs
    archive, database, folder = outputs["archive_bucket"], outputs["query_database"], "date=2026-11-28/hour=13/"
    line = gzip.compress(b'{"specversion":"1.0","id":"1","source":"/shop","type":"order.placed"}\n')
    s3.put_object(Bucket=archive, Key=f"events/{folder}shardId-000000000000-1.ndjson.gz", Body=line)
    storage = glue.get_table(DatabaseName=database, Name="compacted")["Table"]["StorageDescriptor"]
    partition = {
        "Values": ["2026-11-28", "13"],
        "StorageDescriptor": storage | {"Location": f"s3://{archive}/compacted/{folder}run/"},
        "Parameters": {"tap.events": "1"},
    }
    glue.create_partition(DatabaseName=database, TableName="compacted", PartitionInput=partition)
    compactor = deployment.functions["compactor"]
    scheduler = deployment.client("scheduler")
    with contextlib.suppress(scheduler.exceptions.ConflictException):
        scheduler.create_schedule(
            Name=compactor.replace("-compactor-", "-hourly-"),
            ScheduleExpression="cron(20 * * * ? *)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": f"arn:aws:lambda:::function:{compactor}", "RoleArn": "arn:aws:iam::000000000000:role/none"},
        )


def _put_dead_letter(deployment: Deployment, version: str) -> None:
    """About a version of the file in the inbox."""
    sqs, outputs = deployment.client("sqs"), deployment.outputs
    notification = {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "s3": {
                    "bucket": {"name": outputs["inbox_bucket"]},
                    "object": {"key": _INBOX_FILE, "versionId": version},
                },
            }
        ]
    }
    queue = sqs.get_queue_url(QueueName=outputs["dead_letter_queue"])["QueueUrl"]
    cause = {"ErrorMessage": {"DataType": "String", "StringValue": "ordered by a test"}}
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(notification), MessageAttributes=cause)


def _put_file(deployment: Deployment) -> str:
    """The version of a file in the inbox."""
    s3, inbox = deployment.client("s3"), deployment.outputs["inbox_bucket"]
    return str(s3.put_object(Bucket=inbox, Key=_INBOX_FILE, Body=b'{"case": "runbook"}\n')["VersionId"])


@pytest.fixture
def undone(deployment: Deployment) -> Iterator[None]:
    """Afterwards everything runs again."""
    yield
    client = deployment.client("lambda")
    for name in deployment.functions.values():
        client.delete_function_concurrency(FunctionName=name)


def test_outputs_are_those_that_terraform_has(shell: Shell, deployment: Deployment) -> None:
    assert shell.run("out archive_bucket", cached=False) == deployment.outputs["archive_bucket"]


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize("block", [block for block in _BLOCKS if not block.left_out and block is not _PREPARE], ids=str)
def test_the_commands_of_the_runbook_work(block: Block, shell: Shell, deployment: Deployment) -> None:
    values = dict(shell.given)
    if _INBOX_FILE in block.commands:
        values["version"] = _put_file(deployment)  # other commands may have removed it
    if "receive-message" in block.commands:
        _put_dead_letter(deployment, values["version"])  # what others have received stays hidden for a while
    shell.run(block.commands, given={name: values[name] for name in {"bucket", *block.given}})


def test_a_stretch_of_the_stream_again_brings_back_what_is_missing_and_nothing_twice(
    shell: Shell, deployment: Deployment, sender: Sender, ledger: str
) -> None:
    events = [sender.event(partitionkey="one", data={"case": "stretch", "n": n}) for n in range(2)]
    for count, event in enumerate(events, 1):
        sender.post_event(event)
        stored = _stored(deployment, sender, count)
    lost = next(event for event in stored if event["data"]["n"] == 1)
    s3, archive = deployment.client("s3"), deployment.outputs["archive_bucket"]
    for key, body in deployment.objects("archive_bucket", "events/", since=sender.since):
        lines = gzip.decompress(body).splitlines(keepends=True)
        kept = [line for line in lines if lost["id"].encode() not in line]
        if len(kept) < len(lines):
            s3.put_object(Bucket=archive, Key=key, Body=gzip.compress(b"".join(kept)))
    row = {"id": {"S": f"{lost['source']} {lost['id']}"}}
    deployment.client("dynamodb").delete_item(TableName=ledger, Key=row)
    assert len(sender.stored(case="stretch")) == 1
    since = datetime.fromtimestamp(sender.since, UTC).isoformat(timespec="seconds")
    for _ in range(2):
        said = shell.run(f'make replay STACK="$STACK" ARGS="--from {since}"')
        assert "0 of 1 shards stopped early" in said
        assert sorted(map(_place, sender.stored(case="stretch"))) == sorted(map(_place, stored))
    assert "stored:" in shell.run(f'make find-event STACK="$STACK" SOURCE={lost["source"]} ID={lost["id"]}')


def _stored(deployment: Deployment, sender: Sender, count: int) -> list[Json]:
    return deployment.wait_for(
        f"{count} events", lambda: found if len(found := sender.stored(case="stretch")) == count else []
    )


def _place(event: Json) -> tuple[str, str]:
    return event["id"], event["tapsequence"]


def test_rows_that_are_missing_in_the_ledger_are_put_back_and_others_stay(
    shell: Shell, deployment: Deployment, sender: Sender, ledger: str
) -> None:
    event = sender.event(data={"case": "ledger"})
    sender.post_event(event)
    sender.wait_for_stored(case="ledger")
    client = deployment.client("dynamodb")
    lost, kept = {"S": f"/lost {sender.mark}"}, {"S": f"{event['source']} {event['id']}"}
    before = client.get_item(TableName=ledger, Key={"id": kept})["Item"]
    (commands,) = (block.commands for block in _BLOCKS if "restore-table-to-point-in-time" in block.commands)
    # The emulator restores what is there now: what was there then is put in by hand.
    put = (
        f"aws dynamodb put-item --table-name \"$ledger-restored\" --item '{json.dumps({**before, 'id': lost})}'\n"
        f'aws dynamodb put-item --table-name "$ledger-restored" '
        f"--item '{json.dumps({**before, 'object_key': {'S': 'older'}})}'\n"
    )
    scan = "aws dynamodb scan"
    said = shell.run(commands.replace(scan, put + scan))
    assert "DuplicateItem" in said
    assert client.get_item(TableName=ledger, Key={"id": lost})["Item"] == {**before, "id": lost}
    assert client.get_item(TableName=ledger, Key={"id": kept})["Item"] == before
