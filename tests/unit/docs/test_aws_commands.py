"""Every command of the documentation that calls the AWS CLI: it knows the command, its options and its answers' fields.

The blocks are run by a shell in which `aws` only notes what it was called with, and other programs do nothing. Those of
the runbook are also run for good, as far as the emulator goes (tests/integration/test_runbook.py).
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.docs.aws_commands import flaws
from tests.unit.docs.pages import PAGES, ROOT, code_blocks

_BLOCKS = [(page.name, block) for page in PAGES for block in code_blocks(page, "sh") if "aws " in block]
_FUNCTIONS = ROOT / "tools/runbook.sh"
_NOTHING = ("terraform", "make", "curl", "./cdktf", "sleep", "gunzip", "find", "rm", "mv")
_FUNCTION = {"function_name": "given", "source_code_hash": "given", "filename": "given"}
_AWS = """#!/bin/sh
for argument in "$@"; do printf '%s\\0' "$argument"; done >>"$CALLS"
printf '\\n\\0' >>"$CALLS"
echo given
"""

needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


def _calls(folder: Path, block: str) -> list[list[str]]:
    """What the block calls `aws` with."""
    programs = folder / "bin"
    programs.mkdir()
    for name, text in {"aws": _AWS, **dict.fromkeys(_NOTHING, "#!/bin/sh\necho given\n")}.items():
        if "/" not in name:
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
    stack = folder / "cdktf.out/stacks/tap-dev-us-east-1"
    stack.mkdir(parents=True)
    (stack / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_lambda_function": {"processor": _FUNCTION}}}))
    calls = folder / "calls"
    calls.touch()
    environ = {"PATH": f"{programs}:/usr/bin:/bin", "CALLS": str(calls), "STACK": "tap-dev-us-east-1"}
    given = "name=given key=given marker=given version=given target=given bucket=given row=given queue=given"
    script = f". {_FUNCTIONS}\n{given}\ncd {folder}\n{block}"
    subprocess.run(["sh", "-c", script], env=environ, capture_output=True, check=False, timeout=60)
    words = calls.read_text().split("\0")[:-1]
    found: list[list[str]] = [[]]
    for word in words:
        if word == "\n":
            found.append([])
        else:
            found[-1].append(word)
    return found[:-1]


@needs_jq
@pytest.mark.parametrize(("page", "block"), _BLOCKS, ids=[f"{page}-{at}" for at, (page, _) in enumerate(_BLOCKS)])
def test_the_aws_cli_knows_every_documented_command(page: str, block: str, tmp_path: Path) -> None:
    calls = _calls(tmp_path, block)
    assert calls, f"{page}: calls nothing:\n{block}"
    assert {" ".join(call): found for call in calls if (found := list(flaws(call)))} == {}


@needs_jq
def test_a_query_that_is_not_saved_and_a_stack_that_is_not_named_are_told(tmp_path: Path) -> None:
    (tmp_path / "aws").write_text(
        '#!/bin/sh\necho \'{"queryDefinitions": [{"name": "tap-dev-us-east-1/errors-2"}]}\'\n'
    )
    (tmp_path / "aws").chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin"}

    def said(commands: str) -> tuple[int, str]:
        shell = ["sh", "-c", commands]
        done = subprocess.run(shell, env=environ, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stderr

    status, text = said(f"STACK=tap-dev-us-east-1; . {_FUNCTIONS}; query errors")
    assert (status, text) == (1, "there is no saved query tap-dev-us-east-1/errors in this region\n")
    status, text = said(f". {_FUNCTIONS}; query errors")
    assert status != 0
    assert "names no stack: export STACK=" in text


@needs_jq
def test_the_functions_of_the_runbook_call_it_correctly(tmp_path: Path) -> None:
    (call,) = _calls(tmp_path, "metric AWS/Lambda Errors Sum FunctionName=one")
    assert list(flaws(call)) == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("kinesis describe-streem --stream-name one", "no such command"),
        ("kinesiss list-streams", "no such command"),
        ("dynamodb describe-table", "['--table-name'] is missing"),
        ("kinesis describe-stream --stream one", "--stream is unknown"),
        ("kinesis describe-stream --stream-name", "--stream-name takes values, got []"),
        ("kinesis describe-stream --stream-name one --query StreamDescription.Shards", ""),
        ("kinesis describe-stream --stream-name one --query StreamDescription.Shard", "what the answer doesn't have"),
        ("kinesis describe-stream --stream-name one --query Stream[", "--query Stream["),
        ("lambda list-event-source-mappings --query EventSourceMappings[].{S:State,R:Reason}", "doesn't have"),
        ("lambda invoke --function-name one --payload fileb://in out", ""),
        ("lambda invoke --function-name one --cli-binary-format raw out", "--cli-binary-format is unknown"),
        ("lambda update-event-source-mapping --uuid one --no-enabled", ""),
        ("dynamodb wait table-exists --table-name one", ""),
        ("dynamodb wait table-is-there --table-name one", "no such command"),
        ("logs tail /aws/lambda/one", "no such command"),
        ("s3 cp --recursive s3://one/ two", ""),
        ("s3 ls --everything s3://one/", "--everything is unknown"),
        ("sqs receive-message --queue-url one --message-attribute-names A B", ""),
    ],
)
def test_a_wrong_command_is_found(command: str, said: str) -> None:
    found = "; ".join(flaws(command.split()))
    assert said in found
    assert bool(found) == bool(said)
