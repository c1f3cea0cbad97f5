"""Runs checkov, and trusts a result only if it proves that checkov looked."""

import json
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tools.policy.canary import EXPECTED
from tools.policy.copies import CANARY, address_at
from tools.policy.findings import Finding, PolicyError
from tools.policy.hcl import Json

_FORMS = {"terraform_json": "json", "terraform": "hcl"}
_LEAST_CHECKS_PER_RESOURCE = 0.5


@dataclass(frozen=True, slots=True)
class Scan:
    """What checkov found in all copies, without the canary, and how many checks passed."""

    findings: frozenset[Finding]
    passed: int


def run(program: Path, folder: Path) -> Json:
    """checkov's report on a folder; it asks no server for anything."""
    command = [str(program), "--directory", str(folder), "--framework", *EXPECTED, "--skip-download", "--compact"]
    done = subprocess.run([*command, "--output", "json"], capture_output=True, text=True, check=False)
    try:
        reports = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["nothing"]
        raise PolicyError(f"checkov gave no report; it said: {last[0]}") from None
    return reports if isinstance(reports, list) else [reports]


def read(reports: Json, folder: Path, resources: dict[str, int]) -> Scan:
    """The findings of a report; `resources`: how many each stack has. Raises PolicyError on a scan that saw little."""
    by_form = {report["check_type"]: report for report in reports if "check_type" in report}
    for form, expected in EXPECTED.items():
        report = by_form.get(form)
        if report is None:
            raise PolicyError(f"checkov did not check {form}: see whether it still supports this framework")
        _trust(form, report, expected)
        if form in _FORMS:
            _saw_all(form, report, resources)
    found = {
        _finding(check, folder)
        for report in by_form.values()
        for check in report["results"]["failed_checks"]
        if _stack(check) != CANARY
    }
    passed = sum(
        1
        for report in by_form.values()
        for check in report["results"].get("passed_checks", [])
        if _stack(check) != CANARY
    )
    return Scan(frozenset(found), passed)


def _trust(form: str, report: Json, expected: frozenset[str]) -> None:
    errors = report["summary"]["parsing_errors"]
    if errors:
        files = ", ".join(report["results"].get("parsing_errors", []))
        raise PolicyError(
            f"checkov could not read {errors} files ({files}): strip what it can't read in tools/policy/copies.py"
        )
    caught = {check["check_id"] for check in report["results"]["failed_checks"] if _stack(check) == CANARY}
    if not expected <= caught:
        missed = ", ".join(sorted(expected - caught))
        raise PolicyError(f"checkov missed {missed} in the canary as {form}: its other results can't be trusted")


def _saw_all(form: str, report: Json, resources: dict[str, int]) -> None:
    checks = [*report["results"]["failed_checks"], *report["results"].get("passed_checks", [])]
    seen = Counter(_stack(check) for check in checks)
    for stack, count in resources.items():
        least = int(count * _LEAST_CHECKS_PER_RESOURCE)
        if seen[stack] < least:
            raise PolicyError(f"checkov made {seen[stack]} checks of {stack} as {form}, expected at least {least}")


def _stack(check: Json) -> str:
    return str(check["file_path"]).strip("/").split("/")[0]


def _finding(check: Json, folder: Path) -> Finding:
    address = check["resource"]
    if address.startswith("resource."):
        address = address_at(folder / check["file_path"].strip("/"), check["file_line_range"][0])
    return Finding(check["check_id"], _stack(check), address, check["check_name"])
