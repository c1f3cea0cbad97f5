"""A protected environment refuses its own end."""

from collections.abc import Iterator

import pytest

from tests.integration.account import PIPELINE_STACK, Account, Provider, new_account
from tools.local.inventory import inventory

pytestmark = pytest.mark.e2e


@pytest.fixture
def protected(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account whose stacks are protected as in production."""
    with new_account(tmp_path_factory.mktemp("protected"), provider) as account:
        protection = {"force_destroy": False, "deletion_protection": True}
        account.synthesize([account.environment(protection=protection)])
        yield account


def test_a_destroy_is_refused_before_it_has_deleted_anything(protected: Account) -> None:
    terraform = protected.terraform_without_state_bucket(PIPELINE_STACK)
    terraform.apply()
    before = inventory(protected.client)
    refused = terraform.run("destroy", "-input=false", "-no-color", "-auto-approve")
    assert refused.returncode == 1
    assert "Instance cannot be destroyed" in refused.stderr
    assert inventory(protected.client) == before
