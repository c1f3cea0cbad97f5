"""What a plan would do, without what the emulator alone makes it do."""

from tests.integration.changes import changes
from tests.synthesized import Json
from tools.terraform import Terraform


def planned(terraform: Terraform, *arguments: str) -> dict[str, list[str]]:
    """The changes that Terraform wants to make now, by address.

    The emulator says that an alarm on a percentile is one on the average, too, which AWS does not: the one alarm on a
    percentile is left out as long as nothing else about it would change (docs/emulator.md).
    """
    plan = terraform.planned(terraform.folder / "now.tfplan", *arguments)
    found = changes(plan)
    percentile = [address for address in found if _only_drops_statistic(plan, address)]
    assert len(percentile) <= 1, percentile
    return {address: actions for address, actions in found.items() if address not in percentile}


def _only_drops_statistic(plan: Json, address: str) -> bool:
    (change,) = [found["change"] for found in plan["resource_changes"] if found["address"] == address]
    if change["actions"] != ["update"]:
        return False
    after = {**change["before"], "statistic": change["after"].get("statistic")}
    return bool(change["after"] == after and after["statistic"] is None and after["extended_statistic"])
