"""The variables that Terraform gets."""

from collections.abc import Mapping

# What a person has set for other work: credentials, and arguments added to every command.
_NOT_OURS = ("AWS_", "TAP_", "TF_VAR_", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR")


def clean_environ(environ: Mapping[str, str], **more: str) -> dict[str, str]:
    """The variables without what was set for other work, and `more`: for what must be the same on every machine."""
    kept = {name: value for name, value in environ.items() if not name.startswith(_NOT_OURS)}
    return kept | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "AWS_EC2_METADATA_DISABLED": "true"} | more
