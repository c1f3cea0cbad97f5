"""How `init` gets the provider: as it is locked, and one after the other where they share a cache."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from tests.unit.terraform.programs import terraform_saying
from tools.terraform import TerraformError
from tools.terraform import provider as module
from tools.terraform.provider import lock_options, with_plugin_cache

_STACK = '{"terraform": {"required_providers": {"aws": {"version": "%s"}}}}'


def test_all_stacks_share_one_copy_of_the_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_OWN_CACHE", tmp_path / "cache")
    assert with_plugin_cache({"A": "1"}) == {"A": "1", "TF_PLUGIN_CACHE_DIR": str(tmp_path / "cache")}
    assert (tmp_path / "cache").is_dir()
    assert with_plugin_cache({"TF_PLUGIN_CACHE_DIR": "mine"}) == {"TF_PLUGIN_CACHE_DIR": "mine"}


@pytest.mark.parametrize(
    ("stack", "options"),
    [
        (_STACK % "6.50.0", ("-lockfile=readonly",)),
        (_STACK % "~> 6.25", ()),
        ("{}", ()),
        (None, ()),
    ],
)
def test_who_requires_one_version_takes_it_as_it_is_locked(
    tmp_path: Path, stack: str | None, options: tuple[str, ...]
) -> None:
    if stack is not None:
        (tmp_path / "cdk.tf.json").write_text(stack)
    assert lock_options(tmp_path) == options
    terraform = terraform_saying(tmp_path, "pathlib.Path('call').write_text(' '.join(sys.argv[1:]))")
    terraform.init("-reconfigure")
    assert (tmp_path / "call").read_text() == " ".join(("init -input=false -no-color", *options, "-reconfigure"))


# As Terraform 1.11.4 and OpenTofu 1.12.6 print them.
_OTHER_BYTES = """
│ Error: Failed to install provider
│
│ Error while installing hashicorp/aws v6.50.0: the current package for
│ registry.terraform.io/hashicorp/aws 6.50.0 doesn't match any of the
│ checksums previously recorded in the dependency lock file; for more
"""
_OTHER_LOCK = """
│ Error: Provider dependency changes detected
│
│ Changes to the required provider dependencies were detected, but the lock
│ file is read-only. To use and record these requirements, run "tofu init"
"""


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        (_OTHER_BYTES, "This is not the provider that .terraform.lock.hcl names: a mirror, TF_PLUGIN_CACHE_DIR or"),
        (_OTHER_LOCK, "has no lock file, or that of another program than tofu: run `make synth` with the same TERRA"),
    ],
)
def test_a_provider_that_is_refused_is_told_with_what_to_do(tmp_path: Path, said: str, advice: str) -> None:
    text = f"print({said!r}, file=sys.stderr); sys.exit(1)"
    with pytest.raises(TerraformError) as raised:
        terraform_saying(tmp_path, text, "tofu", TERRAFORM_BINARY_NAME="tofu").init()
    assert advice in str(raised.value)
    assert 'docs/updating.md, "The AWS provider"' in str(raised.value)


def test_another_failure_of_init_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(TerraformError) as raised:
        terraform_saying(tmp_path, "print('Error: no such bucket', file=sys.stderr); sys.exit(1)").init()
    assert "docs/updating.md" not in str(raised.value)


def test_an_init_waits_for_another_that_fills_the_same_cache(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    terraform = terraform_saying(tmp_path, "open('done', 'w')", TF_PLUGIN_CACHE_DIR=str(cache))
    other = os.open(cache, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    thread = threading.Thread(target=terraform.init)
    thread.start()
    thread.join(timeout=0.3)
    assert not (tmp_path / "done").exists()
    terraform.run("plan")  # needs nothing of the cache
    (tmp_path / "done").unlink()
    os.close(other)
    thread.join(timeout=30)
    assert (tmp_path / "done").exists()
    assert terraform.watched("init") == 0  # and leaves it free
