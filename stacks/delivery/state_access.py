"""What the roles of delivery may do with Terraform's states."""

from collections.abc import Iterable

from modules.iam import Statement
from modules.names import Kind
from stacks.state_location import StateLocation


def read_state(location: StateLocation, keys: Iterable[str]) -> list[Statement]:
    """List all states, and read those whose keys match; a lock is read before it is released."""
    bucket = location.names.global_arn("s3", location.bucket)
    return [
        Statement(sid="FindState", actions=("s3:ListBucket",), resources=(bucket,)),
        Statement(sid="ReadState", actions=("s3:GetObject",), resources=tuple(f"{bucket}/{key}" for key in keys)),
        _use_key(location, "DecryptState", "kms:Decrypt"),
    ]


def write_state(location: StateLocation, keys: Iterable[str]) -> list[Statement]:
    """Write and lock the states whose keys match; a lock is an object beside its state."""
    bucket = location.names.global_arn("s3", location.bucket)
    states = tuple(f"{bucket}/{key}" for key in keys)
    locks = tuple(f"{state}.tflock" for state in states)
    return [
        Statement(sid="WriteState", actions=("s3:PutObject",), resources=(*states, *locks)),
        Statement(sid="Unlock", actions=("s3:DeleteObject",), resources=locks),
        _use_key(location, "EncryptState", "kms:GenerateDataKey"),
    ]


def _use_key(location: StateLocation, sid: str, action: str) -> Statement:
    """AWS chooses the key's id, so the key is named by its alias; only through S3."""
    return Statement(
        sid=sid,
        actions=(action,),
        resources=(location.names.arn("kms", "key/*"),),
        conditions={
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{location.names('state', Kind.KEY_ALIAS)}"},
            "StringEquals": {"kms:ViaService": f"s3.{location.names.region}.amazonaws.com"},
        },
    )
