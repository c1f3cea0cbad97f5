"""Checks Terraform's version and downloads the AWS provider, once for all stacks, before anything is started."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from stacks.provider_lock import LOCK_FILE, lock_file, title
from tools.local.errors import LocalError
from tools.terraform import Terraform, TerraformError
from tools.terraform.provider import with_plugin_cache

_OLDEST = (1, 11)  # the first with write-only arguments: see stacks/base_stack.py


def check_terraform(terraform: Terraform) -> str:
    """Terraform's version; raises TerraformError where it is missing, LocalError where it is too old."""
    version = terraform.version()
    major, minor = (int(part) for part in re.findall(r"\d+", version)[:2])
    if (major, minor) < _OLDEST:
        raise LocalError(f"{title(terraform.environ)} is {version}, so nothing was started; allowed: 1.11 or later")
    return version


def fetch_provider(terraform: Terraform, needs: Mapping[str, Any]) -> Path:
    """Downloads the provider that a `required_providers` block allows; returns its folder. Raises LocalError.

    It is the one that the stacks for AWS are held to; where only a mirror can be reached, the one that it has.
    """
    folder = terraform.folder
    terraform = replace(terraform, environ=with_plugin_cache(terraform.environ))
    (folder / "main.tf.json").write_text(json.dumps({"terraform": {"required_providers": needs}}))
    shutil.copyfile(lock_file(terraform.environ), folder / LOCK_FILE)
    try:
        terraform.init()
    except TerraformError:
        shutil.rmtree(folder / ".terraform", ignore_errors=True)
        (folder / LOCK_FILE).unlink()
        try:
            terraform.init()
        except TerraformError as error:
            raise LocalError(_both_ways_out(title(terraform.environ), needs, str(error))) from error
    return folder / ".terraform" / "providers"


def _both_ways_out(program: str, needs: Mapping[str, Any], reason: str) -> str:
    wanted = ", ".join(f"{one['source']} {one['version']}" for one in needs.values())
    return (
        f"{program} can't download the AWS provider ({wanted}), so nothing was started: give this machine access to "
        f"the {program} registry, or set TF_CLI_CONFIG_FILE to a configuration whose provider_installation names a "
        f"mirror that has it (see docs/local.md).\n{reason}"
    )
