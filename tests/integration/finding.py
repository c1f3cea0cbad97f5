"""From outputs to the deployment that they describe."""

from collections.abc import Mapping
from pathlib import Path

from stacks.settings import Settings, load_settings
from tests.integration.deployment import Deployment
from tests.integration.outputs import Outputs, OutputsError
from tests.integration.target import Target

_ENDPOINT = "AWS_ENDPOINT_URL"


def find_deployment(
    outputs: Outputs, environments: Path, environ: Mapping[str, str], *, environment: str | None = None
) -> Deployment:
    """The deployment in the account and region that its own ARNs name; raises OutputsError.

    Its settings are those of `environment`, by default the one that it is called after. What its settings place on an
    emulator is looked for where AWS_ENDPOINT_URL says, else where they say; anything else is in AWS.
    """
    _, _, _, region, account_id, topic = outputs["alerts_topic_arn"].split(":")
    project, _, suffix = topic.removesuffix(f"-{region}").partition("-alerts-")
    name = environment or suffix
    settings = _settings(environments / f"{name}.toml", suffix)
    if (project, account_id) != (settings.project, settings.account_id):
        raise OutputsError(
            f"the outputs are those of project {project} in account {account_id}, but environments/{name}.toml says "
            f"{settings.project} in {settings.account_id}"
        )
    endpoint = environ.get(_ENDPOINT, settings.emulator.endpoint_url) if settings.emulator else None
    target = Target(region=region, account_id=account_id, endpoint=endpoint)
    return Deployment(target=target, outputs=outputs, settings=settings, suffix=suffix)


def _settings(path: Path, suffix: str) -> Settings:
    if not path.is_file():
        raise OutputsError(
            f"there is no environments/{path.name}: name the environment whose settings {suffix} has, "
            "as in make integration STACK=... ENVIRONMENT=dev"
        )
    return load_settings(path)
