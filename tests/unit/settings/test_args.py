"""What a stack is told: the suffix under two names, and the region from four places."""

import dataclasses

import pytest

from stacks.settings import TapStackArgs, resolve_region
from tests.unit.settings.factory import make_settings

_SETTINGS = make_settings(regions=["eu-west-1", "us-east-1"])


def _args(**given: str) -> TapStackArgs:
    return TapStackArgs(settings=_SETTINGS, environ={}, **given)


def test_the_suffix_is_the_primary_field_and_the_alias_follows() -> None:
    args = _args(environment_suffix="pr42")
    assert (args.environment_suffix, args.environment) == ("pr42", "pr42")


def test_older_callers_give_the_alias() -> None:
    assert _args(environment="dev").environment_suffix == "dev"


def test_both_may_be_given_if_they_agree() -> None:
    assert _args(environment_suffix="dev", environment="dev").environment_suffix == "dev"


def test_both_given_and_different_is_an_error_that_names_both() -> None:
    with pytest.raises(ValueError, match='environment_suffix is "pr42" but environment, its alias, is "dev"'):
        _args(environment_suffix="pr42", environment="dev")


def test_an_empty_suffix_is_not_a_missing_one() -> None:
    with pytest.raises(ValueError, match='environment_suffix is "" but environment, its alias, is "dev"'):
        _args(environment_suffix="", environment="dev")


def test_neither_given_is_an_error() -> None:
    with pytest.raises(ValueError, match="environment_suffix is missing"):
        _args()


@pytest.mark.parametrize("suffix", ["", "Dev", "dev-", "x" * 25])
def test_a_suffix_that_no_name_can_end_with_is_an_error(suffix: str) -> None:
    with pytest.raises(ValueError, match=r"environment_suffix: got .*; allowed: 1 to 24 of a-z"):
        _args(environment=suffix)


def test_inputs_do_not_change_but_copies_may_differ() -> None:
    args = _args(environment_suffix="dev")
    with pytest.raises(dataclasses.FrozenInstanceError):
        args.region = "us-east-1"  # type: ignore[misc]
    assert dataclasses.replace(args, region="us-east-1").region == "us-east-1"


def test_the_machine_s_environment_is_used_but_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    args = TapStackArgs(environment_suffix="dev", settings=_SETTINGS)
    assert args.region == "ap-south-1"
    assert "environ" not in {field.name for field in dataclasses.fields(args)}


@pytest.mark.parametrize(
    ("explicit", "environ", "region"),
    [
        ("us-west-2", {"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "sa-east-1"}, "us-west-2"),
        (None, {"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "sa-east-1"}, "ap-south-1"),
        (None, {"AWS_DEFAULT_REGION": "sa-east-1"}, "sa-east-1"),
        (None, {}, "eu-west-1"),
    ],
)
def test_a_region_is_explicit_or_a_variable_s_or_the_first_configured(
    explicit: str | None, environ: dict[str, str], region: str
) -> None:
    assert resolve_region(explicit, _SETTINGS, environ) == region


@pytest.mark.parametrize(
    ("explicit", "environ", "told"),
    [
        (
            "eu-west-9",
            {},
            'region: got "eu-west-9"; allowed: an AWS region, such as us-east-1; '
            "did you mean eu-west-1 or eu-west-2 or eu-west-3?",
        ),
        ("", {}, 'region: got ""; allowed: an AWS region, such as us-east-1'),
        (None, {"AWS_REGION": "x"}, 'AWS_REGION: got "x"; allowed: an AWS region, such as us-east-1'),
        (
            None,
            {"AWS_DEFAULT_REGION": ""},
            "AWS_DEFAULT_REGION: set but empty; allowed: an AWS region, such as us-east-1; unset it or fill it in",
        ),
    ],
)
def test_an_unknown_region_is_a_clear_error(explicit: str | None, environ: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole message is compared
        resolve_region(explicit, _SETTINGS, environ)
    assert str(caught.value) == told
