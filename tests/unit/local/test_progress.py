import io
import time

import pytest

from tools.local import progress
from tools.local.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_a_step_is_one_plain_line() -> None:
    stream = io.StringIO()
    with Progress(stream, clock=iter([0.0, 1.25]).__next__).step("Deploy tap-local-state") as step:
        step.detail = "17 resources"
    assert " ".join(stream.getvalue().split()) == "Deploy tap-local-state 17 resources 1.2 s"
    assert stream.getvalue().endswith("\n")


def test_without_a_terminal_a_long_step_says_now_and_then_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PLAIN_SECONDS", 0.01)
    stream = io.StringIO()
    with Progress(stream).step("Wait") as step:
        step.detail = "1 of 2"
        time.sleep(0.1)
    first, *_, last = stream.getvalue().splitlines()
    assert "1 of 2" in first
    assert first.endswith("...")
    assert not last.endswith("...")


def test_on_a_terminal_the_same_line_is_kept_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_REDRAW_SECONDS", 0.01)
    stream = Terminal()
    with Progress(stream).step("Wait"):
        time.sleep(0.1)
    assert stream.getvalue().count("\r\x1b[K") > 2
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(("error", "word"), [(ValueError, "failed"), (KeyboardInterrupt, "stopped")])
def test_a_step_that_does_not_succeed_says_so(error: type[BaseException], word: str) -> None:
    stream = io.StringIO()
    with pytest.raises(error), Progress(stream).step("Wait"):
        raise error
    assert stream.getvalue().strip().endswith(word)
