"""`make policy`: checkov and policy_sentry over freshly synthesized stacks, against `policy/waivers.toml`."""

import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from modules.api_domain_settings import EdgeSettings
from stacks import speed
from stacks.delivery.delivery_settings import DeliverySettings
from stacks.identity import StackKind
from stacks.packaging import PackagingError
from stacks.settings import Environment, SettingsError, select_environments
from tools.policy import checkov
from tools.policy.actions import check_policies
from tools.policy.copies import write_copies
from tools.policy.findings import Finding, PolicyError
from tools.policy.hcl import Json
from tools.policy.report import report
from tools.policy.waivers import load_waivers, unused
from tools.synthesized import identities, stack_folders

ROOT = Path(__file__).parent.parent
_PROGRAM = ROOT / ".tools/checkov/bin/checkov"
_WAIVERS = ROOT / "policy/waivers.toml"


def main() -> int:
    """Checks, prints the results, and returns the exit status: 1 with findings, 2 when the checks don't work."""
    try:
        if subprocess.run([ROOT / "tools/setup/ensure", "checkov"], check=False).returncode:
            return 2  # it has said why
        with tempfile.TemporaryDirectory() as folder:
            stacks, kinds = _synthesize(Path(folder) / "stacks")
            found, passed = _check(stacks, Path(folder) / "copies")
    except (PolicyError, SettingsError, PackagingError) as error:
        print(error, file=sys.stderr)
        return 2
    waivers, problems = load_waivers(_WAIVERS, datetime.datetime.now(tz=datetime.UTC).date())
    problems += unused(waivers, found, kinds)
    waived = {finding for finding in found if any(waiver.covers(finding, kinds[finding.stack]) for waiver in waivers)}
    print(report(passed=passed, waived=waived, findings=found - waived, problems=problems))
    return 1 if found - waived or problems else 0


def chosen(environments: list[Environment]) -> list[Environment]:
    """Every environment in its first region (others have the same shape), and one that has everything: `edged`.

    It is made of the tests' own `dev`, so that there is a use of every waiver whatever the settings of the others are.
    """
    one_region = [_with(environment, regions=environment.settings.regions[:1]) for environment in environments]
    (dev,) = select_environments(ROOT / "tests/environments", {"TAP_ENVIRONMENT": "dev"})
    edge = EdgeSettings(domain_name="events.example.com", hosted_zone_id="Z0123456789ABCDEFGHIJ")
    delivery = DeliverySettings(repository="example@123456/tapstack@456789", previews=True)
    edged = _with(dev, name="edged", regions=dev.settings.regions[:1], edge=edge, delivery=delivery)
    return [*one_region, edged]


def _with(environment: Environment, *, name: str = "", **changes: object) -> Environment:
    settings = environment.settings.model_copy(update=changes)
    return Environment(name=name or environment.name, suffix=name or environment.suffix, settings=settings)


def _synthesize(outdir: Path) -> tuple[dict[str, dict[str, Json]], dict[str, StackKind]]:
    """What each stack is, and of which kind."""
    environments = chosen(select_environments(ROOT / "environments", {}))
    speed.install()
    # After install(), which makes this import fast.
    from main import synthesize

    synthesize(environments, outdir, root=ROOT)
    documents = {name: json.loads((one / "cdk.tf.json").read_text()) for name, one in stack_folders(outdir).items()}
    return documents, {name: one.kind for name, one in identities(outdir).items()}


def _check(stacks: dict[str, dict[str, Json]], folder: Path) -> tuple[set[Finding], int]:
    write_copies(stacks, folder)
    resources = {name: sum(map(len, document["resource"].values())) for name, document in stacks.items()}
    scan = checkov.read(checkov.run(_PROGRAM, folder), folder, resources)
    found, passed = set(scan.findings), scan.passed
    for name, document in stacks.items():
        findings, in_order = check_policies(name, document)
        found.update(findings)
        passed += in_order
    return found, passed


if __name__ == "__main__":
    sys.exit(main())
