"""Terraform itself accepts every stack."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stacks.identity import StackKind
from tests.integration.account import Provider
from tests.synthesized import Stack
from tools.terraform import Terraform

pytestmark = pytest.mark.e2e


def test_terraform_finds_nothing_wrong_or_doubtful_in_any_stack(
    every_stack: dict[str, Stack], provider: Provider, tmp_path: Path
) -> None:
    def diagnostics(stack: Stack) -> list[str]:
        shutil.copy(provider.lock_file, stack.folder)
        return Terraform(stack.folder, environ).validate()

    # All stacks need the same provider, so that one initialization serves them all.
    environ = {**provider.environ, "TF_DATA_DIR": str(tmp_path)}
    first = next(iter(every_stack.values()))
    shutil.copy(provider.lock_file, first.folder)
    Terraform(first.folder, environ).init("-backend=false")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(every_stack, pool.map(diagnostics, every_stack.values()), strict=True))
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_stacks_of_every_kind_were_validated(every_stack: dict[str, Stack]) -> None:
    assert {stack.identity.kind for stack in every_stack.values()} == set(StackKind)
