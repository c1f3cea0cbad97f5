"""The arguments of a pipeline stack: its environment, its region, and its settings."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from modules.section import fits
from stacks.regions import KNOWN_REGIONS
from stacks.settings.identity import Suffix
from stacks.settings.model import Settings
from stacks.settings.wording import allowed_text, nearest, shown

_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


@dataclass(frozen=True, kw_only=True, slots=True, init=False)
class TapStackArgs:
    """Inputs of one pipeline stack; `environment` is another name for `environment_suffix`, for older callers."""

    environment_suffix: str
    environment: str
    region: str
    settings: Settings

    def __init__(
        self,
        *,
        settings: Settings,
        environment_suffix: str | None = None,
        environment: str | None = None,
        region: str | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Raise `ValueError` if suffix and alias disagree or are both missing, or if the region is unknown."""
        suffix = _one_suffix(environment_suffix, environment)
        object.__setattr__(self, "environment_suffix", suffix)
        object.__setattr__(self, "environment", suffix)
        object.__setattr__(self, "region", resolve_region(region, settings, environ))
        object.__setattr__(self, "settings", settings)


def resolve_region(explicit: str | None, settings: Settings, environ: Mapping[str, str]) -> str:
    """Return the explicit region, else AWS_REGION, else AWS_DEFAULT_REGION, else the first configured region."""
    candidates = [("region", explicit), *((name, environ.get(name)) for name in _REGION_VARIABLES)]
    for source, region in candidates:
        if region is not None:
            return _known(source, region)
    return settings.regions[0]


def _known(source: str, region: str) -> str:
    if region in KNOWN_REGIONS:
        return region
    if not region and source in _REGION_VARIABLES:
        raise ValueError(f"{source}: set but empty; allowed: an AWS region, such as us-east-1; unset it or fill it in")
    raise ValueError(
        f"{source}: got {shown(region)}; allowed: an AWS region, such as us-east-1{nearest(region, KNOWN_REGIONS)}"
    )


def _one_suffix(suffix: str | None, alias: str | None) -> str:
    if suffix is not None and alias is not None and suffix != alias:
        raise ValueError(
            f"environment_suffix is {shown(suffix)} but environment, its alias, is {shown(alias)}; "
            "give environment_suffix only"
        )
    given = suffix if suffix is not None else alias
    if given is None:
        raise ValueError("environment_suffix is missing; give it, for example environment_suffix='dev'")
    if not fits(Suffix, given):
        raise ValueError(f"environment_suffix: got {shown(given)}; allowed: {allowed_text(Suffix)}")
    return given
