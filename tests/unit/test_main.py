"""`main.py`: what it says, what it writes, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import main
from tests.project import clean_environ
from tests.unit.settings.documents import document, write_environment


@pytest.fixture(autouse=True)
def _own_project(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither what is set on this machine nor what is in environments/ matters here."""
    for name in os.environ.keys() - clean_environ().keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "out"))
    monkeypatch.setattr(main, "ROOT", project)


def test_bad_settings_end_with_status_2_and_a_line_for_each_problem_and_no_traceback(
    project: Path, tmp_path: Path
) -> None:
    environ = clean_environ(TAP_ENVIRONMENT="prdo", TAP_ENVIRONMENT_SUFFIX="", CDKTF_OUTDIR=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=project, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    first, second, *more = done.stderr.splitlines()
    assert first == (
        'TAP_ENVIRONMENT: got "prdo"; allowed: dev, local, prod, staging, separated by commas; did you mean prod?'
    )
    assert second.startswith("TAP_ENVIRONMENT_SUFFIX: set but empty; allowed: ")
    assert not more
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", ["", "true", "2"])
def test_a_wrong_bootstrap_variable_is_told_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, value: str
) -> None:
    monkeypatch.setenv("TAP_BOOTSTRAP", value)
    assert main.main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("TAP_BOOTSTRAP: ")
    assert not (tmp_path / "out").exists()


def test_hcl_is_refused_in_a_sentence_because_cdktf_writes_what_terraform_cannot_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`cdktf synth --hcl` sets the variable."""
    monkeypatch.setenv("SYNTH_HCL_OUTPUT", "true")
    assert main.main() == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith('SYNTH_HCL_OUTPUT: got "true", which cdktf synth --hcl sets; allowed: unset it')
    assert not (tmp_path / "out").exists()


def test_a_bad_file_is_told_by_name_and_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(main, "ROOT", tmp_path)
    write_environment(tmp_path, "dev", document("owner = 1"))
    assert main.main() == 2
    assert capsys.readouterr().err.startswith("environments/dev.toml:4: owner: got 1; allowed: ")


def test_packages_that_cannot_be_built_are_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As in a folder without the functions' code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(main, "ROOT", tmp_path)
    write_environment(tmp_path, "dev", document())
    assert main.main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "lambda_code" in line


def test_a_run_reports_every_stack_and_the_next_one_with_nothing_changed_does_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TAP_ENVIRONMENT", "local")
    assert main.main() == 0
    written = tmp_path / "out" / "stacks" / "tap-local-us-east-1" / "cdk.tf.json"
    report, time = capsys.readouterr().out, written.stat().st_mtime_ns
    assert report.startswith("Environments: local\n")
    assert "tap-local-state" in report
    assert "tap-local-us-east-1" in report
    assert main.main() == 0
    assert capsys.readouterr().out == f"Nothing changed since the last synthesis.\n\n{report}"
    assert written.stat().st_mtime_ns == time
