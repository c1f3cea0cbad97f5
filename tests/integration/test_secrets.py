"""The signing secret's value is where it belongs, and nowhere else."""

import json
import zipfile

import pytest

from tests.integration.account import PIPELINE_STACK, STATE_BUCKET
from tests.integration.deployment import Deployment

pytestmark = pytest.mark.integration

_KEY = f"local/{PIPELINE_STACK}.tfstate"


@pytest.fixture(scope="module")
def secret(deployment: Deployment) -> str:
    """The value that was made up at deployment."""
    client = deployment.client("secretsmanager")
    return str(client.get_secret_value(SecretId=deployment.outputs["signing_secret_arn"])["SecretString"])


def test_the_secret_is_random_letters_and_digits(secret: str) -> None:
    assert len(secret) == 48
    assert secret.isalnum()


def test_no_version_of_the_state_holds_the_secret(deployment: Deployment, secret: str) -> None:
    s3 = deployment.client("s3")
    versions = s3.list_object_versions(Bucket=STATE_BUCKET, Prefix=_KEY)["Versions"]
    states = [
        s3.get_object(Bucket=STATE_BUCKET, Key=_KEY, VersionId=version["VersionId"])["Body"].read()
        for version in versions
        if version["Key"] == _KEY
    ]
    assert any(b'"aws_secretsmanager_secret_version"' in state for state in states)
    assert not any(secret.encode() in state for state in states)


def test_neither_the_plan_nor_its_file_holds_the_secret(deployment: Deployment, secret: str) -> None:
    # Both are from before the value was made; a plan of now could read it from what is deployed.
    again = deployment.terraform.plan(deployment.terraform.folder / "again.tfplan")
    for plan in (deployment.plan, again):
        assert secret not in json.dumps(plan)
    for file in (deployment.plan_file, deployment.terraform.folder / "again.tfplan"):
        with zipfile.ZipFile(file) as parts:
            assert not any(secret.encode() in parts.read(name) for name in parts.namelist())


def test_no_function_has_the_secret_among_its_variables(deployment: Deployment, secret: str) -> None:
    functions = deployment.client("lambda").list_functions()["Functions"]
    assert len(functions) == 3
    assert secret not in json.dumps([function.get("Environment") for function in functions])
