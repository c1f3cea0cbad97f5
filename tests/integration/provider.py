"""The fixtures of every test that runs Terraform."""

import json
import os
import shutil
from collections.abc import Iterator

import pytest

from tests.integration.account import Account, Provider, new_account
from tests.integration.terraform import Terraform
from tests.synthesized import Stack
from tools.local.terraform import clean_environ


@pytest.fixture(scope="session")
def provider(dev: Stack, tmp_path_factory: pytest.TempPathFactory) -> Provider:
    """The AWS provider that the stacks ask for, fetched once; skips where it can't be had, in Terraform's own words."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    folder = tmp_path_factory.mktemp("provider")
    cache = folder / "cache"
    cache.mkdir()
    needs = {"required_providers": dev.json["terraform"]["required_providers"]}
    (folder / "main.tf.json").write_text(json.dumps({"terraform": needs}))
    environ = clean_environ(os.environ, TF_PLUGIN_CACHE_DIR=os.environ.get("TF_PLUGIN_CACHE_DIR", str(cache)))
    done = Terraform(folder, environ).run("init", "-input=false", "-no-color")
    if done.returncode:
        reason = done.stderr.partition("Error: ")[2] or done.stderr
        pytest.skip(f"terraform can't get the AWS provider: {' '.join(reason.split())}")
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
