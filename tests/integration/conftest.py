"""The deployment under test: the one that is named, or one that is made on an emulator for these tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.account import PIPELINE_STACK, Account
from tests.integration.deployment import Deployment
from tests.integration.finding import find_deployment
from tests.integration.outputs import Outputs, OutputsError, outputs_of_file, outputs_of_stack
from tests.integration.provider import account, provider, say_why_skipped
from tests.integration.sender import Sender
from tests.project import ENVIRONMENTS, ROOT

__all__ = ["account", "provider"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options that name a deployment."""
    group = parser.getgroup("deployment", "the deployment under test (default: one of their own, on an emulator)")
    group.addoption("--stack", help="a stack that was deployed from here, such as tap-dev-us-east-1")
    group.addoption("--outputs", type=Path, help="a file with what `terraform output -json` printed")
    group.addoption("--environment", help="whose settings it has; default: the one that it is called after")
    group.addoption(
        "--settings",
        type=Path,
        default=ROOT / "environments",
        help="the folder of its settings (default: environments)",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says why tests were skipped."""
    say_why_skipped(terminalreporter)


def _named_outputs(config: pytest.Config) -> Outputs | None:
    stack, file = config.getoption("stack"), config.getoption("outputs")
    if stack and file:
        raise OutputsError("--stack and --outputs name two deployments: give one of them")
    if stack:
        return outputs_of_stack(stack, Path(os.environ.get("CDKTF_OUTDIR") or ROOT / "cdktf.out"))
    return outputs_of_file(file) if file else None


@pytest.fixture(scope="session")
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """The pipeline under test."""
    environment, settings = request.config.getoption("environment"), request.config.getoption("settings")
    try:
        named = _named_outputs(request.config)
        if named is not None:
            return find_deployment(named, settings, os.environ, environment=environment)
    except OutputsError as error:
        pytest.exit(str(error), returncode=2)
    own: Account = request.getfixturevalue("account")
    terraform = own.terraform(PIPELINE_STACK)
    terraform.init()
    terraform.apply()
    return find_deployment(terraform.outputs(), ENVIRONMENTS, own.variables)


@pytest.fixture(scope="session")
def sender(deployment: Deployment) -> Iterator[Sender]:
    """A client whose traces are taken away at the end."""
    if deployment.settings.api.auth != "signature":
        pytest.skip(f"{deployment.stack} has api.auth = {deployment.settings.api.auth}: these tests sign requests")
    sender = Sender(deployment)
    yield sender
    sender.take_away()


@pytest.fixture(scope="session")
def ledger(deployment: Deployment) -> str:
    """The table of its ledger, without which events are stored at least once."""
    if "ledger_table" not in deployment.outputs:
        pytest.skip(f"{deployment.stack} has no ledger: deduplication.days is 0")
    return deployment.outputs["ledger_table"]


@pytest.fixture(scope="session")
def key_arn(deployment: Deployment) -> str:
    """The key of the stack."""
    return deployment.key_arn()
