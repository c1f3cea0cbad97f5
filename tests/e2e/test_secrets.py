"""The signing secret's value is where it belongs, and nowhere else."""

import json
import zipfile

import pytest

from stacks.settings import FUNCTIONS
from tests.e2e.conftest import Applied
from tests.integration.account import PIPELINE_STACK, STATE_BUCKET
from tests.integration.deployment import Deployment

pytestmark = pytest.mark.e2e

_KEY = f"local/{PIPELINE_STACK}.tfstate"


@pytest.fixture(scope="module")
def secret(deployment: Deployment) -> str:
    """The value that was made up at deployment."""
    return deployment.signing_secret()


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


def test_neither_a_plan_nor_its_file_holds_the_secret(applied: Applied, secret: str) -> None:
    # The saved one is from before the value was made; a plan of now could read it from what is deployed.
    file_of_now = applied.terraform.folder / "again.tfplan"
    again = applied.terraform.planned(file_of_now)
    for plan in (applied.plan, again):
        assert secret not in json.dumps(plan)
    for file in (applied.plan_file, file_of_now):
        with zipfile.ZipFile(file) as parts:
            assert not any(secret.encode() in parts.read(name) for name in parts.namelist())


def test_no_function_has_the_secret_among_its_variables(deployment: Deployment, secret: str) -> None:
    client = deployment.client("lambda")
    found = [client.get_function_configuration(FunctionName=name) for name in deployment.functions.values()]
    assert len(found) == len(FUNCTIONS)
    assert secret not in json.dumps([function["Environment"] for function in found])
