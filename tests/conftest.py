"""One synthesis for all tests: node is started and loaded once per run."""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from stacks import speed

os.environ.pop("SYNTH_HCL_OUTPUT", None)  # read by cdktf's node, which is started once
speed.install()

from main import synthesize  # noqa: E402
from stacks.settings import Environment, select_environments  # noqa: E402  # install() comes before any cdktf import
from tests.guard import Guard  # noqa: E402
from tests.project import ENVIRONMENTS, ROOT, copy_project  # noqa: E402
from tests.synthesized import VARIANTS, Stack, read_stacks  # noqa: E402

# Their fixtures and options are everybody's.
pytest_plugins = ("tests.snapshot.rewriting",)

_SYNTHESIZING = ("tests/unit/environments/", "tests/unit/modules/", "tests/unit/stacks/")
_ALONE = ("tests/faults/", "tests/recipes/")  # each of these makes all that it needs

# As many examples as every run can afford; with ARGS="--hypothesis-profile=thorough" ten times as many. None is timed.
_UNTIMED = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("quick", _UNTIMED, max_examples=100)
hypothesis.settings.register_profile("thorough", _UNTIMED, max_examples=1000)
hypothesis.settings.load_profile("quick")


def pytest_configure(config: pytest.Config) -> None:
    """Keeps tests from reading the user's settings."""
    config.pluginmanager.register(Guard())


@pytest.hookimpl(tryfirst=True)  # xdist looks at the groups then
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Says which tests stay in one process where there are several: those that share what is dear, and those of a file.

    So jsii is started once, one pipeline is deployed for all that can share it, and a fixture for a file is made once.
    """
    for item in items:
        file, fixtures = item.nodeid.partition("::")[0], getattr(item, "fixturenames", ())
        if "account" in fixtures:
            item.add_marker(pytest.mark.xdist_group("account"))
        elif file.startswith(_SYNTHESIZING) or ("every_stack" in fixtures and "provider" not in fixtures):
            item.add_marker(pytest.mark.xdist_group("synthesizing"))
        elif not file.startswith(_ALONE):
            item.add_marker(pytest.mark.xdist_group(file))


def pytest_collection_finish() -> None:
    """Tells the garbage collector that modules and tests stay: it would go through all of them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def unmeasured() -> Iterator[None]:
    """Leaves a file's tests out of the coverage: they run the same lines over and over, which others run, too.

    To note them takes minutes. pytest-cov's own mark, `no_cover`, does nothing in the processes of xdist.
    """
    trace, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    yield
    sys.settrace(trace)
    threading.settrace(of_threads)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the environments of the tests, for what is run there as people run it."""
    return copy_project(tmp_path_factory.mktemp("copy") / "project")


@pytest.fixture(scope="session")
def environments() -> list[Environment]:
    """The environments of the tests, as they are without any variable set."""
    return select_environments(ENVIRONMENTS, {})


@pytest.fixture(scope="session")
def every_stack(environments: list[Environment], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    """Every stack of the tests' environments and of the variants, by name."""
    outdir = tmp_path_factory.mktemp("synthesized")
    synthesize([*environments, *VARIANTS], outdir, root=ROOT)
    return read_stacks(outdir)


@pytest.fixture(scope="session")
def stacks(every_stack: dict[str, Stack], environments: list[Environment]) -> dict[str, Stack]:
    """Every stack of the tests' environments, by name."""
    names = [environment.name for environment in environments]
    return {name: stack for name, stack in every_stack.items() if stack.identity.environment in names}


@pytest.fixture(scope="session")
def dev(stacks: dict[str, Stack]) -> Stack:
    """The pipeline of dev in its first region."""
    return stacks["tap-dev-us-east-1"]


@pytest.fixture(scope="session")
def prod(stacks: dict[str, Stack]) -> Stack:
    """The pipeline of prod in its first region."""
    return stacks["tap-prod-us-east-1"]
