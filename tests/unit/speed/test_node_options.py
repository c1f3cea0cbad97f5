"""Node gets our JavaScript besides what its user wants, and jsii's own program where that can't be trusted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from stacks.speed import node_options
from stacks.speed.node_options import NODE_SHIMS, preload_node_shims

NODE = os.environ.get("JSII_NODE", "node")
DIRECT = NODE_SHIMS[1]

# A launcher as jsii has it; its program says in which process it runs, and over which channel it was asked.
LAUNCHER = """
const { spawn } = require("child_process");
const program = require("path").resolve(__dirname, "..", "lib", "program.js");
const child = spawn(process.execPath, [...process.execArgv, "--preserve-symlinks", program], { stdio: STDIO });
child.stdio[3].pipe(process.stdout);
process.stdin.pipe(child.stdio[3]);
"""
STDIO = '["ignore", "pipe", "pipe", "pipe"]'
PROGRAM = """
const fs = require("fs");
const channel = { readFD: 3, writeFD: 3 };
const buffer = Buffer.alloc(100);
const read = () => { try { return fs.readSync(channel.readFD, buffer); } catch { return read(); } };
const asked = buffer.subarray(0, read()).toString().trim();
console.log("printed");
fs.writeSync(channel.writeFD, JSON.stringify({ asked, direct: process.argv[1].endsWith("jsii-runtime.js") }) + "\\n");
process.exit(0);
"""


def test_node_options_of_the_user_are_kept() -> None:
    environ = {"NODE_OPTIONS": "--max-old-space-size=4096"}

    preload_node_shims(environ)
    once = environ["NODE_OPTIONS"]
    preload_node_shims(environ)

    assert once.startswith("--max-old-space-size=4096 --preserve-symlinks --require ")
    assert environ["NODE_OPTIONS"] == once


def test_node_finds_the_shims_in_a_folder_with_blanks_and_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / 'a "quoted" folder'
    folder.mkdir()
    shims = tuple(Path(shutil.copy(shim, folder)) for shim in NODE_SHIMS)
    monkeypatch.setattr(node_options, "NODE_SHIMS", shims)
    environ = dict(os.environ) | {"NODE_OPTIONS": ""}
    preload_node_shims(environ)

    script = "console.log(JSON.stringify(Object.keys(require.cache)))"
    run = subprocess.run([NODE, "-e", script], env=environ, text=True, capture_output=True, check=True)

    assert {str(shim) for shim in shims} <= set(json.loads(run.stdout))


def _launch(
    folder: Path, *, stdio: str = STDIO, program: str = PROGRAM, debug: str = ""
) -> tuple[dict[str, object], str]:
    (folder / "bin").mkdir()
    (folder / "lib").mkdir()
    (folder / "bin" / "jsii-runtime.js").write_text(LAUNCHER.replace("STDIO", stdio))
    (folder / "lib" / "program.js").write_text(program)
    command = [NODE, "--require", str(DIRECT), str(folder / "bin" / "jsii-runtime.js")]
    environ = dict(os.environ) | {"NODE_OPTIONS": "", "JSII_DEBUG": debug}
    run = subprocess.run(
        command, env=environ, input="question\n", text=True, capture_output=True, check=True, timeout=30
    )
    answer: dict[str, object] = json.loads(run.stdout)
    return answer, run.stderr


def test_the_program_of_jsii_runs_without_a_second_node(tmp_path: Path) -> None:
    answer, printed = _launch(tmp_path)

    assert answer == {"asked": "question", "direct": True}
    assert json.loads(printed) == {"stdout": "cHJpbnRlZAo="}  # "printed", as jsii hands it to Python


@pytest.mark.parametrize(
    "unknown",
    [
        {"stdio": '["ignore", "ignore", "ignore", "pipe"]'},
        {"program": PROGRAM.replace("readFD: 3, writeFD: 3", "readFD: 3, more: true, writeFD: 3")},
        {"debug": "1"},
    ],
)
def test_a_second_node_is_started_where_jsii_is_unknown_or_debugged(tmp_path: Path, unknown: dict[str, str]) -> None:
    answer, _ = _launch(tmp_path, **unknown)

    assert answer == {"asked": "question", "direct": False}
