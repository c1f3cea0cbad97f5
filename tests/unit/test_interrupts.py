import signal
import threading
from collections.abc import Iterator

import pytest

from tools.interrupts import SIGNALS, take_signals, uninterrupted


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The handlers of pytest come back after each test."""
    before = {one: signal.getsignal(one) for one in SIGNALS}
    take_signals()
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


@pytest.mark.parametrize("one", SIGNALS)
def test_each_of_the_signals_interrupts_as_ctrl_c_does(one: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(one)


def test_a_second_ctrl_c_does_not_disturb_the_tidying_up_after_the_first() -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGTERM)


def test_a_signal_waits_until_what_was_begun_is_noted_down() -> None:
    done = []

    def begin() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("noted")

    with pytest.raises(KeyboardInterrupt):
        begin()
    assert done == ["noted"]


def test_without_a_signal_nothing_happens_and_the_handlers_are_those_of_before() -> None:
    before = [signal.getsignal(one) for one in SIGNALS]
    with uninterrupted():
        pass
    assert [signal.getsignal(one) for one in SIGNALS] == before


def test_outside_the_main_thread_which_gets_no_signals_nothing_is_put_off() -> None:
    done: list[str] = []

    def work() -> None:
        with uninterrupted():
            done.append("worked")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["worked"]
