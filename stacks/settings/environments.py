"""Which environments a run is about: all files, or those that the variables name."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modules.section import fits
from stacks.delivery.previews import TAKEN_FOR_PREVIEW
from stacks.emulator_settings import EmulatorSettings, LocalUrl
from stacks.identity import StackIdentity, StackKind
from stacks.settings.identity import Suffix
from stacks.settings.load import load_settings
from stacks.settings.model import Settings
from stacks.settings.problems import Problem, SettingsError
from stacks.settings.wording import allowed_text, nearest, shown

_NAMES = "TAP_ENVIRONMENT"
_SUFFIX = "TAP_ENVIRONMENT_SUFFIX"
_ENDPOINT = "AWS_ENDPOINT_URL"
_BOOTSTRAP = "TAP_BOOTSTRAP"


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """An environment: whose settings it has (`name`), and what its names end with (`suffix`)."""

    name: str
    suffix: str
    settings: Settings

    @property
    def is_ephemeral(self) -> bool:
        """Whether it uses another environment's settings, as `pr42` does those of `dev`."""
        return self.suffix != self.name

    @property
    def stacks(self) -> tuple[StackIdentity, ...]:
        """Every stack of it. An ephemeral one uses state and delivery of its settings' environment, and has no edge:

        a copy of an environment must not claim the domain of the original.
        """
        if self.is_ephemeral:
            return self.pipelines
        edge, delivery = bool(self.settings.edge), bool(self.settings.delivery)
        return (self.state, *self.pipelines, *[self.edge] * edge, *[self.delivery] * delivery)

    @property
    def pipelines(self) -> tuple[StackIdentity, ...]:
        """The stacks of its pipeline, one in each region."""
        return tuple(self.pipeline(region) for region in self.settings.regions)

    def pipeline(self, region: str) -> StackIdentity:
        """The stack of its pipeline in a region."""
        return self._stack(StackKind.PIPELINE, self.suffix, region)

    @property
    def signing_region(self) -> str | None:
        """The region whose stack owns the signing secret of all regions; `None` where each has its own, or none has.

        Behind one name a signature must be good in every region that may answer.
        """
        settings, edge = self.settings, self.settings.edge
        if edge is None or self.is_ephemeral or settings.api.auth != "signature" or len(settings.regions) == 1:
            return None
        return edge.signing_region or settings.regions[0]

    @property
    def state(self) -> StackIdentity:
        """The stack of its Terraform state; an ephemeral environment uses that of the original."""
        return self._stack(StackKind.STATE, self.name, self.settings.state.region)

    @property
    def edge(self) -> StackIdentity:
        """The stack of its domain, over all regions."""
        return self._stack(StackKind.EDGE, self.suffix, self.settings.state.region)

    @property
    def delivery(self) -> StackIdentity:
        """The stack of the roles that deliver it."""
        return self._stack(StackKind.DELIVERY, self.name, self.settings.state.region)

    def _stack(self, kind: StackKind, suffix: str, region: str) -> StackIdentity:
        return StackIdentity(
            kind=kind, project=self.settings.project, environment=self.name, suffix=suffix, region=region
        )


def select_environments(folder: Path, environ: Mapping[str, str]) -> list[Environment]:
    """Return the chosen environments by name, or raise `SettingsError` with all problems of all files and variables.

    TAP_ENVIRONMENT names them, separated by commas (default: all); TAP_ENVIRONMENT_SUFFIX makes one of them an
    ephemeral environment; AWS_ENDPOINT_URL moves the endpoint of those that run on an emulator.
    """
    files = _files(folder)
    names, problems = _chosen(files, environ)
    problems += [_named_like_a_preview(files[name]) for name in names if TAKEN_FOR_PREVIEW.fullmatch(name)]
    suffix, suffix_problems = _chosen_suffix(names, files, environ)
    problems += suffix_problems
    selected: list[Environment] = []
    for name in names:
        try:
            settings = _with_endpoint(load_settings(files[name]), environ)
            selected.append(Environment(name=name, suffix=suffix or name, settings=settings))
        except SettingsError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        raise SettingsError(problems)
    return selected


def wants_bootstrap(environ: Mapping[str, str]) -> bool:
    """Whether TAP_BOOTSTRAP asks for state stacks that keep their own state in a local file."""
    value = environ.get(_BOOTSTRAP)
    if value not in (None, "0", "1"):
        raise SettingsError([Problem(source=_BOOTSTRAP, message=f"got {shown(value)}; allowed: 1 or 0; or unset it")])
    return value == "1"


def _files(folder: Path) -> dict[str, Path]:
    source = os.path.relpath(folder)
    if not folder.is_dir():
        raise SettingsError(
            [Problem(source=source, message="no such folder; allowed: a folder with one TOML file per environment")]
        )
    files = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    if not files:
        raise SettingsError([Problem(source=source, message="no TOML file in it; allowed: one per environment")])
    return files


def _named_like_a_preview(path: Path) -> Problem:
    allowed = "a name without a part that begins with pr and a digit: the role of previews reaches such names"
    return Problem(source=os.path.relpath(path), message=f"got {shown(path.stem)}; allowed: {allowed}")


def _chosen(files: Mapping[str, Path], environ: Mapping[str, str]) -> tuple[list[str], list[Problem]]:
    value = environ.get(_NAMES)
    if value is None:
        return list(files), []
    allowed = f"allowed: {', '.join(files)}, separated by commas"
    if not value.strip():
        return [], [Problem(source=_NAMES, message=f"set but empty; {allowed}; unset it to use all")]
    wanted = [name.strip() for name in value.split(",")]
    unknown = [name for name in dict.fromkeys(wanted) if name not in files]
    problems = [
        Problem(source=_NAMES, message=f"got {shown(name)}; {allowed}{nearest(name, files)}") for name in unknown
    ]
    return [name for name in files if name in wanted], problems


def _chosen_suffix(
    names: Sequence[str], files: Mapping[str, Path], environ: Mapping[str, str]
) -> tuple[str | None, list[Problem]]:
    suffix = environ.get(_SUFFIX)
    if suffix is None:
        return None, []
    messages = []
    if not suffix:
        messages.append(f"set but empty; allowed: {allowed_text(Suffix)}; unset it to use the environment's name")
    elif not fits(Suffix, suffix):
        messages.append(f"got {shown(suffix)}; allowed: {allowed_text(Suffix)}")
    elif suffix in files and [suffix] != names:
        messages.append(f"got {shown(suffix)}, another environment's name; allowed: a name of its own, such as pr42")
    if _NAMES not in environ or len(names) > 1:
        messages.append(f"needs exactly one environment; set {_NAMES} to the one whose settings it uses")
    return suffix, [Problem(source=_SUFFIX, message=message) for message in messages]


def _with_endpoint(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Move the emulator's endpoint where the variable says; an environment on AWS ignores the variable."""
    url = environ.get(_ENDPOINT)
    if settings.emulator is None or url is None:
        return settings
    if not fits(LocalUrl, url):
        got = f"got {shown(url)}" if url else "set but empty"
        raise SettingsError([Problem(source=_ENDPOINT, message=f"{got}; allowed: {allowed_text(LocalUrl)}")])
    return settings.model_copy(update={"emulator": EmulatorSettings(endpoint_url=url)})
