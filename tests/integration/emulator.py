"""An AWS emulator of the tests' own: MiniStack, on a free port of this machine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.integration.tls_front import running_front
from tools.emulator import program

_STOP_SECONDS = 15


@contextmanager
def running_emulator(home: Path, *, enforce_iam: bool = False) -> Iterator[str]:
    """The URL of an emulator that nobody else uses, ended on leaving; what it prints goes to `home`.

    With `enforce_iam` functions may do what their roles allow and nothing else, under the policies of what they call.
    """
    port = program.free_port()
    if not enforce_iam:
        with _running(home, port, {}):
            yield program.url_of(port)
        return
    # Our policies refuse what comes without TLS, and the emulator speaks HTTP.
    with running_front(port) as front, _running(home, port, {"AUTH": "true", "AWS_ENDPOINT_URL": front}):
        yield front


@contextmanager
def _running(home: Path, port: int, variables: Mapping[str, str]) -> Iterator[None]:
    log = home / "emulator.log"
    process = program.start(port, home=home, log=log, variables=variables, until_closed=True)
    try:
        program.wait_until_healthy(process, program.url_of(port), log)
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(_STOP_SECONDS)
