"""Make synthesis fast without changing a byte of what it writes.

Synthesis is slow for reasons that have nothing to do with our stacks: importing one resource of the AWS provider
imports all 2,200 Python modules and all 1,600 JavaScript classes of it. Four shims avoid that, and a record
of the last run avoids the rest if nothing changed:

| What                 | Where                | How                                                                  |
|----------------------|----------------------|----------------------------------------------------------------------|
| Python imports       | `lazy_provider.py`   | the provider's package root is replaced by one that imports on demand|
| JavaScript classes   | `lazy_provider.cjs`  | `exports.x = require("./x")` become getters in the provider's index  |
| the second node      | `direct_runtime.cjs` | jsii's program runs in the node that would only start another one    |
| checks of arguments  | `type_checks.py`     | an answer already given for a class and a type is remembered         |
| nothing to do        | `skip.py`            | same inputs and untouched outputs: the last report is shown again    |

Each shim falls back to the original when the library doesn't look as expected, and `TAP_FAST_SYNTH=0` switches all
of it off. The order in `main.py` matters: first the skip (it needs no cdktf), then `install()`, then cdktf:

    record = SynthRecord(root, outdir)
    report = record.unchanged()
    if report is None:
        install()
        ...                     # import cdktf, synthesize
        record.remember(report)
"""

from stacks.speed.skip import SynthRecord
from stacks.speed.switch import enabled, install

__all__ = ["SynthRecord", "enabled", "install"]
