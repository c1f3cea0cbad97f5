"""`make providers-lock`: writes the lock files of the AWS provider from its registries, and checks them.

`python -m tools.providers_lock [VERSION]`: VERSION takes another version. Terraform writes both files; OpenTofu
(TERRAFORM_BINARY_NAME) only its own, as HashiCorp lets nobody but Terraform use its registry.
"""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from stacks.provider_lock import LOCK_FILE, PROVIDERS, program
from tools.errors import ToolError
from tools.terraform import Terraform, TerraformError

REGISTRIES = {"terraform": "registry.terraform.io", "opentofu": "registry.opentofu.org"}
PLATFORMS = ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64")
# From 6.26 on, a plan no longer reads the value of a write-only secret (hashicorp/terraform-provider-aws#44876), which
# the delivery roles may not do; and from 6.40 on, plans no longer undo that S3 blocks SSE-C in new buckets (#47320).
_OLDEST = (6, 40, 0)
_WANTED = re.compile(r'(?<=      version = ")[^"]*')
_BLOCK = re.compile(
    r'^provider "(?P<registry>[^/"]+)/hashicorp/aws" {\n  version     = "(?P<version>[^"]*)"\n'
    r'  constraints = "(?P<constraints>[^"]*)"\n  hashes = \[\n(?P<hashes>(?:    "[^"]+",\n)+)  \]\n}\n',
    re.MULTILINE,
)
_HASH = re.compile(r'"(?P<scheme>h1|zh):(?P<digest>[A-Za-z0-9+/]{43}=|[0-9a-f]{64})",')


def problems(home: Path = PROVIDERS) -> list[str]:
    """What is wrong with the lock files, a line each; nothing where both hold the same provider on every platform."""
    wanted = {name: _wanted(home / name) for name in REGISTRIES}
    found = [f"{home / name / LOCK_FILE}: {line}" for name in REGISTRIES for line in _of(home, name, wanted[name])]
    if len(set(wanted.values())) > 1:
        found.append(f"versions.tf differ: {', '.join(f'{name} has {version}' for name, version in wanted.items())}")
    return found


def _wanted(folder: Path) -> str:
    (version,) = _WANTED.findall((folder / "versions.tf").read_text(encoding="utf-8"))
    return str(version)


def _of(home: Path, name: str, wanted: str) -> list[str]:
    """What is wrong with the lock file of one program."""
    again = "write it with `make providers-lock`, and Terraform"
    try:
        blocks = list(_BLOCK.finditer((home / name / LOCK_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return [f"is missing: {again}"]
    if [block["registry"] for block in blocks] != [REGISTRIES[name]]:
        return [f"must have one entry, of {REGISTRIES[name]}/hashicorp/aws: {again}"]
    (block,) = blocks
    lines = block["hashes"].splitlines()
    schemes = [match["scheme"] for line in lines if (match := _HASH.search(line))]
    is_old = tuple(int(part) for part in re.findall(r"\d+", wanted)) < _OLDEST
    checks = {
        f"is for {block['version']}, versions.tf wants {wanted}: {again}": {block["version"], block["constraints"]}
        != {wanted},
        f"has {wanted}; allowed: {'.'.join(map(str, _OLDEST))} or later, see docs/updating.md": is_old,
        f"needs an h1 hash for each of {', '.join(PLATFORMS)}: {again}": schemes.count("h1") < len(PLATFORMS),
        f"needs the zh hashes of its registry: {again}": "zh" not in schemes,
        "has lines that are no hashes": len(schemes) != len(lines),
    }
    return [text for text, is_wrong in checks.items() if is_wrong]


def write(environ: Mapping[str, str], home: Path = PROVIDERS) -> None:
    """Writes the lock files; raises ToolError with what to do where a registry can't be reached."""
    for name in REGISTRIES if program(environ) == "terraform" else ["opentofu"]:
        terraform = Terraform(home / name, environ)
        try:
            terraform.succeed("providers", "lock", "-no-color", *(f"-platform={platform}" for platform in PLATFORMS))
        except TerraformError as error:
            raise ToolError(
                f"{error}\n\nThe hashes come from {REGISTRIES[name]} itself, whatever mirrors there are. Run `make "
                "providers-lock` where it can be reached, or merge what Renovate proposes (.github/renovate.json5), "
                "and commit the files."
            ) from error


def move(version: str, home: Path = PROVIDERS) -> None:
    """Wants another version, for both programs."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ToolError(f"VERSION: got {version!r}; allowed: an exact version, such as 6.50.0")
    for name in REGISTRIES:
        file = home / name / "versions.tf"
        file.write_text(_WANTED.sub(version, file.read_text(encoding="utf-8")), encoding="utf-8")


def main(arguments: Sequence[str], home: Path = PROVIDERS) -> int:
    """Write and check; return the exit status."""
    try:
        for version in arguments:
            move(version, home)
        write(os.environ, home)
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1
    found = problems(home)
    print("\n".join(found) or f"Locked to version {_wanted(home / 'terraform')} on {', '.join(PLATFORMS)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
