"""Whatever a file holds, it is either settings or problems in lines: never another error."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stacks.settings import Settings, SettingsError, load_settings, parse_settings
from stacks.settings.fields import fields_at, leaves
from tests.unit.settings.documents import document
from tests.unit.settings.factory import make_settings

pytestmark = pytest.mark.usefixtures("unmeasured")

_SCALARS = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=80),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.sampled_from(["us-east-1", "open", "*", "http://a.example.com", "AKIAIOSFODNN7EXAMPLE", 0, 1, 30]),
)
_KEYS = st.one_of(st.text(max_size=10), st.sampled_from([name for leaf in leaves() for name in leaf.location]))
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=8
)
_PLACES = st.sampled_from([(name,) for name in fields_at(())] + [leaf.location for leaf in leaves()])
_VALID = make_settings().model_dump(exclude_none=True)
_SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def _outcome(data: dict[str, Any]) -> Settings | list[str]:
    try:
        return parse_settings(data, environment="prod")
    except SettingsError as error:
        told = error
    lines = str(told).split("\n")
    assert len(lines) == len(told.problems) > 0
    return lines


@_SHARED
@given(place=_PLACES, value=_VALUES)
def test_any_value_in_any_place_is_taken_or_told(place: tuple[str, ...], value: Any) -> None:
    *table, key = place
    changed = {key: value}
    _outcome({**_VALID, table[0]: {**_VALID.get(table[0], {}), **changed}} if table else {**_VALID, **changed})


@_SHARED
@given(data=st.dictionaries(_KEYS, _VALUES, max_size=6))
def test_any_table_is_taken_or_told(data: dict[str, Any]) -> None:
    assert isinstance(_outcome(data), list)


@_SHARED
@given(text=st.text(alphabet=st.sampled_from("abt_[]{}=.,\"'\n\\#0x19 -:TZ"), max_size=60))
@example(text="a = 1979-99-99")
def test_any_text_is_taken_or_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dev.toml"
    path.write_text(document() + text, encoding="utf-8", newline="")
    with contextlib.suppress(SettingsError):
        load_settings(path)


@_SHARED
@given(value=_VALUES)
def test_a_setting_keeps_the_type_it_was_given(value: Any) -> None:
    for key in ("memory_mb", "timeout_seconds"):
        outcome = _outcome({**_VALID, "production": True, "importer": {key: value}})
        if isinstance(outcome, Settings):
            assert type(getattr(outcome.importer, key)) is int


def test_the_model_refuses_what_python_would_take_for_equal() -> None:
    for value in (True, 1.0, "1"):
        with pytest.raises(SettingsError):
            make_settings(observability={"log_retention_days": value})
