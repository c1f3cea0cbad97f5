import json
from pathlib import Path
from typing import Any

from tools.policy.copies import address_at, strip, write_copies
from tools.policy.hcl import render

STACK: dict[str, Any] = {
    "//": {"metadata": {}},
    "terraform": {"required_version": ">= 1.11.0", "backend": {"s3": {"bucket": "state"}}},
    "moved": [{"from": "a", "to": "b"}],
    "ephemeral": {"aws_x": {"y": {}}},
    "resource": {
        "aws_s3_bucket": {"archive": {"//": {}, "bucket": "archive", "tags": {"a b": "c"}}},
        "aws_s3_bucket_policy": {"archive": {"bucket": "archive", "policy": json.dumps({"Statement": []})}},
    },
}


def test_what_silences_checkov_is_stripped_and_nothing_else() -> None:
    stripped = strip(STACK)

    assert stripped == {"terraform": {"backend": {"s3": {"bucket": "state"}}}, "resource": STACK["resource"]}
    assert "required_version" in STACK["terraform"], "the original is left as it was"


def test_every_stack_is_copied_in_both_forms_with_a_canary(tmp_path: Path) -> None:
    write_copies({"tap-dev-state": STACK}, tmp_path)

    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())

    assert found == [
        "canary/hcl/main.tf",
        "canary/json/cdk.tf.json",
        "tap-dev-state/hcl/main.tf",
        "tap-dev-state/json/cdk.tf.json",
    ]


def test_a_line_of_a_copy_leads_to_the_address(tmp_path: Path) -> None:
    write_copies({"tap-dev-state": STACK}, tmp_path)
    copy = tmp_path / "tap-dev-state/json/cdk.tf.json"
    lines = copy.read_text().splitlines()
    starts = [number for number, line in enumerate(lines, start=1) if line.startswith('   "archive": {')]

    assert [address_at(copy, line) for line in starts] == ["aws_s3_bucket.archive", "aws_s3_bucket_policy.archive"]


def test_hcl_has_labels_blocks_maps_and_lists() -> None:
    text = render(
        {
            "//": {},
            "terraform": {
                "backend": {"s3": {"encrypt": True}},
                "required_providers": {"aws": {"source": "hashicorp/aws"}},
            },
            "provider": {"aws": [{"region": "us-east-1", "default_tags": [{"tags": {"a": "b"}}]}]},
            "resource": {
                "aws_x": {
                    "y": {
                        "//": {},
                        "name": 'say "hi" ${aws_z.w.arn}',
                        "none": None,
                        "numbers": [1, 2.5],
                        "empty": [],
                        "once": {"deep": {"on": False}},
                        "twice": [{"id": 1}, {"id": 2}],
                        "variables": {"KEY": "value"},
                    }
                }
            },
            "data": {"terraform_remote_state": {"s": {"backend": "s3", "config": {"key": "k"}}}},
            "output": {"o": {"value": "v"}},
        }
    )

    assert text.splitlines() == [
        "terraform {",
        'backend "s3" {',
        "encrypt = true",
        "}",
        "required_providers {",
        'aws = {"source" = "hashicorp/aws"}',
        "}",
        "}",
        'provider "aws" {',
        'region = "us-east-1"',
        "default_tags {",
        'tags = {"a" = "b"}',
        "}",
        "}",
        'resource "aws_x" "y" {',
        'name = "say \\"hi\\" ${aws_z.w.arn}"',
        "numbers = [1, 2.5]",
        "empty = []",
        "once {",
        "deep {",
        "on = false",
        "}",
        "}",
        "twice {",
        "id = 1",
        "}",
        "twice {",
        "id = 2",
        "}",
        'variables = {"KEY" = "value"}',
        "}",
        'data "terraform_remote_state" "s" {',
        'backend = "s3"',
        'config = {"key" = "k"}',
        "}",
        'output "o" {',
        'value = "v"',
        "}",
    ]
