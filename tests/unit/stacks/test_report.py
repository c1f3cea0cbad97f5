"""What a synthesis says at its end."""

from pathlib import Path

import pytest

from stacks.report import synthesis_report
from stacks.settings import FUNCTIONS, Environment
from tests.synthesized import VARIANTS, Stack
from tests.unit.stacks.conftest import Other


@pytest.fixture
def lines(other: Other, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The report of dev and its copy pr42, as seen from beside the output folder."""
    monkeypatch.chdir(other.outdir.parent)
    return synthesis_report(other.outdir, other.environments).splitlines()


def test_the_report_names_the_environments_and_whose_settings_they_have(lines: list[str]) -> None:
    assert lines[0] == "Environments: dev, pr42 (settings of dev)"


def test_the_report_is_a_table_of_stacks_resources_and_packages_and_where_they_lie(
    lines: list[str], other: Other
) -> None:
    (header, *rows) = (line.split() for line in lines[2:6])
    assert header == ["stack", "resources", "packages", "where"]
    functions = str(len(FUNCTIONS))
    assert rows == [
        [name, str(len(other.stacks[name].addresses())), packages, f"{other.outdir.name}/stacks/{name}/cdk.tf.json"]
        for name, packages in (
            ("tap-dev-state", "0"),
            ("tap-dev-us-east-1", functions),
            ("tap-pr42-us-east-1", functions),
        )
    ]
    assert all(Path(where).is_file() for *_, where in rows)
    assert len({line.index(f"{other.outdir.name}/") for line in lines[3:6]}) == 1


def test_the_report_says_what_to_do_next_with_the_first_pipeline(lines: list[str]) -> None:
    assert lines[-2].startswith("Next: ")
    assert "diff tap-dev-us-east-1`" in lines[-2]
    assert "deploy tap-dev-us-east-1`" in lines[-2]


def test_the_report_ends_with_how_the_bucket_of_the_state_is_made(lines: list[str]) -> None:
    assert lines[-1].startswith("Before the first deploy, create the bucket of the state: ")
    assert "`TAP_BOOTSTRAP=1 ./cdktf deploy tap-dev-state`" in lines[-1]


def test_the_report_says_what_is_less_safe_than_the_defaults(lines: list[str]) -> None:
    told = ", ".join(
        ["protection.force_destroy = true", "protection.deletion_protection = false", "alarms.emails = []"]
    )
    start = lines.index("Less safe than the defaults, as the settings say:")
    assert lines[start + 1 : start + 4] == [f"  dev: {told}", f"  pr42 (settings of dev): {told}", ""]


@pytest.mark.parametrize(
    ("variant", "told"),
    [
        ("open", "api.auth = open, alarms.emails = []"),
        ("untraced", "observability.tracing = false, alarms.emails = []"),
        ("forgetful", "deduplication.days = 0, alarms.emails = []"),
        ("plain", "alarms.emails = []"),
    ],
)
def test_each_deviation_is_told(every_stack: dict[str, Stack], variant: str, told: str) -> None:
    outdir = every_stack["tap-plain-state"].folder.parents[1]
    environment = next(each for each in VARIANTS if each.name == variant)
    assert f"\n  {variant}: {told}\n" in synthesis_report(outdir, [environment])


def test_nothing_is_told_about_settings_as_safe_as_the_defaults(
    every_stack: dict[str, Stack], environments: list[Environment]
) -> None:
    outdir = every_stack["tap-plain-state"].folder.parents[1]
    prod = next(environment for environment in environments if environment.name == "prod")
    assert "Less safe" not in synthesis_report(outdir, [prod])
