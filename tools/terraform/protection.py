"""What to do where Terraform refuses a plan because of `prevent_destroy`."""

from stacks.provider_lock import binary
from tools.terraform.runner import Terraform, TerraformError

REFUSED = "Instance cannot be destroyed"
RUNBOOK = 'docs/runbook.md, "A protected stack whose first deploy failed halfway"'


def advice(terraform: Terraform, refused: TerraformError) -> str:
    """What to do about a plan that failed; empty where it failed for another reason than the protection."""
    if REFUSED not in str(refused):
        return ""
    words = " ".join(str(refused).split())  # Terraform breaks lines
    tainted = [
        address for address in _tainted(terraform) if f"Resource {address} has lifecycle.prevent_destroy" in words
    ]
    if not tainted:
        return (
            "\n\nNone of them is tainted: it is the change that replaces or destroys what is protected. "
            'Change it so that Terraform updates in place, or see docs/runbook.md, "Destroy a protected environment".'
        )
    program = f"{binary(terraform.environ)} -chdir={terraform.folder}"
    keep = "".join(f"\n  {program} untaint {address}" for address in tainted)
    return (
        "\n\nIt is tainted: it was created, but with an error, so Terraform wants to replace it. "
        f"Look at it in AWS. If it works, keep it and plan again:{keep}\nIf it doesn't, see {RUNBOOK}."
    )


def _tainted(terraform: Terraform) -> list[str]:
    done = terraform.run("show", "-json")
    if done.returncode:
        return []
    state = terraform.read("show", done.stdout)
    resources = state.get("values", {}).get("root_module", {}).get("resources", [])
    return [one["address"] for one in resources if one.get("tainted")]
