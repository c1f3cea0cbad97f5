"""Whatever the settings of the environments are: their stacks keep every rule, and regions are alike."""

import pytest

from main import synthesize
from stacks.settings import Environment, SettingsError, select_environments
from tests.project import ROOT
from tests.rules import RULES, cases_of
from tests.snapshot.reading import but_for_the_secret, in_place_of
from tests.synthesized import Stack, read_stacks


def _select() -> list[Environment] | SettingsError:
    """The environments of the user, as they are without any variable set."""
    try:
        return select_environments(ROOT / "environments", {})
    except SettingsError as error:
        return error


@pytest.fixture(scope="module")
def own() -> list[Environment]:
    """The same, where they are valid."""
    found = _select()
    if isinstance(found, SettingsError):
        pytest.skip("the settings are not valid: another test says why")
    return found


@pytest.fixture(scope="module")
def own_stacks(own: list[Environment], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    """Every stack of theirs, by name."""
    outdir = tmp_path_factory.mktemp("own")
    synthesize(own, outdir, root=ROOT)
    return read_stacks(outdir)


def test_the_settings_of_every_environment_are_valid() -> None:
    found = _select()
    if isinstance(found, SettingsError):
        pytest.fail(str(found), pytrace=False)


def test_every_stack_belongs_to_an_environment(own: list[Environment], own_stacks: dict[str, Stack]) -> None:
    assert {case.stack.name for case in cases_of(own, own_stacks)} == set(own_stacks)


def test_every_stack_keeps_every_rule(own: list[Environment], own_stacks: dict[str, Stack]) -> None:
    cases = cases_of(own, own_stacks)
    broken = [f"{rule.title} ({rule.name}): {text}" for rule in RULES for text in rule.violations(cases)]
    assert not broken, "\n".join(broken)


def test_regions_of_an_environment_are_equal_but_for_the_region(
    own: list[Environment], own_stacks: dict[str, Stack]
) -> None:
    for environment in own:
        first, *others = environment.settings.regions
        for region in others:
            one, other = (
                in_place_of(region, first, own_stacks[environment.pipeline(each).name]) for each in (first, region)
            )
            if environment.signing_region:
                one, other = but_for_the_secret(one), but_for_the_secret(other)
            assert other == one
