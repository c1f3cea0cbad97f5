"""docs/functions.md, followed to the letter: all is green, and only what it names and what is generated changes."""

import subprocess
from pathlib import Path

import pytest

from tests.project import ROOT
from tests.recipes.copies import Copy
from tests.unit.docs.pages import code_blocks

pytestmark = pytest.mark.slow

_CODE, _OWN_TEST = "lambda_code/auditor", "tests/unit/lambda_code/test_auditor.py"
_BY_HAND = {
    *(f"{_CODE}/{name}" for name in ("__init__.py", "handler.py", "settings.py")),
    "stacks/settings/model.py",
    "stacks/tap_stack.py",
    _OWN_TEST,
}
# The tests that know of functions: what others test is the same for any set of them.
_TESTS = (
    "tests/snapshot",
    "tests/unit/docs/test_generated.py",
    "tests/unit/integration",
    "tests/unit/lambda_code/test_handlers.py",
    "tests/unit/lambda_code/test_least_privilege.py",
    "tests/unit/lambda_code/test_variables.py",
    "tests/unit/local/test_pipeline.py",
    "tests/unit/modules",
    "tests/unit/settings/test_bad_input.py",
    "tests/unit/stacks",
    "tests/unit/test_packaging.py",
    "tests/unit/test_rules.py",
    _OWN_TEST,
)
_TELLS_SIZES = '''"""The auditor tells sizes."""

import pytest

from lambda_code.auditor import handler


def test_the_size_of_an_object_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "auditor", lambda: lambda **call: {"ContentLength": len(call["Key"])})
    assert handler.handle({"key": "four"}, None) == 4  # type: ignore[arg-type]
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the project with one more function."""
    copy = Copy.make(tmp_path_factory.mktemp("function") / "project")
    copy.sh("git init --quiet && git add --all")
    settings, handler, record, wiring = code_blocks(ROOT / "docs" / "functions.md", "python")
    copy.write(f"{_CODE}/__init__.py", "")
    copy.write(f"{_CODE}/settings.py", settings)
    copy.write(f"{_CODE}/handler.py", handler)
    _insert(copy.folder / "stacks/settings/model.py", before="    inbox: ", block=record, indent=4)
    _insert(copy.folder / "stacks/tap_stack.py", before="        api = ", block=wiring, indent=8)
    copy.write(_OWN_TEST, _TELLS_SIZES)
    assert _changed(copy) == _BY_HAND
    copy.docs()
    copy.test("--update-snapshots")
    return copy


def test_nothing_changes_but_what_the_page_names_and_what_is_generated(copy: Copy) -> None:
    generated = {name for name in _changed(copy) - _BY_HAND if not name.startswith("tests/snapshot/")}
    # Its alarms cost something: where that changes a rounded number, the tables of costs are written again, too.
    assert generated - {"README.md", "docs/cost.md"} == {"docs/architecture.md", "docs/settings.md"}


def test_format_lint_and_types_are_in_order(copy: Copy) -> None:
    copy.run("-m", "ruff", "format", "--check", ".")
    copy.run("-m", "ruff", "check", ".")
    copy.run("-m", "mypy", "stacks", "modules", "lambda_code")


def test_the_tests_pass(copy: Copy) -> None:
    assert " passed" in copy.test(*_TESTS)


def test_it_is_sized_watched_and_found(copy: Copy) -> None:
    addresses = (copy.folder / "tests/snapshot/addresses/pipeline.txt").read_text()
    assert "aws_lambda_function.auditor\n" in addresses
    assert all(f"alarms_auditor-{mode}_" in addresses for mode in ("errors", "duration", "dropped-invocations"))
    assert (
        "auditor_function: Function that measures" in (copy.folder / "tests/snapshot/outputs/pipeline.txt").read_text()
    )
    assert "| `auditor.memory_mb` | number | `512` |" in (copy.folder / "docs/settings.md").read_text()


def test_a_record_without_a_function_is_refused_by_name(copy: Copy) -> None:
    wiring = code_blocks(ROOT / "docs" / "functions.md", "python")[-1].splitlines()
    path = copy.folder / "stacks/tap_stack.py"
    whole = path.read_text()
    path.write_text("".join(line for line in whole.splitlines(keepends=True) if line.strip() not in wiring))
    try:
        with pytest.raises(AssertionError, match=r"stacks/tap_stack\.py deploys no function auditor"):
            copy.synth()
    finally:
        path.write_text(whole)


def _insert(path: Path, *, before: str, block: str, indent: int) -> None:
    """Puts the block, indented, before the only line that begins so."""
    lines = path.read_text().splitlines()
    [at] = [number for number, line in enumerate(lines) if line.startswith(before)]
    lines[at:at] = [" " * indent + line for line in block.splitlines()]
    path.write_text("\n".join([*lines, ""]))


def _changed(copy: Copy) -> set[str]:
    """Files that are new or other than in the project."""
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    status = subprocess.run(command, cwd=copy.folder, check=True, capture_output=True, text=True).stdout
    return {line[3:] for line in status.splitlines() if line[1] != " "}
