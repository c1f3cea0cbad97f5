import io
import time

import pytest

from tools.progress import Count, Progress

_HIDE, _SHOW, _UP = "\x1b[?25l", "\x1b[?25h", "\x1b[1A"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out what this machine says of terminals."""
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_a_step_is_one_plain_line_however_long_it_is() -> None:
    stream, name = io.StringIO(), "b" * 200
    with Progress(stream).step("Deploy [tap-local-state]") as step:
        step.detail = name
    (line,) = stream.getvalue().splitlines()
    assert line.split() == ["Deploy", "[tap-local-state]", name, "0.0", "s"]


def test_steps_are_a_line_each() -> None:
    stream = io.StringIO()
    for title in ("One", "Two"):
        with Progress(stream).step(title):
            pass
    assert [line.split()[0] for line in stream.getvalue().splitlines()] == ["One", "Two"]
    assert stream.getvalue().endswith("\n")


def test_a_step_says_how_long_it_took() -> None:
    stream = io.StringIO()
    times = iter([0.0, *[1.25] * 10])
    with Progress(stream, clock=lambda: next(times)).step("Wait"):
        pass
    assert stream.getvalue().split() == ["Wait", "1.2", "s"]


def test_on_a_terminal_the_same_line_is_kept_up_to_date_and_stays() -> None:
    stream = Terminal()
    with Progress(stream).step("Wait") as step:
        step.detail = "1 of 2"
        time.sleep(0.25)
        step.detail = "2 of 2"
    text = stream.getvalue()
    assert (text.count(_HIDE), text.count(_SHOW)) == (1, 1)
    assert text.count("...") > 1
    last = text.splitlines()[-1]
    assert "2 of 2" in last
    assert "..." not in last.rpartition("2 of 2")[2]


@pytest.mark.parametrize(("error", "word"), [(ValueError, "failed"), (KeyboardInterrupt, "stopped")])
def test_a_step_that_does_not_succeed_says_so(error: type[BaseException], word: str) -> None:
    for stream in (io.StringIO(), Terminal()):
        with pytest.raises(error), Progress(stream).step("Wait"):
            raise error
        assert stream.getvalue().replace(_SHOW, "").strip().endswith(word)


def _count(stream: io.StringIO) -> str:
    with Count("batches", 3, stream) as count:
        count.next("stored [1]", lasting=False)
        count.next("FAILED", lasting=True)
    return stream.getvalue()


def test_without_a_terminal_everything_counted_is_a_line() -> None:
    assert _count(io.StringIO()) == "1/3 stored [1]\n2/3 FAILED\n"


def test_on_a_terminal_one_line_changes_and_what_lasts_stays() -> None:
    text = _count(Terminal())
    assert "1/3 stored" not in text
    assert "2/3 FAILED\n" in text
    assert "2/3 batches" in text
    assert text.endswith(("\x1b[2K", _SHOW, _UP))
