"""TAP_FAST_SYNTH switches everything off, and says so when it is given nonsense."""

from __future__ import annotations

import os
import sys
import typing

import pytest

from stacks.speed import enabled, install
from stacks.speed.lazy_provider import PROVIDER


def test_the_shims_are_on_unless_switched_off() -> None:
    assert enabled({}) is True
    assert enabled({"TAP_FAST_SYNTH": "1"}) is True
    assert enabled({"TAP_FAST_SYNTH": "0"}) is False


@pytest.mark.parametrize("value", ["", "no", "2"])
def test_another_value_is_refused_with_what_is_allowed(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        enabled({"TAP_FAST_SYNTH": value})

    assert exit_.value.code == 2
    assert capsys.readouterr().err == (
        f"TAP_FAST_SYNTH: got {value!r}; allowed: 0 (off), 1 (on, as when it is not set)\n"
    )


def test_switched_off_nothing_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAP_FAST_SYNTH", "0")
    before = (sys.modules.get(PROVIDER), os.environ.get("NODE_OPTIONS"), typing.get_type_hints)

    assert install() is False
    assert (sys.modules.get(PROVIDER), os.environ.get("NODE_OPTIONS"), typing.get_type_hints) == before


def test_installing_twice_is_installing_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TAP_FAST_SYNTH", raising=False)
    monkeypatch.setenv("NODE_OPTIONS", "")

    assert install() is True
    once = (sys.modules[PROVIDER], os.environ["NODE_OPTIONS"], typing.get_type_hints)
    assert install() is True
    assert (sys.modules[PROVIDER], os.environ["NODE_OPTIONS"], typing.get_type_hints) == once
