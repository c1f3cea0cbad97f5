"""The one other synthesis: an ephemeral environment beside dev without its second region, before there is any state."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from main import synthesize
from stacks.settings import Environment
from tests.project import ROOT
from tests.synthesized import Stack, read_stacks


@dataclass(frozen=True, slots=True)
class Other:
    """What was synthesized, where, and from what."""

    outdir: Path
    environments: list[Environment]
    stacks: dict[str, Stack]


@pytest.fixture(scope="session")
def other(environments: list[Environment], tmp_path_factory: pytest.TempPathFactory) -> Other:
    """Synthesized with `bootstrap`, into a folder where an earlier choice of environments left something."""
    outdir = tmp_path_factory.mktemp("other")
    (outdir / "stacks" / "tap-gone-us-east-1").mkdir(parents=True)
    (outdir / "stacks" / "tap-gone-us-east-1" / "cdk.tf.json").write_text("{}")
    (outdir / "stacks" / ".DS_Store").write_text("what a file manager leaves")
    settings = next(environment.settings for environment in environments if environment.name == "dev")
    one_region = settings.model_copy(update={"regions": ("us-east-1",)})
    chosen = [Environment(name="dev", suffix=suffix, settings=one_region) for suffix in ("dev", "pr42")]
    synthesize(chosen, outdir, root=ROOT, bootstrap=True)
    return Other(outdir, chosen, read_stacks(outdir))
