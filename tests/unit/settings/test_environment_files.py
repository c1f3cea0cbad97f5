"""The four environments that the project comes with."""

from pathlib import Path

import pytest

from stacks.settings import Environment, select_environments

_FOLDER = Path(__file__).parents[3] / "environments"
_ALL = {environment.name: environment for environment in select_environments(_FOLDER, {})}


def test_all_files_load() -> None:
    assert list(_ALL) == ["dev", "local", "prod", "staging"]


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_an_environment_on_aws_has_an_account_of_its_own_and_two_regions(name: str) -> None:
    assert len(_ALL[name].settings.regions) == 2
    assert len({environment.settings.account_id for environment in _ALL.values()}) == len(_ALL)
    assert _ALL[name].settings.emulator is None


def test_only_prod_is_held_to_the_production_rules() -> None:
    assert [name for name, environment in _ALL.items() if environment.settings.production] == ["prod"]


@pytest.mark.parametrize("environment", [_ALL["dev"], _ALL["local"], _ALL["staging"]], ids=lambda each: each.name)
def test_what_is_not_prod_leaves_nothing_behind(environment: Environment) -> None:
    protection = environment.settings.protection
    assert protection.force_destroy
    assert not protection.deletion_protection
    assert (protection.kms_deletion_window_days, protection.secret_recovery_window_days) == (7, 0)


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_there_is_a_week_to_repair_a_fault(name: str) -> None:
    assert _ALL[name].settings.stream.retention_hours == 168


def test_nobody_may_send_events_without_a_signature() -> None:
    assert {environment.settings.api.auth for environment in _ALL.values()} == {"signature"}
