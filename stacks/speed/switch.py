"""The switch of everything in this package."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from stacks.speed.lazy_provider import load_python_modules_on_demand
from stacks.speed.node_options import preload_node_shims
from stacks.speed.type_checks import remember_type_checks

SWITCH = "TAP_FAST_SYNTH"


def enabled(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether shims and skip may be used: yes, unless TAP_FAST_SYNTH is 0. Exits with 2 if it is neither 0 nor 1."""
    value = environ.get(SWITCH, "1")
    if value not in ("0", "1"):
        print(f"{SWITCH}: got {value!r}; allowed: 0 (off), 1 (on, as when it is not set)", file=sys.stderr)
        raise SystemExit(2)
    return value == "1"


def install() -> bool:
    """Put the shims in place, before the first import of cdktf; false if they are switched off."""
    if not enabled():
        return False
    load_python_modules_on_demand()
    preload_node_shims(os.environ)
    remember_type_checks()
    return True
