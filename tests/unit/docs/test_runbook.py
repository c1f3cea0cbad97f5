"""Commands of the runbook that read what Terraform and AWS say, run on examples of it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import jmespath  # type: ignore[import-untyped]  # which comes with botocore
import pytest

from tests.synthesized import Stack
from tests.unit.docs.pages import ROOT, code_blocks

needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


def _commands(text: str) -> str:
    (block,) = [block for block in code_blocks(ROOT / "docs/runbook.md", "sh") if text in block]
    return block


def _run(folder: Path, commands: str, stack: Path, **programs: str) -> str:
    """What the commands print when these shell scripts stand in for programs."""
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    environ = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "stack": str(stack)}
    done = subprocess.run(["sh", "-c", commands], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_jq
def test_functions_that_run_other_code_are_found(dev: Stack, tmp_path: Path) -> None:
    hashes = {body["function_name"]: body["source_code_hash"] for body in dev.resources("aws_lambda_function").values()}
    changed = sorted(hashes)[0]
    answers = "".join(
        f'*" {name} "*) echo "{"another" if name == changed else one}" ;; ' for name, one in hashes.items()
    )
    commands = _commands("runs other code")
    assert _run(tmp_path, commands, dev.folder, aws=f'case " $* " in {answers}esac') == f"{changed} runs other code\n"


@needs_jq
def test_the_package_that_puts_the_code_back_is_the_synthesized_one(dev: Stack, tmp_path: Path) -> None:
    name = dev.resource("aws_lambda_function", "processor")["function_name"]
    commands = f"out() {{ echo {name}; }}\n{_commands('update-function-code')}"
    uploaded = _run(tmp_path, commands, dev.folder, aws='echo "$*"').strip().rpartition("fileb://")[2]
    assert Path(uploaded).is_file()
    assert Path(uploaded).name == "processor.zip"


@needs_jq
def test_tainted_resources_are_listed(tmp_path: Path) -> None:
    resources = [{"address": "aws_kms_key.key"}, {"address": "aws_kinesis_stream.events", "tainted": True}]
    (tmp_path / "state.json").write_text(json.dumps({"values": {"root_module": {"resources": resources}}}))
    script = f'case "$*" in *"show -json") cat {tmp_path / "state.json"} ;; esac'
    assert _run(tmp_path, _commands("select(.tainted)"), tmp_path, terraform=script) == "aws_kinesis_stream.events\n"


def test_addresses_that_are_not_confirmed_are_found() -> None:
    query = _commands("list-subscriptions-by-topic").partition('--query "')[2].partition('"')[0]
    arn = "arn:aws:sns:us-east-1:111111111111:tap-alerts-dev-us-east-1:1"
    subscriptions = [
        {"SubscriptionArn": "PendingConfirmation", "Endpoint": "new@example.com"},
        {"SubscriptionArn": arn, "Endpoint": "old@example.com"},
    ]
    assert jmespath.search(query, {"Subscriptions": subscriptions}) == ["new@example.com"]


@needs_jq
def test_what_protects_production_can_be_taken_out_of_the_stack(prod: Stack, tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(prod.json))
    _, _, rest = _commands("unguarded.json").partition("tap-prod-us-east-1\n")
    unguarded, _, _ = rest.partition("\nterraform init")
    _run(tmp_path, f"cd {tmp_path}\n{unguarded}", tmp_path)
    resources = json.loads((tmp_path / "cdk.tf.json").read_text())["resource"]
    bodies = [body for of_type in resources.values() for body in of_type.values()]
    assert not [body for body in bodies if body.get("lifecycle", {}).get("prevent_destroy")]
    assert all(bucket["force_destroy"] for bucket in resources["aws_s3_bucket"].values())
    assert not any(table["deletion_protection_enabled"] for table in resources["aws_dynamodb_table"].values())
    assert [body for of_type in prod.json["resource"].values() for body in of_type.values() if "lifecycle" in body]
