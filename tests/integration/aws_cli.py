"""The AWS CLI for a test that runs hundreds of its commands: of what one takes, nine tenths are imports.

A server, run by the CLI's own Python, has everything imported and forks for each command; `aws` on the PATH of the test
hands it a command with its folder, variables and open files, and ends with its status.
"""

import importlib
import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PYTHON = Path(__file__).parent.parent.parent / ".tools/awscli/bin/python"
_CLIENT = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    socket.send_fds(server, [b"-"], [0, 1, 2])
    server.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode())
    server.shutdown(socket.SHUT_WR)
    sys.exit(int(server.makefile().read() or 255))
"""
# Loads what every command needs; nothing answers there.
_WARMING = ["sts", "get-caller-identity", "--endpoint-url", "http://127.0.0.1:1"]
_NOBODY = {"AWS_ACCESS_KEY_ID": "-", "AWS_SECRET_ACCESS_KEY": "-", "AWS_MAX_ATTEMPTS": "1", "AWS_REGION": "us-east-1"}


@contextmanager
def fast_aws(program: Path, *arguments: str) -> Iterator[None]:
    """Makes `program` the AWS CLI, with these arguments before a command's own, until the end of the block."""
    place = str(program.with_suffix(".socket"))
    client = program.with_suffix(".py")
    client.write_text(_CLIENT.format(path=place))
    words = [str(_PYTHON), "-SE", str(client), *arguments]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    program.chmod(0o755)
    # Its own Python must not see this one's packages.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    with subprocess.Popen(
        [_PYTHON, __file__, place], env=environ | _NOBODY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        try:
            assert server.stdout
            assert server.stdout.readline() == b"ready\n"
            yield
        finally:
            server.terminate()


def _serve(place: str) -> None:
    cli = importlib.import_module("awscli.clidriver")
    cli.create_clidriver().main(_WARMING)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                os._exit(_command(connection))
            connection.close()
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _command(connection: socket.socket) -> int:
    """Runs one command in a process of its own, on the files of whoever asked for it."""
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    arguments, folder, environ = json.loads(connection.makefile().read())
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(folder)
    found = os.environ["AWS_DATA_PATH"]  # where the CLI has found its own files when it was imported
    os.environ.clear()
    os.environ.update({**environ, "AWS_DATA_PATH": found})
    sys.argv = ["aws", *arguments]
    status = importlib.import_module("awscli.clidriver").create_clidriver().main(arguments)
    sys.stdout.flush()
    connection.sendall(str(status).encode())
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1])
