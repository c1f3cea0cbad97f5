"""One pipeline that everything is done to, in an account on an emulator; what destroys it comes last."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.account import PIPELINE_STACK, Account
from tests.integration.deployment import Deployment
from tests.integration.finding import find_deployment
from tests.integration.provider import account, provider, say_why_skipped
from tests.project import ENVIRONMENTS
from tests.synthesized import Json
from tools.local.inventory import inventory
from tools.terraform import Done, Terraform

__all__ = ["account", "provider"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says why tests were skipped."""
    say_why_skipped(terminalreporter)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts tests of what is left after a destroy behind those that need the pipeline."""
    items.sort(key=lambda item: "destroyed" in getattr(item, "fixturenames", ()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """How the pipeline came to be: the plan that was saved, and what came of two people's applies of it at once."""

    terraform: Terraform
    plan_file: Path
    plan: Json
    applies: list[Done]


@pytest.fixture(scope="session")
def before(account: Account) -> Json:
    """What the account holds when nothing but its state bucket was deployed."""
    return inventory(account.client)


@pytest.fixture(scope="session")
def applied(account: Account, before: Json, tmp_path_factory: pytest.TempPathFactory) -> Applied:
    """The pipeline's first deployment."""
    del before  # has to be taken earlier
    file = tmp_path_factory.mktemp("plan") / "saved.tfplan"
    people = [account.terraform(PIPELINE_STACK, person=person) for person in ("one", "two")]
    for person in people:
        person.init()
    plan = people[0].planned(file)
    with ThreadPoolExecutor(2) as pool:
        applies = list(pool.map(lambda person: person.run("apply", "-input=false", "-no-color", str(file)), people))
    assert any(done.returncode == 0 for done in applies), [done.stderr for done in applies]
    return Applied(terraform=people[0], plan_file=file, plan=plan, applies=applies)


@pytest.fixture(scope="session")
def deployment(account: Account, applied: Applied) -> Deployment:
    """The pipeline, as it says itself where it is."""
    return find_deployment(applied.terraform.outputs(), ENVIRONMENTS, account.variables)
