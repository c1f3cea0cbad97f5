"""The recipes of docs/query.md for pandas, in an environment that has it, over an archive of awkward events."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.awkward_archive import IDS, ORDERS, write_archive
from tests.project import ROOT, clean_environ
from tests.recipes.copies import documented

pytestmark = pytest.mark.slow

_GUESSED = """
import pandas
try:
    pandas.read_json(next(iter(__import__("glob").glob("archive/events/*/hour=13/*"))), lines=True)
except ValueError as error:
    print(error)
print(pandas.read_csv("answer.csv").to_dict("records"))
"""
_EVENTS = """
print(len(events), set(events["id"]) >= set(IDS), events["tapsequence"].map(type).unique())
by_id = events.set_index("id")
print(by_id.loc["numbers", "data"]["large"], by_id.loc["numbers", "data"]["small"], by_id.loc["cases", "data"])
print(by_id.loc["theirs", "date"], by_id.loc["007", "data"])
"""


@pytest.fixture(scope="module")
def pandas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive and an answer."""
    subprocess.run([ROOT / "tools/setup/ensure", "pandas"], check=True)
    folder = tmp_path_factory.mktemp("pandas")
    write_archive(folder / "archive")
    (folder / "answer.csv").write_text("id,tapsequence,events\r\n007,49570000000000000001,2\r\n,NA,3\r\n", newline="")
    return folder


def _printed(folder: Path, *parts: str) -> list[str]:
    done = subprocess.run(
        [ROOT / ".tools/pandas/bin/python", "-W", "error", "-c", "\n".join(parts)],
        cwd=folder,
        env=clean_environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_left_to_guess_it_stops_or_changes_what_it_reads(pandas: Path) -> None:
    problem, records = _printed(pandas, _GUESSED)
    assert problem.startswith("Value is too big")
    assert "'id': 7.0," in records
    assert "'tapsequence': nan" in records


def test_every_event_is_read_as_it_is(pandas: Path) -> None:
    *_, counted, numbers, theirs = _printed(pandas, documented("python", "parse_float"), f"IDS = {IDS!r}", _EVENTS)
    assert counted == f"{ORDERS + len(IDS)} True [<class 'str'>]"
    assert numbers == "123456789012345678901234567890 0.10 {'Id': 1, 'id': '2'}"
    assert theirs == "2020-01-01 no longer an object"


def test_an_answer_is_read_as_it_is(pandas: Path) -> None:
    recipe = documented("python", 'read_csv("answer.csv"')
    found = _printed(pandas, recipe, "import json; print(json.dumps(answer.to_dict('records')))")[-1]
    assert json.loads(found) == [
        {"id": "007", "tapsequence": "49570000000000000001", "events": 2},
        {"id": "", "tapsequence": "NA", "events": 3},
    ]
