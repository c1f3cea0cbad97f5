"""Terraform takes the provider that a stack is locked to, and nothing else."""

import re
import shutil
from pathlib import Path

import pytest

from tests.integration.account import Provider
from tests.synthesized import Stack
from tools.terraform import Terraform, TerraformError

pytestmark = pytest.mark.e2e


@pytest.fixture
def stack(dev: Stack, provider: Provider, tmp_path: Path) -> Terraform:
    """Terraform in a copy of a stack for AWS, locked to the provider that is there."""
    shutil.copy(dev.folder / "cdk.tf.json", tmp_path)
    shutil.copy(provider.lock_file, tmp_path)
    return Terraform(tmp_path, provider.environ)


def test_the_locked_provider_is_taken_and_its_lock_file_stays_as_it_is(stack: Terraform, provider: Provider) -> None:
    stack.init("-backend=false")
    assert (stack.folder / ".terraform.lock.hcl").read_bytes() == provider.lock_file.read_bytes()


def test_other_bytes_under_the_same_version_are_refused_with_what_to_do(stack: Terraform) -> None:
    lock = stack.folder / ".terraform.lock.hcl"
    lock.write_text(re.sub(r'"(h1|zh):[^"]{3}', r'"\1:000', lock.read_text()))
    with pytest.raises(TerraformError, match=r"This is not the provider that \.terraform\.lock\.hcl names"):
        stack.init("-backend=false")


def test_without_its_lock_file_a_stack_is_refused_with_what_to_do(stack: Terraform) -> None:
    (stack.folder / ".terraform.lock.hcl").unlink()
    with pytest.raises(TerraformError, match=r"has no lock file, or that of another program than terraform: run `make"):
        stack.init("-backend=false")
