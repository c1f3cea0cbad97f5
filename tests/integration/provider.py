"""The fixtures of every test that runs Terraform."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.account import Account, Provider, new_account
from tests.synthesized import Stack
from tools.terraform import Terraform, TerraformError
from tools.terraform.environ import clean_environ


@pytest.fixture(scope="session")
def provider(dev: Stack, tmp_path_factory: pytest.TempPathFactory) -> Provider:
    """The AWS provider that the stacks ask for, fetched once; skips where it can't be had, in Terraform's own words."""
    return fetched(dev, tmp_path_factory.mktemp("provider"))


def fetched(stack: Stack, folder: Path, **variables: str) -> Provider:
    """The provider that a stack asks for, by the program that the variables choose.

    It is locked to the bytes that are found: tests run with what a mirror serves, too.
    """
    cache = folder / "cache"
    cache.mkdir()
    needs = {"required_providers": stack.json["terraform"]["required_providers"]}
    (folder / "main.tf.json").write_text(json.dumps({"terraform": needs}))
    shared = os.environ.get("TF_PLUGIN_CACHE_DIR", str(cache))
    environ = clean_environ(os.environ, TF_PLUGIN_CACHE_DIR=shared, **variables)
    try:
        Terraform(folder, environ, folder / "log").init()
    except TerraformError as error:
        pytest.skip(f"no AWS provider: {' '.join(str(error).split())}")
    return Provider(environ, folder / ".terraform.lock.hcl")


@pytest.fixture(scope="session")
def account(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account on an emulator that holds its state bucket."""
    with new_account(tmp_path_factory.mktemp("account"), provider) as account:
        account.bootstrap()
        yield account


def say_why_skipped(terminalreporter: pytest.TerminalReporter) -> None:
    """Says why tests were skipped, once for all that have the same reason."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason in sorted({report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)}):
        terminalreporter.write_line(reason)
