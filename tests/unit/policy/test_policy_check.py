from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from stacks.settings import Environment
from tools import policy_check
from tools.policy import checkov
from tools.policy.findings import Finding, PolicyError
from tools.policy.report import report

FINDING = Finding("CKV_AWS_144", "tap-dev-us-east-1", "aws_s3_bucket.archive", "title")
WAIVER = """
[[waiver]]
check = "CKV_AWS_144"
kind = "pipeline"
resources = ["aws_s3_bucket.archive"]
reason = "Data stays in the region that took it."
owner = "platform team"
expires = 2999-01-01
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the program with findings and waivers made up, and returns its exit status and what it said."""

    def run_with(found: set[Finding] | Exception, waivers: str = "", *, setup: int = 0) -> tuple[int, str]:
        (tmp_path / "waivers.toml").write_text(waivers)

        def check(*_: object) -> tuple[set[Finding], int]:
            if isinstance(found, Exception):
                raise found
            return found, 7

        monkeypatch.setattr(policy_check, "_WAIVERS", tmp_path / "waivers.toml")
        monkeypatch.setattr("subprocess.run", lambda *_, **__: CompletedProcess([], setup))
        monkeypatch.setattr(policy_check, "_synthesize", lambda *_: ({FINDING.stack: {}}, {FINDING.stack: "pipeline"}))
        monkeypatch.setattr(policy_check, "_check", check)
        monkeypatch.setattr("tools.policy.waivers._LONGEST_DAYS", 10**6)
        status = policy_check.main()
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run_with


def test_nothing_found_is_a_line(run: Any) -> None:
    assert run(set()) == (0, "7 checks passed, 0 findings waived, 0 open.\n")


def test_what_is_waived_is_counted(run: Any) -> None:
    assert run({FINDING}, WAIVER) == (0, "7 checks passed, 1 findings waived, 0 open.\n")


def test_what_is_open_fails_in_a_table_with_advice(run: Any) -> None:
    status, said = run({FINDING})

    assert status == 1
    assert "7 checks passed, 0 findings waived, 1 open." in said
    assert "CKV_AWS_144  tap-dev-us-east-1  aws_s3_bucket.archive  title" in said
    assert "waive it in policy/waivers.toml" in said


def test_an_unused_waiver_fails(run: Any) -> None:
    status, said = run(set(), WAIVER)

    assert status == 1
    assert "is not found in tap-dev-us-east-1" in said


def test_checks_that_do_not_work_are_another_failure(run: Any) -> None:
    assert run(PolicyError("checkov missed the canary")) == (2, "checkov missed the canary\n")


def test_a_setup_that_failed_has_said_so_itself(run: Any) -> None:
    assert run(set(), setup=1) == (2, "")


def test_one_region_of_every_environment_is_checked_and_an_edge(environments: list[Environment]) -> None:
    chosen = policy_check.chosen(environments)

    assert [(one.name, one.suffix) for one in chosen] == [
        *((one.name, one.name) for one in environments),
        ("edged", "edged"),
    ]
    assert all(len(one.settings.regions) == 1 for one in chosen)
    assert [one.suffix for one in chosen if one.settings.edge and one.settings.delivery] == ["edged"]


def test_stacks_are_checked_by_checkov_and_by_actions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    policy = '{"Statement": [{"Sid": "One", "Action": "s3:Nothing", "Resource": "*"}]}'
    stacks: dict[str, Any] = {
        "tap-dev-us-east-1": {"terraform": {}, "resource": {"aws_iam_role_policy": {"a": {"policy": policy}}}}
    }
    monkeypatch.setattr(checkov, "run", lambda *_: [])
    monkeypatch.setattr(checkov, "read", lambda *_: checkov.Scan(frozenset({FINDING}), 3))

    found, passed = policy_check._check(stacks, tmp_path)

    assert sorted(finding.check for finding in found) == ["CKV_AWS_144", "IAM_UNKNOWN_ACTION"]
    assert passed == 3


def test_problems_of_waivers_stand_below_the_table() -> None:
    text = report(passed=1, waived=[], findings=[FINDING], problems=["waiver 3 has expired"])

    assert text.splitlines()[-1] == "waiver 3 has expired"
