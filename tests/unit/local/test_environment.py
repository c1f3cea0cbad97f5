import pytest

from stacks.settings import SettingsError
from tests.project import ENVIRONMENTS
from tools.local.environment import local_environment, parse_regions

# A folder with environments in it, as the project is.
_ROOT = ENVIRONMENTS.parent
_URL = "http://127.0.0.1:4711"


def test_local_is_moved_to_the_emulator_that_runs() -> None:
    environment = local_environment(_ROOT, _URL)
    assert (environment.name, environment.suffix) == ("local", "local")
    assert environment.settings.emulator is not None
    assert environment.settings.emulator.endpoint_url == _URL
    assert environment.settings.regions == ("us-east-1",)


def test_local_is_moved_to_the_regions_that_are_wanted_and_its_state_stays() -> None:
    settings = local_environment(_ROOT, _URL, ["eu-west-1", "us-east-1"]).settings
    assert settings.regions == ("eu-west-1", "us-east-1")
    assert settings.state.region == "us-east-1"


def test_the_variables_of_other_work_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAP_ENVIRONMENT", "prod")
    monkeypatch.setenv("TAP_ENVIRONMENT_SUFFIX", "pr42")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    environment = local_environment(_ROOT, _URL)
    assert (environment.name, environment.suffix) == ("local", "local")


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        (None, ()),
        ("us-east-1", ("us-east-1",)),
        ("us-east-1, eu-west-1", ("us-east-1", "eu-west-1")),
        ("us-east-1,us-east-1", ("us-east-1",)),
    ],
)
def test_regions_are_separated_by_commas(text: str | None, regions: tuple[str, ...]) -> None:
    assert parse_regions(text) == regions


def test_every_unknown_region_is_named_with_what_was_meant() -> None:
    with pytest.raises(SettingsError) as raised:
        parse_regions("us-esat-1,eu-west-1,,moon-1")
    first, second, third = str(raised.value).splitlines()
    assert first.startswith('REGIONS: got "us-esat-1"; allowed: AWS regions, separated by commas')
    assert first.endswith("did you mean us-east-1 or us-west-1?")
    assert second.startswith('REGIONS: got ""')
    assert third.startswith('REGIONS: got "moon-1"')
