"""Two regions and an ephemeral environment in one account: each lives and ends for itself."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from stacks.settings import Environment
from tests.e2e.conftest import Applied
from tests.e2e.planning import planned
from tests.integration.account import REGION, STATE_BUCKET, Account
from tests.integration.deployment import Deployment
from tests.integration.finding import find_deployment
from tests.integration.sender import Sender
from tests.project import ENVIRONMENTS
from tools.terraform import Terraform

pytestmark = pytest.mark.e2e

_OTHER_REGION = "eu-west-1"
_SUFFIX = "pr42"
_REGIONAL = f"tap-local-{_OTHER_REGION}"
_EPHEMERAL = f"tap-{_SUFFIX}-{REGION}"


def _environments(account: Account) -> list[Environment]:
    local, ephemeral = account.environment(), account.environment(suffix=_SUFFIX)
    both = local.settings.model_copy(update={"regions": (REGION, _OTHER_REGION)})
    return [Environment(name="local", suffix="local", settings=both), ephemeral]


@pytest.fixture(scope="module")
def neighbours(account: Account, applied: Applied) -> Iterator[dict[str, Terraform]]:
    """The other two, deployed at the same time beside the one that is there."""
    del applied  # has to be there earlier
    account.synthesize(_environments(account))
    found = {stack: account.terraform(stack) for stack in (_REGIONAL, _EPHEMERAL)}
    try:
        with ThreadPoolExecutor(len(found)) as pool:
            list(pool.map(_deploy, found.values()))
        yield found
    finally:
        for terraform in found.values():
            terraform.destroy()
        account.synthesize()


def _deploy(terraform: Terraform) -> None:
    terraform.init()
    terraform.apply()


@pytest.fixture(scope="module")
def deployments(account: Account, deployment: Deployment, neighbours: dict[str, Terraform]) -> list[Deployment]:
    """All three."""
    others = [
        find_deployment(terraform.outputs(), ENVIRONMENTS, account.variables, environment="local")
        for terraform in neighbours.values()
    ]
    return [deployment, *others]


def test_each_says_who_it_is(deployments: list[Deployment]) -> None:
    told = [deployment.request("GET", "/health")[1] for deployment in deployments]
    assert [(found["stack"], found["environment"], found["region"]) for found in told] == [
        (f"tap-local-{REGION}", "local", REGION),
        (_REGIONAL, "local", _OTHER_REGION),
        (_EPHEMERAL, _SUFFIX, REGION),
    ]


def test_an_event_is_stored_where_it_was_sent_and_nowhere_else(deployments: list[Deployment]) -> None:
    senders = [Sender(deployment) for deployment in deployments]
    for sender in senders:
        sender.post_event(sender.event(data={"case": "where"}))
    for sender in senders:
        sender.wait_for_stored(case="where")
    for sender in senders:
        marks = {other.mark for other in senders if other is not sender}
        elsewhere = [event for event in sender.deployment.stored_events() if any(m in event["id"] for m in marks)]
        assert elsewhere == []
        sender.take_away()


def test_the_secret_of_one_is_not_good_for_the_other(deployments: list[Deployment]) -> None:
    assert len({deployment.signing_secret() for deployment in deployments}) == len(deployments)


def test_each_has_a_state_of_its_own(account: Account, deployments: list[Deployment]) -> None:
    del deployments  # have to be there
    found = account.client("s3").list_objects_v2(Bucket=STATE_BUCKET)["Contents"]
    wanted = {f"local/{_REGIONAL}.tfstate", f"{_SUFFIX}/{_EPHEMERAL}.tfstate", f"local/tap-local-{REGION}.tfstate"}
    assert wanted <= {item["Key"] for item in found}


def test_the_end_of_one_environment_leaves_the_others_as_they_are(
    applied: Applied, neighbours: dict[str, Terraform], deployments: list[Deployment]
) -> None:
    survivors = [one for one in deployments if one.suffix == "local"]
    neighbours[_EPHEMERAL].destroy()
    for deployment, terraform in zip(survivors, (applied.terraform, neighbours[_REGIONAL]), strict=True):
        assert deployment.request("GET", "/health")[0] == 200
        sender = Sender(deployment)
        sender.post_event(sender.event(data={"case": "alive"}))
        assert len(sender.wait_for_stored(case="alive")) == 1
        sender.take_away()
        assert planned(terraform) == {}
