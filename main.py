"""The whole deployment: every stack of every chosen environment. Run by `make synth` and by the `cdktf` CLI."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from stacks import speed
from stacks.identity import StackKind
from stacks.packaging import PackagingError
from stacks.settings import Environment, SettingsError, TapStackArgs, select_environments, wants_bootstrap

ROOT = Path(__file__).parent


def synthesize(environments: Sequence[Environment], outdir: Path, *, root: Path, bootstrap: bool = False) -> list[Path]:
    """Writes every stack of the environments to `outdir`, and removes what an earlier choice left there.

    `root` has the code of the functions. `bootstrap` keeps the state of state stacks in a local file, as long as their
    bucket isn't there yet. Returns the lock files of the AWS provider. Raises SettingsError and PackagingError.
    """
    # Imported here, after speed.install(), which makes these imports fast.
    from stacks.app import new_app, write_stacks
    from stacks.delivery.reaches import deployer, function_boundary
    from stacks.delivery_stack import DeliveryStack
    from stacks.edge_stack import EdgeStack
    from stacks.provider_lock import lock_stacks
    from stacks.release import Release
    from stacks.state_location import StateLocation
    from stacks.state_stack import StateStack
    from stacks.tap_stack import TapStack

    app = new_app(outdir)
    for environment in environments:
        release, settings = Release.build(root, environment), environment.settings
        for stack in environment.stacks:
            match stack.kind:
                case StackKind.STATE:
                    StateStack(app, stack.name, environment=environment, bootstrap=bootstrap)
                case StackKind.PIPELINE:
                    TapStack(
                        app,
                        stack.name,
                        TapStackArgs(environment_suffix=stack.suffix, region=stack.region, settings=settings),
                        state=StateLocation.of(environment),
                        release=release,
                        permissions_boundary=function_boundary(environment),
                        signing_region=environment.signing_region,
                        deployer=deployer(environment),
                    )
                case StackKind.EDGE:
                    EdgeStack(app, stack.name, environment=environment)
                case StackKind.DELIVERY:
                    DeliveryStack(app, stack.name, environment=environment)
    write_stacks(app, [stack for environment in environments for stack in environment.stacks])
    in_aws = [environment for environment in environments if not environment.settings.emulator]
    return lock_stacks(outdir, [stack.name for environment in in_aws for stack in environment.stacks], os.environ)


def main() -> int:
    """Synthesizes, unless nothing changed; prints what came of it, and returns the exit status: 2 for bad settings."""
    outdir = Path(os.environ.get("CDKTF_OUTDIR") or ROOT / "cdktf.out")
    record = speed.SynthRecord(ROOT, outdir)
    report = record.unchanged()
    if report is not None:
        print(f"Nothing changed since the last synthesis.\n\n{report}")
        return 0
    try:
        environments = select_environments(ROOT / "environments", os.environ)
        bootstrap = wants_bootstrap(os.environ)
        speed.install()
        locks = synthesize(environments, outdir, root=ROOT, bootstrap=bootstrap)
    except (SettingsError, PackagingError) as error:
        print(error, file=sys.stderr)
        return 2
    from stacks.report import synthesis_report

    report = synthesis_report(outdir, environments)
    record.remember(report, written=locks)
    print(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
