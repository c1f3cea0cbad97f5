"""Synthesis is skipped only when another one would write the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stacks.speed import SynthRecord
from stacks.speed.skip import RECORD

REPORT = "stack  resources\ntap-dev-us-east-1  101"
ENVIRON = {"HOME": "/home/someone", "TAP_ENVIRONMENT": "dev", "AWS_REGION": "us-east-1"}
FILES = (
    "main.py",
    "cdktf.json",
    "pyproject.toml",
    "Pipfile.lock",
    "stacks/tap_stack.py",
    "stacks/settings/data.json",
    "modules/bucket.py",
    "lambda_code/receiver/handler.py",
    "environments/dev.toml",
    "providers/terraform/.terraform.lock.hcl",
)
OUTPUTS = ("manifest.json", "stacks/tap-dev/cdk.tf.json", "stacks/tap-dev/assets/code/receiver.zip")


class Project:
    """A project that was synthesized: a few inputs, a few outputs, and the record of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.outdir = root / "cdktf.out"
        self.environ = dict(ENVIRON)
        for name in FILES:
            self.write(root / name, f"content of {name}")
        for name in OUTPUTS:
            self.write(self.outdir / name, f"content of {name}")

    def write(self, path: Path, content: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def record(self) -> SynthRecord:
        return SynthRecord(self.root, self.outdir, self.environ)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.record().remember(REPORT)
    return project


def test_the_first_synthesis_is_never_skipped(tmp_path: Path) -> None:
    assert Project(tmp_path).record().unchanged() is None


def test_an_unchanged_project_gives_the_report_of_its_last_synthesis(project: Project) -> None:
    assert project.record().unchanged() == REPORT


@pytest.mark.parametrize("name", FILES)
def test_an_edited_input_is_synthesized(project: Project, name: str) -> None:
    project.write(project.root / name, "something else")

    assert project.record().unchanged() is None


def test_an_input_edited_back_is_not_synthesized(project: Project) -> None:
    project.write(project.root / "main.py", "something else")
    project.write(project.root / "main.py", "content of main.py")

    assert project.record().unchanged() == REPORT


def _add(project: Project) -> None:
    project.write(project.root / "environments/pr.toml", "")


def _rename(project: Project) -> None:
    (project.root / "modules/bucket.py").rename(project.root / "modules/pail.py")


def _remove(project: Project) -> None:
    (project.root / "lambda_code/receiver/handler.py").unlink()


def _swap(project: Project) -> None:
    project.write(project.root / "main.py", "content of cdktf.json")
    project.write(project.root / "cdktf.json", "content of main.py")


def _set(name: str, value: str) -> Callable[[Project], None]:
    def change(project: Project) -> None:
        project.environ[name] = value

    return change


def _unset(project: Project) -> None:
    del project.environ["AWS_REGION"]


@pytest.mark.parametrize(
    "change",
    [
        _add,
        _rename,
        _remove,
        _swap,
        _unset,
        _set("TAP_ENVIRONMENT", "dev,staging"),
        _set("TAP_ENVIRONMENT_SUFFIX", "pr42"),
        _set("TAP_BOOTSTRAP", "1"),
        _set("AWS_REGION", "eu-west-1"),
        _set("AWS_DEFAULT_REGION", "eu-west-1"),
        _set("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        _set("CDKTF_CONTEXT_JSON", "{}"),
        _set("CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS", "true"),
        _set("SYNTH_HCL_OUTPUT", "true"),
        _set("TAP_FAST_SYNTH", "0"),
    ],
)
def test_another_change_of_what_synthesis_reads_is_synthesized(
    project: Project, change: Callable[[Project], None]
) -> None:
    change(project)

    assert project.record().unchanged() is None


def test_variables_and_files_that_synthesis_does_not_read_do_not_matter(project: Project) -> None:
    project.environ["HOME"] = "/home/somebody-else"
    project.write(project.root / "README.md", "new")
    project.write(project.root / "stacks/__pycache__/tap_stack.cpython-311.pyc", "new")

    assert project.record().unchanged() == REPORT


def test_other_arguments_are_synthesized(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["main.py", "--verbose"])

    assert project.record().unchanged() is None


def test_another_python_is_synthesized(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.99.0")

    assert project.record().unchanged() is None


def test_another_version_of_a_package_is_synthesized(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "cdktf-9.9.9.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))

    assert project.record().unchanged() is None


def test_a_project_that_was_moved_is_synthesized(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.root, tmp_path / "moved")

    assert SynthRecord(tmp_path / "moved", tmp_path / "moved" / "cdktf.out", project.environ).unchanged() is None


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_that_was_edited_or_deleted_is_synthesized(project: Project, name: str) -> None:
    output = project.outdir / name
    content = output.read_text()
    project.write(output, "edited by hand")
    assert project.record().unchanged() is None

    output.write_text(content)
    assert project.record().unchanged() == REPORT

    output.unlink()
    assert project.record().unchanged() is None


def test_an_output_folder_that_was_deleted_is_synthesized(project: Project) -> None:
    shutil.rmtree(project.outdir)

    assert project.record().unchanged() is None


def test_outputs_outside_the_folder_are_watched_too(project: Project) -> None:
    package = project.root / ".cache" / "receiver.zip"
    project.write(package, "zip")
    project.record().remember(REPORT, written=[package])
    assert project.record().unchanged() == REPORT

    package.unlink()
    assert project.record().unchanged() is None


def test_what_terraform_adds_does_not_matter(project: Project) -> None:
    for name in (".terraform/providers/aws", ".terraform.lock.hcl", "terraform.tap-dev.tfstate"):
        project.write(project.outdir / "stacks/tap-dev" / name, "before")
    project.record().remember(REPORT)
    for name in (".terraform/providers/aws", ".terraform.lock.hcl", "terraform.tap-dev.tfstate"):
        project.write(project.outdir / "stacks/tap-dev" / name, "after")

    assert project.record().unchanged() == REPORT


@pytest.mark.parametrize(
    "content", ["", "{", "null", "[]", '"text"', "{}", '{"format": 1}', '{"format": 1, "inputs": 5, "outputs": 5}']
)
def test_a_broken_record_is_no_record(project: Project, content: str) -> None:
    (project.outdir / RECORD).write_text(content)

    assert project.record().unchanged() is None


@pytest.mark.parametrize("change", [{"format": 0}, {"outputs": {}}, {"outputs": 5}, {"outputs": {"manifest.json": ""}}])
def test_a_record_of_another_form_is_no_record(project: Project, change: dict[str, object]) -> None:
    record = json.loads((project.outdir / RECORD).read_text())
    (project.outdir / RECORD).write_text(json.dumps(record | change))

    assert project.record().unchanged() is None


def test_an_input_edited_during_synthesis_is_not_taken_for_synthesized(tmp_path: Path) -> None:
    project = Project(tmp_path)
    record = project.record()
    project.write(project.root / "main.py", "edited meanwhile")
    record.remember(REPORT)

    assert project.record().unchanged() is None
    assert not (project.outdir / RECORD).exists()


def test_an_output_that_is_missing_is_not_recorded(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.record().remember(REPORT, written=[project.outdir / "nothing.zip"])

    assert project.record().unchanged() is None


def test_switched_off_nothing_is_recorded(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.environ["TAP_FAST_SYNTH"] = "0"
    project.record().remember(REPORT)

    assert not (project.outdir / RECORD).exists()


def test_a_skipped_run_imports_no_cdktf() -> None:
    script = (
        "import sys, stacks.speed; print([m for m in sys.modules if m in ('cdktf', 'jsii', 'typeguard', 'pydantic')])"
    )
    root = Path(__file__).parents[3]

    assert subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, check=True).stdout == b"[]\n"
