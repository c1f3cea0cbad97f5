"""Whose signing secret a region uses: its own, or that of the region that shares one with all."""

from dataclasses import replace

from modules.encryption_key import EncryptionKey, key_alias
from modules.named_stack import NamedStack
from modules.signing_secret import SigningReplica, SigningSecret, SigningSecretProps
from stacks.settings import Settings

PIPELINE_KEY = "pipeline"  # the purpose of the key that encrypts what a region stores, the secret included
_ID = "signing"


def signing_secret(
    stack: NamedStack, *, settings: Settings, key: EncryptionKey, owner: str | None
) -> SigningSecret | SigningReplica | None:
    """The secret that the stack's receiver reads; none where requests are not signed.

    `owner`: the region whose stack has the secret of all regions; `None` where each has its own.
    """
    if settings.api.auth != "signature":
        return None
    here = stack.names
    if owner not in (None, here.region):
        return SigningReplica(_ID, owner=replace(here, region=owner), here=here, key=key)
    others = [region for region in settings.regions if region != owner] if owner else []
    props = SigningSecretProps(
        key=key,
        version=settings.api.signing_secret_version,
        protection=settings.protection,
        replicas={region: key_alias(replace(here, region=region), PIPELINE_KEY) for region in others},
    )
    return SigningSecret(stack, _ID, props)
