from collections.abc import Iterator

import pytest

from tools.emulator import program


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an emulator."""
    home, port = tmp_path_factory.mktemp("emulator"), program.free_port()
    process = program.start(port, home=home, log=home / "log", until_closed=True)
    try:
        program.wait_until_healthy(process, program.url_of(port), home / "log")
        yield port
    finally:
        process.kill()
        process.communicate()
