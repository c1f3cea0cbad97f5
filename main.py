"""The whole deployment: every stack of every chosen environment. Run by `make synth` and by the `cdktf` CLI."""

import os
import sys
from pathlib import Path

from stacks import speed
from stacks.packaging import PackagingError
from stacks.settings import SettingsError, select_environments, wants_bootstrap

ROOT = Path(__file__).parent


def main() -> int:
    """Synthesizes, prints what came of it, and returns the exit status: 2 when the settings are wrong."""
    outdir = Path(os.environ.get("CDKTF_OUTDIR") or ROOT / "cdktf.out")
    record = speed.SynthRecord(ROOT, outdir)
    report = record.unchanged()
    if report is not None:
        print(f"Nothing changed since the last synthesis.\n\n{report}")
        return 0
    try:
        environments = select_environments(ROOT / "environments", os.environ)
        speed.install()
        # After install(), which makes these imports fast.
        from stacks.report import synthesis_report
        from stacks.synthesis import synthesize

        synthesize(environments, outdir, root=ROOT, bootstrap=wants_bootstrap(os.environ))
    except (SettingsError, PackagingError) as error:
        print(error, file=sys.stderr)
        return 2
    report = synthesis_report(outdir, environments)
    record.remember(report)
    print(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
