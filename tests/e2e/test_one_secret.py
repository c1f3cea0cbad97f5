"""A region that comes to another one, behind one name: it takes over the signing secret, and its rotations.

The replica's key is seen by rules only: the emulator makes no replicas of new secrets, hence the order.
"""

import time
from collections.abc import Iterator

import pytest

from modules.api_domain_settings import EdgeSettings
from stacks.settings import Environment
from tests.integration.account import REGION, Account, Provider, new_account
from tests.integration.deployment import Deployment
from tests.integration.signing import signed
from tools.synthesized import in_order
from tools.terraform import Terraform

pytestmark = pytest.mark.e2e

_OTHER_REGION = "eu-west-1"
_PROJECT = "duo"
_OWNER, _REPLICA = (f"{_PROJECT}-local-{region}" for region in (REGION, _OTHER_REGION))
_SECRET = f"{_PROJECT}-signing-local-{REGION}"
_BODY = b'{"specversion": "1.0", "id": "1", "source": "/tests/secret", "type": "tests.event"}'
_OLD_AFTER_SECONDS = 16  # an unknown signature makes the receiver look for newer keys, but not all the time


def _environment(account: Account, *, together: bool, version: int = 1) -> Environment:
    local = account.environment(api={"signing_secret_version": version})
    edge = EdgeSettings(domain_name="events.example.com", hosted_zone_id="Z0123456789ABCDEFGHIJ")
    changed = {"project": _PROJECT, **({"regions": (REGION, _OTHER_REGION), "edge": edge} if together else {})}
    return Environment(name="local", suffix="local", settings=local.settings.model_copy(update=changed))


def _apply(account: Account, environment: Environment, *stacks: str) -> dict[str, Terraform]:
    account.synthesize([account.environment(), environment])
    found = {stack: account.terraform(stack) for stack in in_order(account.folder) if stack in stacks}
    for terraform in found.values():
        terraform.init()
        terraform.apply()
    return found


@pytest.fixture(scope="module")
def account(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account of its own: others look for what is left in theirs, and the emulator removes no replica."""
    with new_account(tmp_path_factory.mktemp("regions"), provider) as account:
        yield account


@pytest.fixture(scope="module")
def alone(account: Account) -> Iterator[str]:
    """The secret of the one region that there is."""
    account.client("s3").create_bucket(Bucket=f"{_PROJECT}-state-local-{REGION}-{account.settings.account_id}")
    owner = _apply(account, _environment(account, together=False), _OWNER)[_OWNER]
    secrets = account.client("secretsmanager")
    yield secrets.get_secret_value(SecretId=owner.outputs()["signing_secret_arn"])["SecretString"]
    account.synthesize()


@pytest.fixture(scope="module")
def regions(account: Account, alone: str) -> Iterator[dict[str, Deployment]]:
    """Both, deployed in the order of the stacks."""
    del alone  # has to be there earlier
    environment = _environment(account, together=True)
    found: dict[str, Terraform] = {}
    try:
        found = _apply(account, environment, _OWNER, _REPLICA)
        assert list(found) == [_REPLICA, _OWNER], "the replica's key comes first"
        yield {
            stack: Deployment(
                target=account.target(stack.removeprefix(f"{_PROJECT}-local-")),
                outputs=terraform.outputs(),
                settings=environment.settings,
                suffix="local",
            )
            for stack, terraform in found.items()
        }
    finally:
        for terraform in reversed(found.values()):
            terraform.destroy()


def _answers(regions: dict[str, Deployment], secret: str) -> dict[str, int]:
    """The status of a request signed with the secret, in each region."""
    return {
        stack: deployment.request("POST", "/process", body=_BODY, headers=signed(secret, "1", _BODY))[0]
        for stack, deployment in regions.items()
    }


def test_what_was_signed_for_the_first_region_is_good_in_the_one_that_came(
    regions: dict[str, Deployment], alone: str
) -> None:
    assert _answers(regions, alone) == dict.fromkeys(regions, 202)
    assert _answers(regions, alone[::-1]) == dict.fromkeys(regions, 401)


def test_each_region_reads_what_is_in_it(regions: dict[str, Deployment]) -> None:
    found = regions[_REPLICA].client("secretsmanager").describe_secret(SecretId=_SECRET)
    assert found["ARN"].split(":")[3] == _OTHER_REGION
    assert regions[_REPLICA].outputs["signing_secret_arn"] == _SECRET
    assert [one["Name"] for one in regions[_REPLICA].client("secretsmanager").list_secrets()["SecretList"]] == [_SECRET]


def test_a_new_secret_reaches_every_region_and_the_previous_one_stays_good(
    account: Account, regions: dict[str, Deployment]
) -> None:
    old = regions[_OWNER].signing_secret()
    _apply(account, _environment(account, together=True, version=2), _OWNER)
    new = regions[_OWNER].signing_secret()
    assert new != old
    time.sleep(_OLD_AFTER_SECONDS)
    assert _answers(regions, new) == dict.fromkeys(regions, 202)
    assert _answers(regions, old) == dict.fromkeys(regions, 202)
