"""The end of a pipeline: nothing is left, and the same names can be used again at once."""

import pytest

from tests.e2e.conftest import Applied
from tests.e2e.planning import planned
from tests.integration.account import PIPELINE_STACK, STATE_STACK, Account
from tests.integration.deployment import DATA_BUCKETS, Deployment
from tests.synthesized import Json
from tools.local.inventory import inventory

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def destroyed(account: Account, applied: Applied, deployment: Deployment) -> Deployment:
    """What the pipeline was, after a destroy in one go while data lay everywhere."""
    s3 = account.client("s3")
    for bucket in (deployment.outputs[output] for output in (*DATA_BUCKETS, "results_bucket")):
        for body in (b"{}", b"[]"):  # two versions
            s3.put_object(Bucket=bucket, Key="incoming/data.ndjson", Body=body)
        s3.delete_object(Bucket=bucket, Key="incoming/data.ndjson")  # and a mark of deletion
        s3.create_multipart_upload(Bucket=bucket, Key="begun")
    account.client("kinesis").put_record(StreamName=deployment.outputs["stream_name"], Data=b"{}", PartitionKey="1")
    sqs = account.client("sqs")
    url = sqs.get_queue_url(QueueName=deployment.outputs["dead_letter_queue"])["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    _leave_tables_and_queries(account, deployment)
    applied.terraform.destroy()
    return deployment


def _leave_tables_and_queries(account: Account, deployment: Deployment) -> None:
    """What the compactor leaves in the catalog, even if it is ended midway, and what people leave in a workgroup."""
    glue, database = account.client("glue"), deployment.outputs["query_database"]
    storage = glue.get_table(DatabaseName=database, Name="compacted")["Table"]["StorageDescriptor"]
    partition = {"Values": ["2026-11-28", "13"], "StorageDescriptor": storage}
    glue.create_partition(DatabaseName=database, TableName="compacted", PartitionInput=partition)
    temporary = {"Name": "compacting_2026_11_28_13_1", "StorageDescriptor": storage}
    glue.create_table(DatabaseName=database, TableInput=temporary)
    account.client("athena").start_query_execution(
        QueryString="select count(*) from events",
        QueryExecutionContext={"Database": database},
        WorkGroup=deployment.outputs["query_workgroup"],
    )


def _tagged(account: Account) -> list[str]:
    tags = [{"Key": "Stack", "Values": [PIPELINE_STACK]}]
    client = account.client("resourcegroupstaggingapi")
    kms = account.client("kms")
    arns = [found["ResourceARN"] for found in client.get_resources(TagFilters=tags)["ResourceTagMappingList"]]
    return [a for a in arns if ":key/" not in a or not kms.describe_key(KeyId=a)["KeyMetadata"].get("DeletionDate")]


def test_before_the_destroy_both_audits_see_the_pipeline(account: Account, before: Json, applied: Applied) -> None:
    del applied  # has to be there
    found = inventory(account.client)
    assert {kind for kind in found if found[kind] == before[kind]} == set()
    assert len(_tagged(account)) >= 10


def test_by_name_nothing_is_left(account: Account, before: Json, destroyed: Deployment) -> None:
    del destroyed  # has to be gone
    assert inventory(account.client) == before


def test_by_tag_nothing_is_left(account: Account, destroyed: Deployment) -> None:
    assert destroyed.stack == PIPELINE_STACK
    assert _tagged(account) == []


def test_the_state_stack_is_as_it_was(account: Account, destroyed: Deployment) -> None:
    del destroyed  # has to be gone
    assert planned(account.terraform(STATE_STACK)) == {}


def test_the_same_names_can_be_deployed_again_at_once(
    account: Account, applied: Applied, before: Json, destroyed: Deployment
) -> None:
    applied.terraform.apply()
    try:
        again = applied.terraform.outputs()
        same = ("archive_bucket", "stream_name", "ledger_table", "receiver_function", "dead_letter_queue", "key_alias")
        assert [again[name] for name in same] == [destroyed.outputs[name] for name in same]
    finally:
        applied.terraform.destroy()
    assert inventory(account.client) == before
