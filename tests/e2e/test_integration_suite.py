"""The integration tests on a deployment that is named to them, which they leave as they found it."""

import pytest

from tests.e2e.conftest import Applied
from tests.e2e.suites import run_integration_tests
from tests.integration.account import PIPELINE_STACK, Account
from tests.integration.deployment import DATA_BUCKETS, Deployment

pytestmark = pytest.mark.e2e


def _content(deployment: Deployment) -> dict[str, object]:
    s3 = deployment.client("s3")
    found: dict[str, object] = {}
    for output in DATA_BUCKETS:
        listed = s3.list_object_versions(Bucket=deployment.outputs[output])
        both = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
        found[output] = sorted((item["Key"], item["VersionId"]) for item in both)
    ledger = deployment.client("dynamodb").scan(TableName=deployment.outputs["ledger_table"])
    found["ledger"] = sorted(item["id"]["S"] for item in ledger["Items"])
    found["queues"] = sorted(deployment.client("sqs").list_queues().get("QueueUrls", []))
    return found


def test_they_pass_on_a_named_stack_and_take_away_what_they_sent(
    account: Account, applied: Applied, deployment: Deployment
) -> None:
    before = _content(deployment)
    environ = {
        **applied.terraform.environ,
        "CDKTF_OUTDIR": str(account.folder),
        "AWS_ENDPOINT_URL": account.url,
    }
    # In AWS these are skipped: a compacted hour is not taken back.
    left = "--deselect=tests/integration/test_compaction.py"
    printed = run_integration_tests(environ, f"--stack={PIPELINE_STACK}", left)
    assert " passed" in printed
    assert _content(deployment) == before
