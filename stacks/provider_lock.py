"""The one version of the AWS provider, and the lock files that hold Terraform and OpenTofu to its very bytes.

`providers/` has a folder for each of the two programs: their registries serve different builds of the same version,
and `init -lockfile=readonly` takes no file with an entry too many. `make providers-lock` writes the lock files.
"""

import re
import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

# The CDKTF command line reads the same variable.
BINARY = "TERRAFORM_BINARY_NAME"
LOCK_FILE = ".terraform.lock.hcl"
PROVIDERS = Path(__file__).resolve().parent.parent / "providers"
# The bindings were generated from 6.25.0. An emulator's stacks take any later 6: where the registry can't be reached,
# what a mirror has is what there is, and nothing in AWS is changed with it.
_ANY = "~> 6.25"
_VERSION = re.compile(r'^  version += "(\d+\.\d+\.\d+)"$', re.MULTILINE)


def binary(environ: Mapping[str, str]) -> str:
    """The program's name or path: that of TERRAFORM_BINARY_NAME, else `terraform`."""
    return environ.get(BINARY) or "terraform"


def program(environ: Mapping[str, str]) -> str:
    """Which of the two it is, by its name: `opentofu` or `terraform`."""
    return "opentofu" if "tofu" in Path(binary(environ)).name.lower() else "terraform"


def title(environ: Mapping[str, str]) -> str:
    """What people call it."""
    return {"opentofu": "OpenTofu", "terraform": "Terraform"}[program(environ)]


def lock_file(environ: Mapping[str, str]) -> Path:
    """The lock file of the program that will be run."""
    return PROVIDERS / program(environ) / LOCK_FILE


def required_providers(*, is_emulator: bool) -> dict[str, dict[str, str]]:
    """What a stack requires: exactly the version of the lock file, but for an emulator."""
    version = _ANY if is_emulator else locked_version(PROVIDERS / "terraform" / LOCK_FILE)
    return {"aws": {"source": "hashicorp/aws", "version": version}}


@cache
def locked_version(file: Path) -> str:
    """The version that a lock file names."""
    (version,) = _VERSION.findall(file.read_text(encoding="utf-8"))
    return str(version)


def lock_stacks(outdir: Path, stacks: Iterable[str], environ: Mapping[str, str]) -> list[Path]:
    """Puts the lock file of the program into the folders of these stacks; returns where it is then."""
    found = [outdir / "stacks" / stack / LOCK_FILE for stack in stacks]
    for file in found:
        shutil.copyfile(lock_file(environ), file)
    return found
