"""What a plan changes about the costs is written beside it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stacks.identity import StackIdentity, StackKind
from tests.project import ENVIRONMENTS
from tests.synthesized import Stack
from tests.unit.cost.stacks import cost, resources_of
from tools.cost.plans import write_cost_note
from tools.cost.resources import Resources, of_values

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ENVIRONMENTS, tmp_path / "environments")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def as_planned(resources: Resources) -> Json:
    """As Terraform's plan has them: blocks are lists, what isn't known yet is left out, data sources are there, too."""
    data = {"mode": "data", "type": "aws_caller_identity", "name": "me", "values": {}}
    managed = [
        {"mode": "managed", "type": each.type, "name": each.id, "values": _planned(each.values)}
        for each in resources.all
    ]
    return {"root_module": {"resources": [data, *managed]}}


def _planned(value: Any) -> Any:
    if isinstance(value, Mapping):
        known = {name: each for name, each in value.items() if not (isinstance(each, str) and "${" in each)}
        return {name: _block(name, each) for name, each in known.items() if name != "//"}
    return [_planned(each) for each in value] if isinstance(value, list) else value


def _block(name: str, value: Any) -> Any:
    """A block is a list of one; an argument that is a map stays one."""
    is_map = name in ("variables", "dimensions", "tags")
    return [_planned(value)] if isinstance(value, Mapping) and not is_map else _planned(value)


def _note(folder: Path, before: Json | None, after: Json, *, environment: str = "prod") -> Json:
    kind = StackKind.PIPELINE
    stack = StackIdentity(kind=kind, project="tap", environment=environment, suffix=environment, region="us-east-1")
    plan = folder / f"{stack.name}.json"
    prior = {"prior_state": {"values": before}} if before else {}
    plan.write_text(json.dumps({"format_version": "1.2", "planned_values": after, **prior}))
    write_cost_note(plan, stack)
    found: Json = json.loads((folder / f"{stack.name}.cost.json").read_text())
    return found


def test_a_plan_is_read_like_the_synthesized_stack(every_stack: dict[str, Stack]) -> None:
    for stack in every_stack.values():
        planned = of_values(as_planned(resources_of(stack)))
        found, expected = (cost(each, events_per_second=30, file_percent=10) for each in (planned, stack))
        assert found == expected, stack.name


def test_one_more_shard(prod: Stack, project: Path) -> None:
    resources = resources_of(prod)
    shards = prod.resource("aws_kinesis_stream", "events")["shard_count"]
    after = as_planned(resources.changed("aws_kinesis_stream", shard_count=shards + 1))
    note = _note(project, as_planned(resources), after)
    lines = {"Kinesis retention beyond 24 hours": 14.60, "Kinesis shards": 10.95}
    assert {name: usd for name, usd in note["lines"].items() if name in lines} == lines
    assert note["after_usd"] - note["before_usd"] == pytest.approx(sum(note["lines"].values()), abs=0.03)
    assert note["events_per_second"] == 10
    assert note["borrowed_usd"] == 0


def test_the_first_deployment_costs_all_and_the_end_nothing(prod: Stack, project: Path) -> None:
    planned = as_planned(resources_of(prod))
    first = _note(project, None, planned)
    last = _note(project, planned, {"root_module": {}})
    assert (first["before_usd"], last["after_usd"]) == (0, 0)
    assert first["after_usd"] == last["before_usd"] == pytest.approx(cost(prod, events_per_second=10).usd, abs=0.005)
    assert first["lines"] == {name: -usd for name, usd in last["lines"].items()}


def test_nothing_changed_has_no_lines(prod: Stack, project: Path) -> None:
    planned = as_planned(resources_of(prod))
    note = _note(project, planned, planned)
    assert note["before_usd"] == note["after_usd"] > 0
    assert note["lines"] == {}


def test_what_is_not_known_is_named(prod: Stack, project: Path) -> None:
    planned = as_planned(resources_of(prod))
    database = {"mode": "managed", "type": "aws_db_instance", "name": "orders", "values": {}}
    planned["root_module"]["resources"].append(database)
    assert "aws_db_instance.orders" in _note(project, None, planned)["unknown"]


def test_it_is_computed_for_the_traffic_that_the_environment_declares(prod: Stack, project: Path) -> None:
    file = project / "environments" / "prod.toml"
    file.write_text(f"{file.read_text()}\n[traffic]\nevents_per_second = 100\n")
    note = _note(project, None, as_planned(resources_of(prod)))
    assert note["events_per_second"] == 100
    assert note["after_usd"] == pytest.approx(cost(prod, events_per_second=100).usd, abs=0.005)


def test_what_runs_on_an_emulator_has_no_note(prod: Stack, project: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _note(project, None, as_planned(resources_of(prod)), environment="local")
