"""What a function knows about the code that it is."""

from __future__ import annotations

from pathlib import Path

from lambda_code.shared import build


def test_a_packaged_function_knows_its_build(tmp_path: Path) -> None:
    (tmp_path / "build.json").write_bytes(b'{"build":"0123456789ab"}\n')
    assert build.read(tmp_path / "build.json") == "0123456789ab"


def test_code_that_nobody_packaged_says_so(tmp_path: Path) -> None:
    assert build.read(tmp_path / "build.json") == "unpackaged"
    assert build.BUILD == "unpackaged"
