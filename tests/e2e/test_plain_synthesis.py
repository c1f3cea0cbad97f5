"""A whole environment is synthesized the same with and without the shims: see tests/unit/speed."""

from pathlib import Path

import pytest

from tests.unit.speed.running import run

pytestmark = pytest.mark.e2e


def test_an_environment_is_written_the_same_with_and_without_the_shims(tmp_path: Path) -> None:
    chosen = {"TAP_ENVIRONMENT": "dev"}
    fast = run(["main.py"], tmp_path / "fast", shims=True, environ=chosen).files()

    assert any(name.endswith("cdk.tf.json") for name in fast)
    assert fast == run(["main.py"], tmp_path / "plain", shims=False, environ=chosen).files()
