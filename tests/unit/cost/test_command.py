"""`make cost`, as it is called."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from main import synthesize
from stacks.settings import Environment
from tests.project import ENVIRONMENTS, ROOT
from tools.cost import __main__ as command


@pytest.fixture(scope="module")
def synthesized(environments: list[Environment], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with the tests' environments, synthesized."""
    folder = tmp_path_factory.mktemp("project")
    synthesize(environments, folder / "cdktf.out", root=ROOT)
    (folder / "environments").symlink_to(ENVIRONMENTS)
    return folder


@pytest.fixture(autouse=True)
def project(synthesized: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(synthesized)


def _data(capsys: pytest.CaptureFixture[str], *arguments: str, **environ: str) -> dict[str, dict[str, Any]]:
    assert command.main([*arguments, "--format", "json"], environ) == 0
    return {each["environment"]: each for each in json.loads(capsys.readouterr().out)}


def test_it_says_what_every_environment_costs_and_that_an_emulator_costs_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main([], {}) == 0
    answer = capsys.readouterr()
    assert answer.err == "local: runs on an emulator, which costs nothing\n"
    for name in ("dev", "prod", "staging"):
        assert re.search(rf"^{name}: 10 events/s of 1,024 bytes in each region", answer.out, re.MULTILINE)
        assert f"\ntap-{name}-us-east-1 " in answer.out
    assert "US dollars a month, at list prices of 2" in answer.out
    assert "without free tier, discounts and taxes" in answer.out
    assert "\x1b" not in answer.out


def test_stacks_and_environments_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(_data(capsys, "tap-prod-*")) == ["prod"]
    assert list(_data(capsys, TAP_ENVIRONMENT="dev, staging")) == ["dev", "staging"]
    chosen = _data(capsys, "*-us-east-1", TAP_ENVIRONMENT="dev")
    assert list(chosen["dev"]["stacks"]) == ["tap-dev-us-east-1"]


def test_what_was_not_synthesized_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["tap-qa-*"], {}) == 1
    assert capsys.readouterr().err.startswith("no stack tap-qa-*; synthesized are: ")
    assert command.main([], {"TAP_ENVIRONMENT": "qa"}) == 1
    assert capsys.readouterr().err.startswith("no stack of qa was synthesized, only: ")


def test_nothing_synthesized_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command.main([], {}) == 1
    assert "run `make synth` there first" in capsys.readouterr().err


def test_the_sums_are_those_of_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    prod = _data(capsys)["prod"]
    for stack in prod["stacks"].values():
        assert stack["usd"] == pytest.approx(sum(line["usd"] for line in stack["lines"]), abs=0.001)
        assert stack["usd"] == pytest.approx(
            sum(stack[f"{kind}_usd"] for kind in ("fixed", "events", "kept")), abs=0.001
        )
    assert prod["usd"] == pytest.approx(sum(stack["usd"] for stack in prod["stacks"].values()), abs=0.001)


def test_a_call_can_ask_for_other_traffic(capsys: pytest.CaptureFixture[str]) -> None:
    usual = _data(capsys, "tap-dev-us-east-1")["dev"]
    double = _data(capsys, "tap-dev-us-east-1", "--events-per-second", "20")["dev"]
    assert double["traffic"] == {**usual["traffic"], "events_per_second": 20}
    stack = "tap-dev-us-east-1"
    assert double["stacks"][stack]["fixed_usd"] == usual["stacks"][stack]["fixed_usd"]
    assert double["stacks"][stack]["events_usd"] > 1.5 * usual["stacks"][stack]["events_usd"]


def test_the_settings_of_an_environment_declare_its_traffic_quotas_and_budget(
    synthesized: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cdktf.out").symlink_to(synthesized / "cdktf.out")
    (tmp_path / "environments").mkdir()
    text = (ENVIRONMENTS / "prod.toml").read_text()
    text = text.replace("[api]\n", "[api]\naccount_rate_per_second = 2500\n")
    more = "\n[traffic]\nevents_per_second = 77\nmonths = 1\n\n[budget]\nmonthly_usd = 500\n"
    (tmp_path / "environments" / "prod.toml").write_text(text + more)
    monkeypatch.chdir(tmp_path)
    prod = _data(capsys, "tap-prod-*")["prod"]
    assert (prod["traffic"]["events_per_second"], prod["traffic"]["months"], prod["budget_usd"]) == (77, 1, 500)
    [quota] = [each for each in prod["stacks"]["tap-prod-us-east-1"]["limits"] if "all APIs" in each["what"]]
    assert (quota["events_per_second"], quota["decided_by"]) == (2500, "api.account_rate_per_second")
    assert command.main(["tap-prod-*"], {}) == 0
    percent = round(100 * prod["usd"] / 500)
    assert f"That is {percent} % of budget.monthly_usd, 500 US dollars; it warns at 80 %." in capsys.readouterr().out


def test_bad_settings_are_told_as_synth_tells_them(
    synthesized: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cdktf.out").symlink_to(synthesized / "cdktf.out")
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "prod.toml").write_text("[traffic]\nevents_per_request = 501\n")
    monkeypatch.chdir(tmp_path)
    assert command.main(["tap-prod-*"], {}) == 1
    assert "traffic.events_per_request: got 501; allowed: 1 to 500" in capsys.readouterr().err


def test_a_wrong_number_is_refused_with_what_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["--events-per-request", "501"], {})
    assert stopped.value.code == 2
    assert "--events-per-request: got 501; allowed: 1 to 500" in capsys.readouterr().err


def test_a_rate_above_a_limit_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["tap-dev-us-east-1", "--events-per-second", "5000"], {}) == 0
    text = capsys.readouterr().out
    assert re.search(r"^writes to the shards +\d+ +met already +stream.shards *$", text, re.MULTILINE)
    assert "It can't take this rate as it is." in text
    assert command.main(["tap-dev-us-east-1", "--events-per-second", "5"], {}) == 0
    assert "met already" not in capsys.readouterr().out


def test_what_is_computed_with_prices_of_another_region_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    amount = _data(capsys, "tap-dev-*")["dev"]["stacks"]["tap-dev-eu-west-1"]["borrowed_usd"]
    assert amount > 0
    assert command.main(["tap-dev-*"], {}) == 0
    assert f"\n{amount:,.2f} of eu-west-1 is computed with prices of us-east-1: its own " in capsys.readouterr().out
    assert command.main(["tap-dev-us-east-1"], {}) == 0
    assert "is computed with prices of" not in capsys.readouterr().out


def test_markdown_has_the_same_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["tap-dev-us-east-1", "--format", "markdown"], {}) == 0
    text = capsys.readouterr().out
    assert "| stack | fixed | events | kept | a month | a million events |\n| --- | ---: | ---: |" in text
    assert re.search(r"^\| no deduplication \| [\d,.]+ \| -[\d,.]+ \|$", text, re.MULTILINE)


def test_other_settings_cost_what_a_stack_with_them_costs(capsys: pytest.CaptureFixture[str]) -> None:
    stack = "tap-prod-us-east-1"
    otherwise = _data(capsys, stack)["prod"]["stacks"][stack]["alternatives"]
    requests = _data(capsys, stack, "--events-per-request", "100")["prod"]["stacks"][stack]
    assert otherwise["requests of 100 events"] == requests["usd"]
    assert "requests of 1 event" in requests["alternatives"]
    assert {"a stream on demand", "no deduplication", "no tracing"} <= set(otherwise)
