"""What a plan would do."""

from tests.synthesized import Json


def changes(plan: Json) -> dict[str, list[str]]:
    """The actions of a plan, by address; what stays as it is is left out."""
    actions = {change["address"]: change["change"]["actions"] for change in plan["resource_changes"]}
    return {address: action for address, action in actions.items() if action != ["no-op"]}
