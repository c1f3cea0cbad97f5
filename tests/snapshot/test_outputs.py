"""Outputs are a contract: whoever reads one from outside is not seen from here."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from stacks.settings import Environment
from tests.snapshot.golden import check
from tests.snapshot.reading import KINDS, stacks_of
from tests.synthesized import VARIANTS, Stack

_FOLDER = Path(__file__).parent / "outputs"
_ADVICE = """
Outputs are missing that somebody may read. Remove them in two steps, each its own release: first keep the output, begin
its description with "Deprecated: " and say what to read instead; then, when nobody reads it any more, remove it from
stacks/outputs.py and its line from tests/snapshot/outputs/{kind}.txt by hand: {gone}
"""


def _outputs(kind: str, environments: list[Environment], every_stack: dict[str, Stack]) -> dict[str, str]:
    """Name and description of every output that some stack of the kind has."""
    found = stacks_of(kind, [*environments, *VARIANTS], every_stack).values()
    outputs = [stack.outputs for stacks in found for stack in stacks]
    return {name: output["description"] for having in outputs for name, output in having.items()}


def _gone(known: str, outputs: Mapping[str, str]) -> list[str]:
    """Names in the golden list that no stack has."""
    names = [line.split(": ", 1)[0] for line in known.splitlines()]
    return [name for name in names if name not in outputs]


@pytest.mark.parametrize("kind", KINDS)
def test_no_output_is_gone_unless_it_was_taken_from_the_list_by_hand(
    environments: list[Environment], every_stack: dict[str, Stack], update: bool, kind: str
) -> None:
    """Also under --update-snapshots."""
    outputs, path = _outputs(kind, environments, every_stack), _FOLDER / f"{kind}.txt"
    gone = _gone(path.read_text(encoding="utf-8"), outputs) if path.exists() else []
    assert not gone, _ADVICE.format(kind=kind, gone=", ".join(gone))
    check(path, "".join(f"{name}: {outputs[name]}\n" for name in sorted(outputs)), update=update)


def test_there_is_a_list_for_each_kind_of_stack_and_nothing_else() -> None:
    assert {path.stem for path in _FOLDER.iterdir()} == set(KINDS)


def test_an_output_renamed_is_an_output_gone(environments: list[Environment], every_stack: dict[str, Stack]) -> None:
    outputs = _outputs("pipeline", environments, every_stack)
    known = "".join(f"{name}: {description}\n" for name, description in outputs.items())
    assert not _gone(known, outputs)
    renamed = {"url" if name == "api_url" else name: description for name, description in outputs.items()}
    assert _gone(known, renamed) == ["api_url"]
