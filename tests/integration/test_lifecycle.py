"""Deploy, destroy, deploy again: nothing is in the way of anything."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.account import PIPELINE_STACK, STATE_STACK, Account, Provider, new_account
from tests.integration.deployment import Deployment
from tests.integration.inventory import inventory
from tests.integration.terraform import Done, Json, changes

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def own_account(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account for destroying in, with its state bucket."""
    with new_account(tmp_path_factory.mktemp("lifecycle"), provider) as account:
        account.bootstrap()
        yield account


@pytest.fixture(scope="module")
def before(own_account: Account) -> Json:
    """What the account holds when nothing but its state bucket was deployed."""
    return inventory(own_account)


@pytest.fixture(scope="module")
def two_applies(own_account: Account, before: Json) -> list[Done]:
    """What came of two people's applies at once."""
    del before  # has to be taken earlier
    people = [own_account.terraform(PIPELINE_STACK, person=person) for person in ("first", "second")]
    for person in people:
        person.init()
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda p: p.run("apply", "-input=false", "-no-color", "-auto-approve"), people))


@pytest.fixture(scope="module")
def destroyed(own_account: Account, two_applies: list[Done]) -> Account:
    """The account after a destroy while data lay everywhere."""
    assert any(done.returncode == 0 for done in two_applies)
    terraform = own_account.terraform(PIPELINE_STACK)
    terraform.init()
    outputs, s3 = terraform.outputs(), own_account.client("s3")
    for bucket in ("inbox_bucket", "archive_bucket", "failures_bucket"):
        for body in (b"{}", b"[]"):
            s3.put_object(Bucket=outputs[bucket], Key="incoming/data.ndjson", Body=body)
    own_account.client("kinesis").put_record(StreamName=outputs["stream_name"], Data=b"{}", PartitionKey="1")
    terraform.destroy()
    return own_account


def test_of_two_applies_at_once_exactly_one_succeeds(two_applies: list[Done]) -> None:
    winner, loser = sorted(two_applies, key=lambda done: done.returncode)
    assert (winner.returncode, loser.returncode) == (0, 1)
    assert "Apply complete!" in winner.stdout
    assert "Error acquiring the state lock" in loser.stderr


def test_a_destroy_leaves_nothing_behind(destroyed: Account, before: Json) -> None:
    assert inventory(destroyed) == before


def test_the_same_names_can_be_deployed_again_at_once(destroyed: Account, before: Json) -> None:
    terraform = destroyed.terraform(PIPELINE_STACK)
    terraform.apply()
    try:
        assert inventory(destroyed) != before
    finally:
        terraform.destroy()
    assert inventory(destroyed) == before


def test_destroying_the_pipeline_leaves_the_state_stack_as_it_was(destroyed: Account) -> None:
    terraform = destroyed.terraform(STATE_STACK)
    assert changes(terraform.plan(terraform.folder / "state.tfplan")) == {}


def test_a_second_plan_changes_nothing(deployment: Deployment) -> None:
    plan = deployment.terraform.plan(deployment.terraform.folder / "second.tfplan")
    found = changes(plan)
    # The emulator says that an alarm on a percentile is one on the average, too, which AWS does not.
    percentile = [address for address in found if _only_drops_statistic(plan, address)]
    assert {address: actions for address, actions in found.items() if address not in percentile} == {}
    assert len(percentile) <= 1


def _only_drops_statistic(plan: Json, address: str) -> bool:
    (change,) = [found["change"] for found in plan["resource_changes"] if found["address"] == address]
    after = {**change["before"], "statistic": change["after"].get("statistic")}
    return bool(change["after"] == after and after["statistic"] is None and after["extended_statistic"])
