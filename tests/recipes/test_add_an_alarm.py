"""docs/alarms.md, done word for word, and alarms of other kinds: nothing but the named files has to change."""

import subprocess

import pytest

from tests.recipes.copies import Copy, documented

pytestmark = pytest.mark.slow

_CATALOGUE, _SETTINGS = "modules/alarm_catalogue.py", "modules/alarms_settings.py"
_CLOSING = ")\n"
# What its example leaves out: a setting of its own that may be 0, a value of a dimension that is always the
# same, a percentile, a percentage of a limit, several periods, fewer than a threshold.
_OTHERS = """    FailureMode(
        id="failed-claims",
        part="ledger",
        title="Claims fail in DynamoDB",
        means="DynamoDB returned errors of its own.",
        action="Look at the AWS Health Dashboard.",
        namespace="AWS/DynamoDB",
        metric="SystemErrors",
        statistic="Sum",
        unit="requests",
        dimensions=("TableName",),
        fixed_dimensions={"Operation": "PutItem"},
        threshold=Setting("claim_errors"),
        breaching_periods=2,
        evaluated_periods=3,
    ),
    FailureMode(
        id="slow-invocations",
        part="function",
        title="A function is slow",
        means="One invocation in ten took most of the timeout.",
        action="Find the slow call in the traces.",
        namespace="AWS/Lambda",
        metric="Duration",
        statistic="p90",
        unit="ms",
        dimensions=("FunctionName",),
        threshold=Setting("duration_percent", percent_of=Limit.TIMEOUT),
    ),
    FailureMode(
        id="old-messages",
        part="dead-letters",
        title="A message in the dead-letter queue is nearly lost",
        means="The queue deletes messages after 14 days. Its oldest one is 10 days old.",
        action="Process the dead-letter queue.",
        namespace="AWS/SQS",
        metric="ApproximateAgeOfOldestMessage",
        statistic="Maximum",
        unit="s",
        dimensions=("QueueName",),
        threshold=864_000,
        period_seconds=3600,
    ),
    FailureMode(
        id="no-records",
        part="stream",
        title="No records arrive in the stream",
        means="Neither requests nor files bring events.",
        action="Ask the senders.",
        namespace="AWS/Kinesis",
        metric="IncomingRecords",
        statistic="Sum",
        unit="records",
        dimensions=("StreamName",),
        below=True,
        missing="breaching",
    ),
    FailureMode(
        id="aging-batches",
        part="source",
        title="Batches are old when they are processed",
        means="On average, records are old when the processor gets them.",
        action="See iterator-age.",
        namespace="AWS/Lambda",
        metric="IteratorAge",
        statistic="Average",
        unit="ms",
        dimensions=("FunctionName",),
        threshold=Setting("iterator_age_percent", percent_of=Limit.RECORD_AGE),
    ),
"""
_FIELD = """    claim_errors: int = Field(3, ge=0, le=1000, description="Failed claims per period; 0 for no alarm")
    duration_percent: int ="""
# Generated, too: an alarm costs something, which may change a rounded amount.
_COSTS = {"README.md", "docs/cost.md"}
# What knows of alarms. The rest of the suite is the same for any set of them.
_TESTS = (
    "tests/snapshot",
    "tests/unit/docs",
    "tests/unit/integration/test_reviewed.py",
    "tests/unit/modules",
    "tests/unit/settings",
    "tests/unit/stacks/test_settings_reach_resources.py",
)
_RULES = ("tests/unit/test_rules.py", "-k", "alarm or dashboard or reached or watched")


def _changed(copy: Copy) -> set[str]:
    """The files that differ from those that were copied."""
    command = ["git", "ls-files", "--modified", "--others", "--exclude-standard"]
    return set(subprocess.run(command, cwd=copy.folder, check=True, capture_output=True, text=True).stdout.split())


def _add(copy: Copy, entries: str) -> None:
    """Puts entries at the end of the catalogue."""
    text = (copy.folder / _CATALOGUE).read_text(encoding="utf-8")
    assert text.endswith(f"    ),\n{_CLOSING}")
    copy.write(_CATALOGUE, text[: -len(_CLOSING)] + entries + _CLOSING)


def _generate(copy: Copy) -> set[str]:
    """As `make docs` and `make snapshots`; which files differ now, but for snapshots."""
    copy.docs()
    copy.run("-m", "pytest", "--update-snapshots")
    changed = _changed(copy)
    assert {"tests/snapshot/addresses/pipeline.txt", "tests/snapshot/stacks/pipeline.json"} <= changed
    return {name for name in changed if not name.startswith("tests/snapshot/")}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the project as a repository."""
    copy = Copy.make(tmp_path_factory.mktemp("alarm") / "project")
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=copy.folder, check=True)
    return copy


def test_an_entry_of_the_catalogue_is_an_alarm_a_graph_and_a_section_of_the_runbook(copy: Copy) -> None:
    _add(copy, documented("python", "CATALOGUE: tuple").partition("runbook\n")[2].removesuffix(_CLOSING))
    changed = _generate(copy)
    assert changed - _COSTS == {_CATALOGUE, "docs/runbook.md"}
    reviewed = (copy.folder / "tests/snapshot/stacks/pipeline.json").read_text(encoding="utf-8")
    assert '"metric_name": "ReadThrottleEvents"' in reviewed
    assert '"title": "Reads of the ledger are throttled (requests)"' in reviewed


def test_other_kinds_of_alarms_need_no_more_and_all_stays_green(copy: Copy) -> None:
    _add(copy, _OTHERS)
    copy.replace(_SETTINGS, "    duration_percent: int =", _FIELD)
    assert {name for name in _generate(copy) if name.endswith(".py")} == {_CATALOGUE, _SETTINGS}
    for command in (["ruff", "format", "--check"], ["ruff", "check"], ["mypy"]):
        copy.run("-m", *command, _CATALOGUE, _SETTINGS)
    assert " passed" in copy.test(*_TESTS)
    assert " passed" in copy.test(*_RULES)
