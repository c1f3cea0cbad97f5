"""The rehearsal of the move to CDK Terrain, on projects of a few lines; tests/recipes does it for this one."""

import os
import sys
from pathlib import Path

import pytest

from tools import cdk_terrain
from tools.cdk_terrain import CdkTerrainError, rehearse, rename_imports

# Writes two stacks: "b" has what the framework says in it, "a" only a note of it.
_MAIN = """
import json, os
from pathlib import Path

from cdktf import NAME

out = Path(os.environ["CDKTF_OUTDIR"])
stacks = {name: {"synthesizedStackPath": f"stacks/{name}/cdk.tf.json"} for name in "ab"}
for name, content in {"a": {"//": NAME, "x": 1}, "b": {"x": %s}}.items():
    (out / "stacks" / name).mkdir(parents=True)
    (out / "stacks" / name / "cdk.tf.json").write_text(json.dumps(content))
(out / "manifest.json").write_text(json.dumps({"stacks": stacks}))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("cdktf", "cdktn"):
        (folder / f"{name}.py").write_text(f"NAME = {name!r}\n")
    return folder


def _rehearse(project: Path) -> dict[str, bool]:
    return rehearse(project, Path(sys.executable), project.parent / "work", os.environ)


def test_imports_are_renamed_and_nothing_else(project: Path) -> None:
    before = (
        '"""Written with cdktf, to cdktf.out."""\n'
        "import cdktf\nfrom cdktf import App\n"
        "from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket\n"
        "def f():\n    from cdktf import TerraformStack\n"
        'OUT = "cdktf.out"\n'
    )
    (project / "modules").mkdir()
    (project / "modules" / "bucket.py").write_text(before)
    (project / "main.py").write_text("print('no import')\n")
    assert rename_imports(project) == ["modules/bucket.py"]
    assert (project / "modules" / "bucket.py").read_text() == (
        '"""Written with cdktf, to cdktf.out."""\n'
        "import cdktn\nfrom cdktn import App\n"
        "from cdktn_provider_aws.s3_bucket import S3Bucket\n"
        "def f():\n    from cdktn import TerraformStack\n"
        'OUT = "cdktf.out"\n'
    )
    assert rename_imports(project) == []


def test_stacks_are_the_same_but_for_the_notes_of_the_framework(project: Path) -> None:
    (project / "main.py").write_text(_MAIN % "1")
    assert _rehearse(project) == {"a": True, "b": True}


def test_a_stack_that_differs_is_named(project: Path) -> None:
    (project / "main.py").write_text(_MAIN % "NAME")
    assert _rehearse(project) == {"a": True, "b": False}


def test_the_project_itself_stays_as_it_is(project: Path) -> None:
    (project / "main.py").write_text(_MAIN % "1")
    _rehearse(project)
    assert (project / "main.py").read_text() == _MAIN % "1"


def test_a_synthesis_that_fails_is_told_in_its_own_words(project: Path) -> None:
    (project / "main.py").write_text("import cdktf, sys\nsys.exit('environments/dev.toml: no region')\n")
    with pytest.raises(CdkTerrainError, match=r"synthesis into cdktf\.out failed:\nenvironments/dev\.toml: no region"):
        _rehearse(project)


@pytest.mark.parametrize(("same", "status"), [({"a": True, "b": True}, 0), ({"a": True, "b": False}, 1)])
def test_the_exit_status_says_whether_all_are_the_same(
    same: dict[str, bool], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cdk_terrain, "rehearse", lambda *_: same)
    assert cdk_terrain.main([]) == status
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["same       a", f"{'DIFFERENT' if status else 'same     '}  b"]
    assert said[-1].startswith("1 of 2 stacks differ" if status else "All 2 stacks are the same")


def test_an_old_rehearsal_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, project: Path
) -> None:
    (project / "main.py").write_text(_MAIN % "1")
    monkeypatch.setattr(cdk_terrain, "ROOT", project)
    (tmp_path / "kept" / "copy").mkdir(parents=True)
    assert cdk_terrain.main(["--keep", str(tmp_path / "kept")]) == 1
    assert "name a new folder" in capsys.readouterr().err
