"""A protected environment refuses its own end."""

import json
from collections.abc import Iterator

import pytest

from stacks.settings import Environment, Settings, select_environments
from stacks.synthesis import synthesize
from tests.integration.account import PIPELINE_STACK, ROOT, Account, Provider, new_account
from tests.integration.inventory import inventory

pytestmark = pytest.mark.integration


def _protected(settings: Settings) -> Settings:
    protection = settings.protection.model_copy(update={"force_destroy": False, "deletion_protection": True})
    return settings.model_copy(update={"protection": protection})


@pytest.fixture
def account(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account whose stacks are protected as in production."""
    with new_account(tmp_path_factory.mktemp("protected"), provider) as account:
        (local,) = select_environments(ROOT / "environments", account.variables)
        environment = Environment(name="local", suffix="local", settings=_protected(local.settings))
        synthesize([environment], account.folder, root=ROOT)
        yield account


def test_a_destroy_is_refused_before_it_has_deleted_anything(account: Account) -> None:
    terraform = account.terraform(PIPELINE_STACK)
    (terraform.folder / "state_override.tf.json").write_text(json.dumps({"terraform": {"backend": {"local": {}}}}))
    terraform.init()
    terraform.apply()
    before = inventory(account)
    refused = terraform.run("destroy", "-input=false", "-no-color", "-auto-approve")
    assert refused.returncode == 1
    assert "Instance cannot be destroyed" in refused.stderr
    assert inventory(account) == before
