"""`up`, `down`, `send`, `logs` and `status`: each prints its result and returns the exit status."""

import fcntl
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stacks.provider_lock import title
from tools.emulator.program import free_port, is_listened_to, url_of
from tools.local.deployment import Deployment, terraform_in
from tools.local.emulator import Emulator
from tools.local.environment import local_environment
from tools.local.errors import LocalError
from tools.local.inventory import inventory
from tools.local.pipeline import Pipeline
from tools.local.provider import check_terraform, fetch_provider
from tools.local.record import Running
from tools.local.report import arrived, next_steps
from tools.local.watching import recent_logs, summary
from tools.progress import Progress
from tools.terraform import TerraformError


@dataclass(frozen=True, kw_only=True, slots=True)
class Commands:
    """The commands for one project folder; they raise ToolError and SettingsError."""

    root: Path
    progress: Progress

    @property
    def folder(self) -> Path:
        """Where they write everything."""
        return self.root / ".cache/local"

    @property
    def emulator(self) -> Emulator:
        """The emulator of this project folder."""
        return Emulator(self.folder)

    def up(self, regions: Sequence[str]) -> int:
        """Deploys to the running emulator, or to a new one, which is stopped if anything fails or is interrupted."""
        with self._alone():
            running = self._usable()
            try:
                report = self._up(running, regions)
            except BaseException:
                if running is None:
                    self._clear()
                raise
        print(f"\n{report}")
        return 0

    def _usable(self) -> Running | None:
        """The running emulator; one whose deployment was never finished is stopped first."""
        running = self.emulator.running()
        if running is not None and running.complete:
            return running
        self._clear()
        return None

    def _clear(self) -> None:
        """Stops the emulator, and removes what Terraform knew about it."""
        self.emulator.stop()
        shutil.rmtree(self.folder / "cdktf.out", ignore_errors=True)

    def _up(self, running: Running | None, regions: Sequence[str]) -> str:
        """Returns the report."""
        port = running.port if running else free_port()
        kept = running.regions if running else ()
        deployment = self._deployment(url_of(port), [*kept, *(one for one in regions if one not in kept)])
        providers = self._prepare(deployment)
        if running is None:
            with self.progress.step("Start the emulator") as step:
                self.emulator.start(port)
                step.detail = f"port {port}"
        settings = deployment.environment.settings
        self.emulator.note(regions=settings.regions, complete=running is not None)
        deployment.deploy(providers)
        pipelines = [self._pipeline(deployment, region) for region in settings.regions]
        journeys = [
            journey
            for pipeline in pipelines
            for journey in (pipeline.send_event({"hello": pipeline.account.region}), pipeline.drop_file())
        ]
        done = self.emulator.note(regions=settings.regions, complete=True)
        return f"{arrived(journeys)}\n\n{next_steps(done, pipelines)}"

    def _prepare(self, deployment: Deployment) -> Path:
        """Checks everything that is needed, before anything is started."""
        terraform = terraform_in(self.folder / "provider", self.folder)
        with self.progress.step(f"Find {title(terraform.environ)}") as step:
            step.detail = check_terraform(terraform)
        deployment.synthesize(self.root)
        with self.progress.step("Find the AWS provider"):
            return fetch_provider(terraform, deployment.needs())

    def down(self) -> int:
        """Destroys with Terraform, checks that nothing is left, and stops the emulator in any case."""
        with self._alone():
            running = self.emulator.running()
            try:
                return self._down(running) if running else self._nothing_runs()
            except TerraformError as error:
                raise LocalError(f"{error}\nThe emulator was stopped anyway, and everything in it is gone.") from error
            finally:
                self._clear()

    def _nothing_runs(self) -> int:
        print("Nothing is running, so there is nothing to stop.")
        return 0

    def _down(self, running: Running) -> int:
        deployment = self._deployment(running.url, running.regions)
        settings = deployment.environment.settings
        regions = sorted({*settings.regions, settings.state.region})
        with self.progress.step("List what is there") as step:
            step.detail = f"{len(self._found(deployment, regions))} resources"
        if running.regions:
            deployment.destroy(self.folder / "provider/.terraform/providers")
        with self.progress.step("Check what is left") as step:
            left = self._found(deployment, regions)
            step.detail = f"{len(left)} resources"
        with self.progress.step("Stop the emulator"):
            self.emulator.stop()
        left += [f"a process still listens on port {running.port}"] * is_listened_to(running.port)
        if left:
            print("", "Left behind by the destroy (and gone with the emulator):", *left, sep="\n  ")
            return 1
        print(f"\nNothing is left: no resources in {', '.join(regions)}, no process, nothing on port {running.port}.")
        return 0

    def _found(self, deployment: Deployment, regions: Sequence[str]) -> list[str]:
        """The names of all resources of the account in these regions."""
        return [
            f"{region}: {kind}: {name}"
            for region in regions
            for kind, names in inventory(deployment.account(region).client).items()
            for name in names
        ]

    def send(self, data: str, region: str | None) -> int:
        """Sends an event to a region, by default the first."""
        pipeline = self._chosen(region)
        try:
            content = json.loads(data)
        except ValueError as error:
            raise LocalError(
                f"--data is not JSON ({error}); allowed: JSON, such as --data '{{\"total\": 12}}'"
            ) from error
        print(f"\n{arrived([pipeline.send_event(content)])}")
        return 0

    def logs(self) -> int:
        """Prints the latest log lines of every function."""
        for pipeline in self._pipelines(self._complete()):
            print(recent_logs(pipeline))
        return 0

    def status(self) -> int:
        """Prints what is running, what is stored, and the alarms; returns 1 when nothing is running."""
        if self.emulator.running() is None:
            print("Nothing is running: `make local` starts it.")
            return 1
        running = self._complete()
        pipelines = self._pipelines(running)
        print("\n\n".join([*map(summary, pipelines), next_steps(running, pipelines)]))
        return 0

    def _chosen(self, region: str | None) -> Pipeline:
        running = self._complete()
        if region is not None and region not in running.regions:
            raise LocalError(f"--region: got {region}; allowed: {', '.join(running.regions)}, where it is running")
        pipelines = self._pipelines(running)
        return next(one for one in pipelines if region in (None, one.account.region))

    def _complete(self) -> Running:
        running = self.emulator.running()
        if running is None:
            raise LocalError("nothing is running: `make local` starts it")
        if not running.complete:
            raise LocalError("the deployment isn't finished: wait for `make local`, or run it again")
        return running

    def _pipelines(self, running: Running) -> list[Pipeline]:
        deployment = self._deployment(running.url, running.regions)
        return [self._pipeline(deployment, region) for region in running.regions]

    def _pipeline(self, deployment: Deployment, region: str) -> Pipeline:
        return Pipeline(account=deployment.account(region), outputs=deployment.outputs(region), progress=self.progress)

    def _deployment(self, url: str, regions: Sequence[str]) -> Deployment:
        environment = local_environment(self.root, url, regions)
        return Deployment(folder=self.folder, environment=environment, progress=self.progress)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "command.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalError(
                    "another `make local` or `make local-down` is running in this folder: wait for it"
                ) from None
            yield
