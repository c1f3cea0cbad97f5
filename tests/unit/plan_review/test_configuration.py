"""What a project says of itself, and what holds where it says nothing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import ROOT
from tests.unit.plan_review.plans import CONFIGURATION, Json, change, written
from tools.plan_review import __main__ as command
from tools.plan_review.comment import comment
from tools.plan_review.configuration import DEFAULTS, read_configuration
from tools.plan_review.model import ReviewError
from tools.plan_review.reading import read_plan
from tools.plan_review.review import review
from tools.synthesized import PLANS

_WHOLE = """
marker = "<!-- ours -->"
plans = "out"
make_plans = "make all-plans"
region = "^([a-z]+)-"
by_hand = "-roles$"
labels_by = "anyone"
public_routes = ["GET /ping"]

free_variables = ["COLOUR"]

[[variables]]
names = ["DEBUG", "TRACE"]
when = "becomes 1"
label = "allow-exposure"
id = "debug-on"
message = "Shows what nobody should see."
"""

_VARIABLE = """variables = [{{names = ["A"], when = "{when}", label = "{label}", id = "a", message = "b"}}]"""
# Without the folder of this project, and without its packages.
_ELSEWHERE = """
import os, runpy, sys
sys.path = [os.getcwd(), *(path for path in sys.path if "site-packages" not in path)]
runpy.run_module("tools.plan_review", run_name="__main__", alter_sys=False)
"""


def _file(folder: Path, text: str) -> Path:
    (folder / "plan-review.toml").write_text(text)
    return folder / "plan-review.toml"


def test_plans_are_where_make_plan_writes_them() -> None:
    assert Path(CONFIGURATION.plans) == PLANS


def test_the_documentation_names_the_mark_that_the_comment_has() -> None:
    assert f"`{CONFIGURATION.marker}`" in (ROOT / "docs" / "plan-review.md").read_text()


def test_another_project_needs_no_file(tmp_path: Path) -> None:
    assert read_configuration(tmp_path / "plan-review.toml") == DEFAULTS
    route = change("aws_apigatewayv2_route", None, {"route_key": "GET /health", "authorization_type": "NONE"})
    variables = {"environment": [{"variables": {"TAP_API_AUTH": "open"}}]}
    function = change("aws_lambda_function", None, variables)
    plan = read_plan(written(tmp_path, route, function, name="network-eu-west-1"))
    found = review([plan])
    assert (plan.region, {one.rule.id for one in found.findings}) == (None, {"route-open", "not-judged"})
    assert comment(found).startswith("<!-- terraform-plan-review -->\n")


def test_the_package_runs_without_the_rest_of_this_project(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tools" / "plan_review", tmp_path / "tools" / "plan_review")
    plan = written(tmp_path, change("aws_sqs_queue", {"name": "a"}, None), name="network")
    command = [sys.executable, "-I", "-c", _ELSEWHERE, str(plan), "--output", "review.md"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    assert "`aws_sqs_queue.one` **destroy**" in (tmp_path / "review.md").read_text()


def test_what_the_file_says_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    route = change("aws_apigatewayv2_route", None, {"route_key": "GET /ping", "authorization_type": "NONE"})
    before, after = ({"environment": [{"variables": {"DEBUG": value}}]} for value in ("0", "1"))
    written(tmp_path / "out", route, change("aws_lambda_function", before, after), name="dublin-network")
    file = _file(tmp_path, _WHOLE.replace('"out"', json.dumps(str(tmp_path / "out"))))
    assert command.main(["--configuration", str(file)]) == 2
    text = capsys.readouterr().out
    assert text.startswith("<!-- ours -->\n")
    assert "- **Shows what nobody should see.** (`debug-on`)" in text
    assert "`environment.variables.DEBUG`: 0 -> 1" in text
    assert "route-open" not in text
    assert read_configuration(file).region_of("dublin-network") == "dublin"
    assert [read_configuration(file).is_by_hand(name) for name in ("dublin-roles", "dublin-network")] == [True, False]


def test_the_value_of_a_variable_that_terraform_marks_as_sensitive_is_not_shown(tmp_path: Path) -> None:
    before, after = ({"environment": [{"variables": {"TAP_API_AUTH": value}}]} for value in ("hidden", "open"))
    marks: Json = {"before_sensitive": {"environment": [{"variables": {"TAP_API_AUTH": True}}]}}
    plan = read_plan(written(tmp_path, change("aws_lambda_function", before, after, **marks)))
    text = comment(review([plan], CONFIGURATION))
    assert "`environment.variables.TAP_API_AUTH`\n" in text
    assert "hidden" not in text


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("marker = 3", "marker: got 3; allowed: a text"),
        ('marker = "plan"', "marker: got 'plan'; allowed: an HTML comment"),
        ('marker = "<!-- a\\nb -->"', "allowed: an HTML comment"),
        ('markers = "<!-- a -->"', "markers: unknown key; allowed: marker, plans, "),
        ('labels_by = "me"', "labels_by: got 'me'; allowed: others, anyone"),
        ('by_hand = "("', "by_hand: got '\\('.*allowed: a regular expression"),
        ('region = "("', "region: got '\\('.*allowed: a regular expression"),
        ('region = "[a-z]+"', "allowed: a regular expression with one group"),
        ('public_routes = "GET /"', "public_routes: got 'GET /'; allowed: a list of texts"),
        ("public_routes = [1]", "public_routes: got .1.; allowed: a list of texts"),
        ("variables = 1", "variables: got 1; allowed: tables"),
        ('variables = [{id = "a"}]', "allowed: names, when, label, id, message"),
        ('variables = ["a"]', "allowed: names, when, label, id, message"),
        (_VARIABLE.format(when="melts", label="allow-iam"), "when: got 'melts'; allowed: differs, lowered, raised"),
        (_VARIABLE.format(when="becomes", label="allow-iam"), "when: got 'becomes'; allowed: .* with a value"),
        (_VARIABLE.format(when="raised 3", label="allow-iam"), "when: got 'raised 3'; allowed: "),
        (_VARIABLE.format(when="raised", label="allow-all"), "label: got 'allow-all'; allowed: allow-data-loss, "),
        (_VARIABLE.replace('["A"]', '"A"').format(when="raised", label="allow-iam"), "names: got 'A'; allowed: a list"),
        ("free_variables = [1]", "free_variables: got .1.; allowed: a list of texts"),
        ("marker", "not TOML"),
    ],
)
def test_what_can_not_be_is_refused_with_the_file_and_the_key(tmp_path: Path, text: str, reported: str) -> None:
    with pytest.raises(ReviewError, match=rf"plan-review\.toml: .*{reported}"):
        read_configuration(_file(tmp_path, text))


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="No such file"):
        read_configuration(tmp_path / "other.toml", required=True)


def test_a_broken_file_is_status_1_and_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _file(tmp_path, "marker = 3")
    assert command.main(["--configuration", str(file), "--output", str(tmp_path / "review.md")]) == 1
    assert capsys.readouterr().err == f"{file}: marker: got 3; allowed: a text\n"
    assert "## Plan review: failed" in (tmp_path / "review.md").read_text()
