"""Which environments a run is about."""

from pathlib import Path

import pytest

from stacks.delivery.previews import TAKEN_FOR_PREVIEW
from stacks.settings import Environment, SettingsError, select_environments, wants_bootstrap
from tests.unit.settings.documents import document, write_environment

_SUFFIX_ALLOWED = (
    "allowed: 1 to 24 of a-z, 0-9 and single hyphens, a letter first and no hyphen last, so that every name fits"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("dev", "staging"):
        write_environment(tmp_path, name, document())
    write_environment(tmp_path, "local", document('[emulator]\nendpoint_url = "http://127.0.0.1:4566"'))
    return tmp_path / "environments"


def _names(environments: list[Environment]) -> list[tuple[str, str]]:
    return [(environment.name, environment.suffix) for environment in environments]


def _told(folder: Path, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        select_environments(folder, environ)
    return str(caught.value).splitlines()


def test_all_environments_are_chosen_by_default(folder: Path) -> None:
    assert _names(select_environments(folder, {})) == [("dev", "dev"), ("local", "local"), ("staging", "staging")]


def test_environments_are_chosen_by_name_and_come_in_the_order_of_the_files(folder: Path) -> None:
    chosen = select_environments(folder, {"TAP_ENVIRONMENT": "staging, dev"})
    assert _names(chosen) == [("dev", "dev"), ("staging", "staging")]
    assert not any(environment.is_ephemeral for environment in chosen)


def test_an_environment_that_is_not_chosen_may_be_broken(folder: Path) -> None:
    (folder / "broken.toml").write_text("=")
    assert _names(select_environments(folder, {"TAP_ENVIRONMENT": "dev"})) == [("dev", "dev")]


def test_a_suffix_makes_an_ephemeral_environment(folder: Path) -> None:
    environ = {"TAP_ENVIRONMENT": "dev", "TAP_ENVIRONMENT_SUFFIX": "pr42"}
    [environment] = select_environments(folder, environ)
    assert (environment.name, environment.suffix, environment.is_ephemeral) == ("dev", "pr42", True)


def test_an_environment_may_be_given_its_own_name_as_suffix(folder: Path) -> None:
    environ = {"TAP_ENVIRONMENT": "dev", "TAP_ENVIRONMENT_SUFFIX": "dev"}
    assert [environment.is_ephemeral for environment in select_environments(folder, environ)] == [False]


@pytest.mark.parametrize("name", ["pr1", "pr2-stable", "team-pr9"])
def test_an_environment_must_not_be_called_like_a_preview(folder: Path, name: str) -> None:
    write_environment(folder.parent, name, document())
    with pytest.raises(SettingsError, match=f'{name}.toml: got "{name}"; allowed: a name without a part that begins'):
        select_environments(folder, {"TAP_ENVIRONMENT": name})


def test_prod_and_others_that_begin_alike_are_no_previews() -> None:
    assert not [name for name in ("prod", "preprod", "pr", "pr0", "spr1nt") if TAKEN_FOR_PREVIEW.fullmatch(name)]


def test_an_unknown_environment_comes_with_the_files_there_are(folder: Path) -> None:
    assert _told(folder, TAP_ENVIRONMENT="dev,stagin,x,") == [
        'TAP_ENVIRONMENT: got "stagin"; allowed: dev, local, staging, separated by commas; did you mean staging?',
        'TAP_ENVIRONMENT: got "x"; allowed: dev, local, staging, separated by commas',
        'TAP_ENVIRONMENT: got ""; allowed: dev, local, staging, separated by commas',
    ]


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_choice_is_refused(folder: Path, value: str) -> None:
    assert _told(folder, TAP_ENVIRONMENT=value) == [
        "TAP_ENVIRONMENT: set but empty; allowed: dev, local, staging, separated by commas; unset it to use all"
    ]


def test_an_empty_suffix_is_refused(folder: Path) -> None:
    assert _told(folder, TAP_ENVIRONMENT="dev", TAP_ENVIRONMENT_SUFFIX="") == [
        f"TAP_ENVIRONMENT_SUFFIX: set but empty; {_SUFFIX_ALLOWED}; unset it to use the environment's name"
    ]


@pytest.mark.parametrize("suffix", ["PR42", "4pr", "pr_42", "pr--42", "pr42-", "pr 42", "x" * 25, "pr42\n", "ü"])
def test_a_suffix_that_no_name_can_end_with_is_refused(folder: Path, suffix: str) -> None:
    [line] = _told(folder, TAP_ENVIRONMENT="dev", TAP_ENVIRONMENT_SUFFIX=suffix)
    assert line.startswith("TAP_ENVIRONMENT_SUFFIX: got ")
    assert line.endswith(_SUFFIX_ALLOWED)


def test_a_suffix_must_not_take_the_names_of_another_environment(folder: Path) -> None:
    assert _told(folder, TAP_ENVIRONMENT="dev", TAP_ENVIRONMENT_SUFFIX="staging") == [
        'TAP_ENVIRONMENT_SUFFIX: got "staging", another environment\'s name; allowed: a name of its own, such as pr42'
    ]


@pytest.mark.parametrize("chosen", [{}, {"TAP_ENVIRONMENT": "dev,staging"}])
def test_a_suffix_needs_exactly_one_environment(folder: Path, chosen: dict[str, str]) -> None:
    assert _told(folder, TAP_ENVIRONMENT_SUFFIX="pr42", **chosen) == [
        "TAP_ENVIRONMENT_SUFFIX: needs exactly one environment; set TAP_ENVIRONMENT to the one whose settings it uses"
    ]


def test_a_folder_without_environments_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert _told(tmp_path / "environments") == [
        "environments: no such folder; allowed: a folder with one TOML file per environment"
    ]
    (tmp_path / "environments").mkdir()
    assert _told(tmp_path / "environments") == ["environments: no TOML file in it; allowed: one per environment"]


def test_a_variable_moves_the_endpoint_of_an_emulator_only(folder: Path) -> None:
    chosen = select_environments(folder, {"AWS_ENDPOINT_URL": "http://localhost:5000"})
    endpoints = {each.name: each.settings.emulator and each.settings.emulator.endpoint_url for each in chosen}
    assert endpoints == {"dev": None, "local": "http://localhost:5000", "staging": None}


@pytest.mark.parametrize(("url", "got"), [("", "set but empty"), ("https://example.com", 'got "https://example.com"')])
def test_an_endpoint_elsewhere_is_refused_once(folder: Path, url: str, got: str) -> None:
    write_environment(folder.parent, "local2", document('[emulator]\nendpoint_url = "http://127.0.0.1:4566"'))
    assert _told(folder, AWS_ENDPOINT_URL=url) == [
        f"AWS_ENDPOINT_URL: {got}; allowed: http://127.0.0.1:PORT or http://localhost:PORT"
    ]


@pytest.mark.parametrize(
    ("environ", "wanted"), [({}, False), ({"TAP_BOOTSTRAP": "0"}, False), ({"TAP_BOOTSTRAP": "1"}, True)]
)
def test_bootstrap_is_asked_for_by_1(environ: dict[str, str], wanted: bool) -> None:
    assert wants_bootstrap(environ) is wanted


@pytest.mark.parametrize("value", ["", "yes"])
def test_bootstrap_takes_nothing_but_1_and_0(value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        wants_bootstrap({"TAP_BOOTSTRAP": value})
    assert str(caught.value) == f'TAP_BOOTSTRAP: got "{value}"; allowed: 1 or 0; or unset it'
