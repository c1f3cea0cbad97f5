"""The code that functions are deployed from."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stacks.packaging import Package, build_packages
from stacks.settings import Environment

_PACKAGES = Path(".cache/packages")


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """Our version, which `GET /health` shows, and the package of each function."""

    version: str
    packages: Mapping[str, Package]

    @classmethod
    def build(cls, root: Path, environment: Environment) -> "Release":
        """Builds the code of the project in `root` for the machines of the environment; raises PackagingError."""
        settings = environment.settings
        packages = build_packages(
            root,
            root / _PACKAGES / environment.name,
            architecture=settings.architecture,
            host=settings.emulator is not None,
        )
        version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
        return cls(version=version, packages=packages)
