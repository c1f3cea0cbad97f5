"""One domain name over the APIs of all regions."""

import json
from pathlib import Path

import pytest
from cdktf import App

from stacks import deployment
from stacks.edge_stack import EdgeStack
from stacks.identity import StackKind
from stacks.packaging import Package
from stacks.settings import FUNCTIONS, Environment
from tests.project import ROOT
from tests.synthesized import VARIANTS, Stack
from tests.unit.settings.factory import make_settings

_PACKAGES = {
    name: Package(name=name, path=Path(__file__), sha256_base64="", size_bytes=0, build="") for name in FUNCTIONS
}
_PIPELINES = ["tap-edged-us-east-1", "tap-edged-eu-west-1"]


def test_the_edge_is_deployed_after_the_pipelines_of_all_regions(every_stack: dict[str, Stack]) -> None:
    outdir = every_stack["tap-edged-edge"].folder.parents[1]
    manifest = json.loads((outdir / "manifest.json").read_text())["stacks"]
    assert manifest["tap-edged-edge"]["dependencies"] == _PIPELINES
    assert not [name for name, entry in manifest.items() if entry["dependencies"] and name != "tap-edged-edge"]


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


def test_an_ephemeral_environment_has_no_edge_so_that_it_claims_no_domain(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = next(environment.settings for environment in VARIANTS if environment.name == "edged")
    monkeypatch.setattr(deployment, "build_packages", lambda *_args, **_options: _PACKAGES)
    app = App(outdir=str(tmp_path))
    for suffix in ("edged", "pr42"):
        environment = Environment(name="edged", suffix=suffix, settings=settings)
        deployment.add_stacks(app, environment, root=ROOT, bootstrap=False)
    found = [child.node.id for child in app.node.children]
    assert {"tap-edged-edge", "tap-pr42-us-east-1", "tap-pr42-eu-west-1"} <= set(found)
    assert "tap-pr42-edge" not in found


def test_an_edge_without_a_domain_is_refused() -> None:
    environment = Environment(name="dev", suffix="dev", settings=make_settings())
    with pytest.raises(ValueError, match=r"an edge stack needs the settings table \[edge\]"):
        EdgeStack(App(), "tap-dev-edge", environment=environment, stacks={})
