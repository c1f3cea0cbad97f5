"""`make plan-review`, as it is called."""

import shutil
from pathlib import Path

import pytest

from tests.project import ROOT
from tests.unit.plan_review.plans import CONFIGURATION, files, written
from tools.plan_review import __main__ as command
from tools.plan_review.rule import Category


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder to be in, with nothing but what this project says of itself."""
    shutil.copy(ROOT / "plan-review.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_review_is_printed_and_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(list(map(str, files("ordinary")))) == 0
    text = (project / "cdktf.out" / "plans" / "review.md").read_text()
    assert capsys.readouterr().out == f"{text}\n"
    assert text.startswith(CONFIGURATION.marker)


def test_a_missing_label_is_status_2_until_it_is_given() -> None:
    plans = list(map(str, files("cors-any")))
    assert command.main(plans) == 2
    assert command.main([*plans, "--label", "allow-iam"]) == 2
    assert command.main([*plans, "--label", "bug, allow-exposure"]) == 0


def test_plans_of_make_plan_are_found_without_the_stacks_beside_them(project: Path) -> None:
    folder = project / "cdktf.out" / "plans"
    folder.mkdir(parents=True)
    written(folder)
    (folder / "tap-dev-us-east-1.tf.json").write_text('{"resource": {}}')
    assert command.main([]) == 0
    assert "1 stack, no changes" in (folder / "review.md").read_text()


def test_a_broken_plan_is_status_1_and_the_comment_says_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = project / "broken.json"
    broken.write_text("{")
    assert command.main([str(files("ordinary")[0]), str(broken)]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "broken.json: not JSON, or cut off" in err
    assert "## Plan review: failed" in (project / "cdktf.out" / "plans" / "review.md").read_text()


def test_where_a_plan_failed_the_comment_says_that_there_is_no_review(project: Path) -> None:
    assert command.main([*map(str, files("ordinary")), "--failed"]) == 1
    text = (project / "cdktf.out" / "plans" / "review.md").read_text()
    assert text.startswith(CONFIGURATION.marker)
    assert "There is no review" in text


def test_without_plans_it_says_how_to_make_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 1
    assert "run `make plan` first" in capsys.readouterr().err


def test_called_in_a_wrong_way_it_does_not_ask_for_a_label() -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["--lable", "x"])
    assert ended.value.code == 1


def test_help_names_every_label(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    text = "".join(capsys.readouterr().out.split())
    assert all(category.label in text for category in Category)


def test_where_a_person_decides_no_label_is_asked_for_but_a_failure_stays_one(project: Path) -> None:
    assert command.main(["--advisory", *map(str, files("force-destroy"))]) == 0
    assert command.main(list(map(str, files("force-destroy")))) == 2
    (project / "broken.json").write_text("{")
    assert command.main(["--advisory", "broken.json"]) == 1
