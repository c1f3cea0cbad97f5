"""checkov itself does not run here: it is believed only when its report shows that it has looked."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.policy import checkov
from tools.policy.canary import EXPECTED, canary
from tools.policy.copies import write_copies
from tools.policy.findings import Finding, PolicyError

STACK: dict[str, Any] = {"terraform": {}, "resource": {"aws_s3_bucket": {"archive": {}, "inbox": {}}}}
STACKS = {"tap-dev-state": 2}


def _check(id_: str, path: str, resource: str = "aws_s3_bucket.archive", line: int = 4) -> dict[str, Any]:
    return {
        "check_id": id_,
        "check_name": "title",
        "resource": resource,
        "file_path": path,
        "file_line_range": [line, line],
    }


def _report(form: str, *, passed: int = 1, failed: tuple[dict[str, Any], ...] = (), errors: int = 0) -> dict[str, Any]:
    file = "json/cdk.tf.json" if form == "terraform_json" else "hcl/main.tf"
    canaries = [_check(id_, f"/canary/{file}") for id_ in EXPECTED[form]]
    return {
        "check_type": form,
        "summary": {"parsing_errors": errors},
        "results": {
            "passed_checks": [_check("CKV_AWS_1", f"/tap-dev-state/{file}")] * passed + canaries,
            "failed_checks": [*canaries, *failed],
            "parsing_errors": ["x.tf"] * errors,
        },
    }


def test_findings_of_all_forms_are_put_together(tmp_path: Path) -> None:
    write_copies({"tap-dev-state": STACK}, tmp_path)
    copy = (tmp_path / "tap-dev-state/json/cdk.tf.json").read_text().splitlines()
    line = next(number for number, text in enumerate(copy, start=1) if text.startswith('   "archive"'))
    as_json = _check("CKV_AWS_21", "/tap-dev-state/json/cdk.tf.json", "resource.archive", line)
    as_hcl = _check("CKV_AWS_21", "/tap-dev-state/hcl/main.tf")
    only_hcl = _check("CKV_AWS_18", "/tap-dev-state/hcl/main.tf")
    reports = [
        _report("terraform_json", failed=(as_json,)),
        _report("terraform", failed=(as_hcl, only_hcl)),
        _report("secrets"),
    ]

    scan = checkov.read(reports, tmp_path, STACKS)

    assert scan.passed == 3
    assert scan.findings == {
        Finding("CKV_AWS_21", "tap-dev-state", "aws_s3_bucket.archive", "title"),
        Finding("CKV_AWS_18", "tap-dev-state", "aws_s3_bucket.archive", "title"),
    }


def _without_canary(form: str) -> dict[str, Any]:
    report = _report(form)
    report["results"]["failed_checks"] = []
    return report


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ([{"passed": 0, "failed": 0}], "did not check terraform_json"),
        ([_report("terraform_json"), _report("terraform")], "did not check secrets"),
        ([_report("terraform_json", errors=1)], r"could not read 1 files \(x.tf\)"),
        ([_report("terraform_json"), _without_canary("terraform")], "missed CKV_AWS_43, CKV_AWS_53, CKV_AWS_63 in the"),
        ([_report("terraform_json", passed=0)], "made 0 checks of tap-dev-state as terraform_json"),
    ],
)
def test_a_scan_that_saw_little_is_not_believed(tmp_path: Path, reports: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        checkov.read(reports, tmp_path, STACKS)


def _program(folder: Path, script: str) -> Path:
    path = folder / "checkov"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_one_report_or_several_are_read(tmp_path: Path) -> None:
    assert checkov.run(_program(tmp_path, """echo '{"check_type": "x"}'; exit 1"""), tmp_path) == [{"check_type": "x"}]
    assert checkov.run(_program(tmp_path, "echo '[1, 2]'"), tmp_path) == [1, 2]


def test_checkov_is_asked_for_all_forms_and_for_nothing_from_a_server(tmp_path: Path) -> None:
    [[*arguments]] = [checkov.run(_program(tmp_path, """printf '["%s"]' "$*" """), tmp_path)]

    for wanted in ("--framework terraform_json terraform secrets", "--skip-download", f"--directory {tmp_path}"):
        assert wanted in arguments[0]


@pytest.mark.parametrize(("script", "said"), [("echo broken >&2; exit 2", "broken"), ("exit 2", "nothing")])
def test_no_report_is_an_error_that_says_why(tmp_path: Path, script: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        checkov.run(_program(tmp_path, script), tmp_path)


def test_the_canary_holds_a_policy_for_everybody() -> None:
    policy = json.loads(canary()["resource"]["aws_iam_role_policy"]["open"]["policy"])

    assert policy["Statement"][0]["Action"] == "*"
