"""Golden addresses: a resource that changes its address is destroyed and created again, unless its move is declared."""

import dataclasses
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.kinesis_stream import KinesisStream
from cdktf_cdktf_provider_aws.provider import AwsProvider

from stacks.identity import write_identities
from stacks.settings import Environment
from tests.snapshot.address_list import AddressList, Removal, general, moved_from, read_removals, unexplained
from tests.snapshot.golden import check
from tests.snapshot.reading import KINDS, stacks_of
from tests.synthesized import VARIANTS, Stack, read_stacks
from tests.unit.settings.factory import make_settings

_FOLDER = Path(__file__).parent / "addresses"
_OLD, _NEW = "aws_kinesis_stream.events", "aws_kinesis_stream.stream"
_ADVICE = """
Addresses that deployed stacks have are gone: the next deploy would destroy these resources. Either say where each went
(`resource.move_from_id("<type>.<old id>")` on the resource with the new id), or that it is to be destroyed
(an entry in tests/snapshot/addresses/removed.toml):
"""

_Stacks = dict[str, list[Stack]]


@pytest.fixture
def by_kind(environments: list[Environment], every_stack: dict[str, Stack]) -> Callable[[str], _Stacks]:
    """The stacks of a kind by environment, variants among them."""
    return lambda kind: stacks_of(kind, [*environments, *VARIANTS], every_stack)


@pytest.fixture
def deployed(environments: list[Environment]) -> frozenset[str]:
    """Environments that stand for deployed ones: all of the tests' but the variants."""
    return frozenset(environment.name for environment in environments)


def _golden(kind: str) -> AddressList:
    return AddressList.parse((_FOLDER / f"{kind}.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_no_address_is_gone_unless_its_move_or_its_removal_is_declared(
    by_kind: Callable[[str], _Stacks], deployed: frozenset[str], update: bool, kind: str
) -> None:
    """Also under --update-snapshots: only then are additions, and what is explained, written."""
    stacks, path = by_kind(kind), _FOLDER / f"{kind}.txt"
    if path.exists():
        removals = [removal for removal in read_removals(_FOLDER / "removed.toml") if removal.kind == kind]
        gone = list(unexplained(_golden(kind), stacks, removals, deployed=deployed))
        assert not gone, _ADVICE + "\n".join(gone)
    check(path, AddressList.of(stacks).render(kind), update=update)


def test_there_is_a_list_for_each_kind_of_stack_and_nothing_else() -> None:
    assert {path.name for path in _FOLDER.iterdir()} == {*(f"{kind}.txt" for kind in KINDS), "removed.toml"}


def test_removals_say_why_and_are_true(by_kind: Callable[[str], _Stacks]) -> None:
    for removal in read_removals(_FOLDER / "removed.toml"):
        assert removal.kind in KINDS
        assert len(removal.reason) >= 20, f"{removal.address}: say why, and what becomes of the data"
        stacks = by_kind(removal.kind)
        having = AddressList.of(stacks).having.get(removal.address, frozenset())
        back = having & (removal.environments or having)
        assert not back, f"{removal.address} is back in {', '.join(sorted(back))}: delete the entry"


def test_a_move_ends_where_there_is_something(every_stack: dict[str, Stack]) -> None:
    for stack in every_stack.values():
        assert {block["to"] for block in stack.json.get("moved", [])} <= set(stack.addresses())


# What the checks above see, shown with copies.


def _renamed(stacks: _Stacks, environments: set[str], *, declared: bool = False) -> _Stacks:
    """Copies in which the stream of some environments has another id."""
    copies = {name: [_copy(stack) for stack in found] for name, found in stacks.items()}
    for stack in [stack for name in environments for stack in copies[name]]:
        stack.json["resource"]["aws_kinesis_stream"] = {"stream": stack.resource("aws_kinesis_stream", "events")}
        if declared:
            stack.json["moved"] = [{"from": _OLD, "to": _NEW}]
    return copies


def _copy(stack: Stack) -> Stack:
    return dataclasses.replace(stack, json=deepcopy(stack.json))


@pytest.fixture
def pipelines(by_kind: Callable[[str], _Stacks]) -> _Stacks:
    """Two deployed environments and a variant, which is enough for the copies."""
    return {name: stacks for name, stacks in by_kind("pipeline").items() if name in ("dev", "prod", "iam")}


def test_a_rename_is_seen_in_every_environment(pipelines: _Stacks, deployed: frozenset[str]) -> None:
    renamed = _renamed(pipelines, {"dev", "prod", "iam"})
    gone = unexplained(AddressList.of(pipelines), renamed, [], deployed=deployed)
    assert list(gone) == [f"{_OLD} of dev, iam, prod"]


def test_a_rename_in_one_environment_is_seen_unless_it_is_a_variant(
    pipelines: _Stacks, deployed: frozenset[str]
) -> None:
    golden = AddressList.of(pipelines)
    assert list(unexplained(golden, _renamed(pipelines, {"prod"}), [], deployed=deployed)) == [f"{_OLD} of prod"]
    assert not list(unexplained(golden, _renamed(pipelines, {"iam"}), [], deployed=deployed))


def test_a_declared_move_explains_a_rename_where_it_is_declared(pipelines: _Stacks, deployed: frozenset[str]) -> None:
    golden = AddressList.of(pipelines)
    moved = _renamed(pipelines, {"dev", "prod", "iam"}, declared=True)
    assert not list(unexplained(golden, moved, [], deployed=deployed))
    moved["prod"][1].json["moved"] = []
    assert list(unexplained(golden, moved, [], deployed=deployed)) == [f"{_OLD} of prod"]


def test_a_declared_removal_explains_it_for_the_environments_that_it_names(
    pipelines: _Stacks, deployed: frozenset[str]
) -> None:
    golden, renamed = AddressList.of(pipelines), _renamed(pipelines, {"dev", "prod"})
    removal = Removal(kind="pipeline", address=_OLD, reason="events go another way")
    assert not list(unexplained(golden, renamed, [removal], deployed=deployed))
    only_dev = dataclasses.replace(removal, environments=frozenset({"dev"}))
    assert list(unexplained(golden, renamed, [only_dev], deployed=deployed)) == [f"{_OLD} of prod"]
    another = dataclasses.replace(removal, address="aws_sqs_queue.dead-letters")
    assert list(unexplained(golden, renamed, [another], deployed=deployed)) == [f"{_OLD} of dev, prod"]


def test_an_environment_that_is_new_or_deleted_has_lost_nothing(pipelines: _Stacks, deployed: frozenset[str]) -> None:
    without_prod = {name: stacks for name, stacks in pipelines.items() if name != "prod"}
    assert not list(unexplained(AddressList.of(pipelines), without_prod, [], deployed=deployed))
    assert not list(unexplained(AddressList.of(without_prod), pipelines, [], deployed=deployed))


def test_a_list_is_read_as_it_was_written(by_kind: Callable[[str], _Stacks]) -> None:
    for kind in KINDS:
        addresses = AddressList.of(by_kind(kind))
        assert AddressList.parse(addresses.render(kind)) == addresses


def test_ids_from_settings_are_not_part_of_the_list() -> None:
    email, other = (f"aws_sns_topic_subscription.alerts_email-{hash_}_0A1B2C3D" for hash_ in ("01234567", "89abcdef"))
    assert general(email) == general(other) == "aws_sns_topic_subscription.alerts_email-*"
    assert general("aws_acm_certificate.domain_certificate-eu-west-1_0F42F9A7") == (
        "aws_acm_certificate.domain_certificate-*"
    )
    assert general(_OLD) == _OLD


def test_removals_are_read_with_all_their_keys(tmp_path: Path) -> None:
    path = tmp_path / "removed.toml"
    path.write_text('[[removed]]\nkind = "pipeline"\naddress = "a.b"\nreason = "r"\nenvironments = ["dev"]\n')
    assert read_removals(path) == [Removal(kind="pipeline", address="a.b", reason="r", environments=frozenset({"dev"}))]
    path.write_text('[[removed]]\nkind = "pipeline"\naddress = "a.b"\n')
    with pytest.raises(TypeError, match="reason"):
        read_removals(path)


def test_a_move_is_written_where_it_is_looked_for(tmp_path: Path) -> None:
    """By cdktf itself: `move_from_id` on the construct with the new id."""
    app, moving = App(outdir=str(tmp_path)), Environment(name="moving", suffix="moving", settings=make_settings()).state
    stack = TerraformStack(app, moving.name)
    AwsProvider(stack, "aws", region="us-east-1")
    KinesisStream(stack, "stream", name="events").move_from_id(_OLD)
    app.synth()
    write_identities(tmp_path, [moving])
    synthesized = read_stacks(tmp_path)[moving.name]
    assert moved_from(synthesized) == {_OLD}
    assert synthesized.json["moved"] == [{"from": _OLD, "to": _NEW}]
