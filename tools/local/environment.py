"""The environment `local`, with the running emulator's endpoint and the chosen regions."""

from collections.abc import Sequence
from pathlib import Path

from stacks.regions import KNOWN_REGIONS
from stacks.settings import Environment, Problem, SettingsError, select_environments
from stacks.settings.wording import nearest, shown

NAME = "local"


def local_environment(root: Path, url: str, regions: Sequence[str] = ()) -> Environment:
    """`local` with this endpoint, and with these regions instead of those of its file; raises SettingsError."""
    variables = {"TAP_ENVIRONMENT": NAME, "AWS_ENDPOINT_URL": url}
    (environment,) = select_environments(root / "environments", variables)
    settings = environment.settings
    if regions:
        settings = settings.model_copy(update={"regions": tuple(regions)})
    return Environment(name=NAME, suffix=NAME, settings=settings)


def parse_regions(text: str | None) -> tuple[str, ...]:
    """Regions separated by commas, without duplicates; raises SettingsError naming every unknown one."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(","))) if text is not None else ()
    allowed = "allowed: AWS regions, separated by commas, such as us-east-1,eu-west-1"
    problems = [
        Problem(source="REGIONS", message=f"got {shown(name)}; {allowed}{nearest(name, KNOWN_REGIONS)}")
        for name in names
        if name not in KNOWN_REGIONS
    ]
    if problems:
        raise SettingsError(problems)
    return names
