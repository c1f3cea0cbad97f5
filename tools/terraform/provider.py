"""What `init` does about the AWS provider: takes the locked one and no other, and fills one cache for all stacks."""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from stacks.provider_lock import BINARY, LOCK_FILE, binary

CACHE = "TF_PLUGIN_CACHE_DIR"
_OWN_CACHE = Path.home() / ".terraform.d" / "plugin-cache"
_DOCS = 'docs/updating.md, "The AWS provider"'


def with_plugin_cache(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables with one copy of the provider for all stacks, where the CDKTF command line keeps it, too."""
    if environ.get(CACHE):
        return dict(environ)
    _OWN_CACHE.mkdir(parents=True, exist_ok=True)
    return {**environ, CACHE: str(_OWN_CACHE)}


@contextmanager
def one_at_a_time(environ: Mapping[str, str], arguments: Sequence[str]) -> Iterator[None]:
    """An `init` waits for others that fill the same cache, which is not safe for two at once.

    (Terraform documentation, "CLI Configuration File", Provider Plugin Cache.)
    """
    cache = environ.get(CACHE)
    if arguments[:1] != ("init",) or not cache or not Path(cache).is_dir():
        yield
        return
    folder = os.open(cache, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def lock_options(folder: Path) -> tuple[str, ...]:
    """Options of `init`: a stack that requires one exact version takes it as its lock file says, or not at all."""
    stack = folder / "cdk.tf.json"
    if not stack.is_file():
        return ()
    required = json.loads(stack.read_text(encoding="utf-8")).get("terraform", {}).get("required_providers", {})
    is_exact = re.fullmatch(r"\d+\.\d+\.\d+", required.get("aws", {}).get("version", "")) is not None
    return ("-lockfile=readonly",) if is_exact else ()


def advice(folder: Path, environ: Mapping[str, str], said: str) -> str:
    """What to do where `init` refuses a provider or a lock file; empty where it failed for another reason."""
    words = " ".join(part for part in said.split() if part != "│")  # Terraform breaks lines, and frames them
    if "doesn't match any of the checksums" in words:
        return (
            f"\n\nThis is not the provider that {LOCK_FILE} names: a mirror, {CACHE} or a proxy has another build. "
            f"Take it from the registry, or see {_DOCS}."
        )
    if "Provider dependency changes detected" in words:
        return (
            f"\n\n{folder.name} has no lock file, or that of another program than {binary(environ)}: run `make synth` "
            f"with the same {BINARY}. See {_DOCS}."
        )
    return ""
