"""One domain name over the APIs of all regions."""

import json
from pathlib import Path

import pytest
from cdktf import App

from main import synthesize
from stacks.edge_stack import EdgeStack
from stacks.identity import StackKind
from stacks.settings import Environment
from tests.project import ROOT
from tests.synthesized import VARIANTS, Stack, read_stacks
from tests.unit.settings.factory import make_settings

_PIPELINES = ["tap-edged-us-east-1", "tap-edged-eu-west-1"]


def test_the_edge_is_deployed_after_the_pipelines_of_all_regions(every_stack: dict[str, Stack]) -> None:
    outdir = every_stack["tap-edged-edge"].folder.parents[1]
    manifest = json.loads((outdir / "manifest.json").read_text())["stacks"]
    assert manifest["tap-edged-edge"]["dependencies"] == _PIPELINES
    owner, replica = _PIPELINES
    assert manifest[owner]["dependencies"] == [replica], "the replica of the secret needs the key of its region"
    assert {name for name, entry in manifest.items() if entry["dependencies"]} == {"tap-edged-edge", owner}


def test_the_edge_reads_the_state_of_each_region_s_pipeline(every_stack: dict[str, Stack]) -> None:
    assert every_stack["tap-edged-edge"].json["data"] == {
        "terraform_remote_state": {
            f"state-{every_stack[name].identity.region}": {
                "backend": "s3",
                "config": {
                    "bucket": "tap-state-edged-us-east-1-111111111111",
                    "key": f"edged/{name}.tfstate",
                    "region": "us-east-1",
                    "encrypt": True,
                    "kms_key_id": "arn:aws:kms:us-east-1:111111111111:alias/tap-state-edged-us-east-1",
                    "allowed_account_ids": ["111111111111"],
                },
            }
            for name in _PIPELINES
        }
    }


def test_what_the_edge_reads_is_where_the_pipelines_write_it(every_stack: dict[str, Stack]) -> None:
    read = every_stack["tap-edged-edge"].json["data"]["terraform_remote_state"]
    for name in _PIPELINES:
        written = every_stack[name].json["terraform"]["backend"]["s3"]
        config = read[f"state-{every_stack[name].identity.region}"]["config"]
        assert config == {key: value for key, value in written.items() if key != "use_lockfile"}
        assert "api_id" in every_stack[name].outputs


def test_no_other_stack_reads_anything_so_that_each_can_be_planned_on_an_empty_account(
    every_stack: dict[str, Stack],
) -> None:
    assert [name for name, stack in every_stack.items() if "data" in stack.json] == ["tap-edged-edge"]


def test_there_is_an_edge_only_where_a_domain_is_configured(every_stack: dict[str, Stack]) -> None:
    assert [name for name, stack in every_stack.items() if stack.identity.kind is StackKind.EDGE] == ["tap-edged-edge"]


def test_an_ephemeral_environment_has_no_edge_so_that_it_claims_no_domain(tmp_path: Path) -> None:
    settings = next(environment.settings for environment in VARIANTS if environment.name == "edged")
    synthesize([Environment(name="edged", suffix="pr42", settings=settings)], tmp_path, root=ROOT)
    assert sorted(read_stacks(tmp_path)) == ["tap-pr42-eu-west-1", "tap-pr42-us-east-1"]


def test_an_edge_without_a_domain_is_refused() -> None:
    environment = Environment(name="dev", suffix="dev", settings=make_settings())
    with pytest.raises(ValueError, match=r"an edge stack needs the settings table \[edge\]"):
        EdgeStack(App(), "tap-dev-edge", environment=environment)
