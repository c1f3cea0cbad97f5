"""What the role that deploys a stack may do with the stack's keys, by their own policies."""

from collections.abc import Mapping
from dataclasses import dataclass

from modules.delivery.permissions import PERMISSIONS
from modules.iam import Conditions, Statement
from modules.names import Names


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployer:
    """The role with which workflows deploy a stack; `key_users`: services through which it uses the stack's keys."""

    role_arn: str
    key_users: tuple[str, ...]

    def key_statements(self, names: Names) -> tuple[Statement, ...]:
        """Let the role do in a key's policy what its own policies let it do with keys that have the stack's tag.

        KMS may take minutes to recognize a key by its tags (KMS developer guide, "ABAC for AWS KMS"), and a deploy uses
        the key right after it has made it. The role is named in conditions, because KMS refuses a principal that isn't
        there (re:Post, "invalid principals"): with `*` as the principal, conditions on account and caller say who it is
        (KMS developer guide, "kms:CallerAccount"). With the account as the principal, a key's policy grants nothing by
        itself.
        """
        # From any region: nobody documents from which one Secrets Manager uses the key of a replica.
        services = [f"{user}.*.amazonaws.com" for user in self.key_users]
        # By the scopes (modules/delivery/scopes.py) that hold the role to tags: what is left of their conditions.
        more: Mapping[str, Conditions] = {
            "Keys": {},
            "GrantKeys": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            "UseKeys": {"StringLike": {"kms:ViaService": services}},
        }
        whom = {
            "ArnEquals": {"aws:PrincipalArn": self.role_arn},
            "StringEquals": {"kms:CallerAccount": names.account_id},
        }
        return tuple(
            Statement(
                sid=f"Deploy{scope}",
                principals={"AWS": "*"},
                actions=_actions(scope),
                resources=("*",),
                conditions={**conditions, **whom},
            )
            for scope, conditions in more.items()
        )


def _actions(scope: str) -> tuple[str, ...]:
    """Whatever types the stack has, so that a key's policy doesn't follow from what is made with the key."""
    found = [one for permissions in PERMISSIONS.values() for one in permissions if one.scope == scope]
    return tuple(dict.fromkeys(action for one in found for action in one.plan + one.deploy))
