"""A whole environment is synthesized the same with and without the shims: see tests/unit/speed."""

from pathlib import Path

import pytest

from tests.unit.speed.running import run

pytestmark = pytest.mark.e2e


def test_an_environment_is_written_the_same_with_and_without_the_shims(project: Path, tmp_path: Path) -> None:
    fast = run(["main.py"], tmp_path / "fast", shims=True, root=project, TAP_ENVIRONMENT="dev").files()

    assert any(name.endswith("cdk.tf.json") for name in fast)
    plain = run(["main.py"], tmp_path / "plain", shims=False, root=project, TAP_ENVIRONMENT="dev").files()
    assert fast == plain
