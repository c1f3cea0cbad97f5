"""Files that are dropped in the inbox."""

import pytest

from tests.integration.deployment import Deployment
from tests.integration.sender import Sender

pytestmark = pytest.mark.integration


def test_every_line_of_a_file_is_stored(sender: Sender) -> None:
    sender.drop("lines.ndjson", [{"case": "file", "line": number, "mark": sender.mark} for number in (1, 2, 3)])
    found = sender.deployment.wait_for(
        "three lines", lambda: events if len(events := sender.stored(case="file")) == 3 else []
    )
    assert sorted(event["data"]["line"] for event in found) == [1, 2, 3]


def test_a_name_with_spaces_signs_and_umlauts_is_read(sender: Sender) -> None:
    sender.drop("a file+with %41 and ü.ndjson", [{"case": "name", "mark": sender.mark}])
    assert len(sender.wait_for_stored(case="name")) == 1


@pytest.mark.usefixtures("ledger")
def test_the_same_events_in_two_files_are_stored_once(sender: Sender) -> None:
    event = sender.event(data={"case": "two files"})
    sender.drop("first.ndjson", [event])
    sender.wait_for_stored(case="two files")
    sender.drop("second.ndjson", [event, sender.event(partitionkey=event["id"], data={"case": "after two files"})])
    sender.wait_for_stored(case="after two files")
    assert len(sender.stored(case="two files")) == 1


def test_a_bad_line_goes_to_quarantine_and_the_good_ones_on(deployment: Deployment, sender: Sender) -> None:
    good = [{"case": "bad line", "line": number, "mark": sender.mark} for number in (1, 3)]
    key, version = sender.drop("bad.ndjson", [good[0], "{not json", good[1]])
    (entry,) = sender.wait_for_quarantined("not_json")
    assert (entry["key"], entry["version"], entry["line"]) == (key, version, 2)
    found = deployment.wait_for(
        "both good lines", lambda: events if len(events := sender.stored(case="bad line")) == 2 else []
    )
    assert sorted(event["data"]["line"] for event in found) == [1, 3]


def test_a_file_elsewhere_in_the_inbox_is_left_alone(sender: Sender) -> None:
    sender.drop("one.ndjson", [{"case": "elsewhere", "mark": sender.mark}], folder="elsewhere")
    sender.drop("two.ndjson", [{"case": "incoming", "mark": sender.mark}])
    # The second file is the proof that the first one would have been there by now.
    sender.wait_for_stored(case="incoming")
    assert sender.stored(case="elsewhere") == []


def test_what_is_stored_is_encrypted_with_the_key(deployment: Deployment, sender: Sender, key_arn: str) -> None:
    sender.post_event(sender.event(data={"case": "encrypted"}))
    sender.wait_for_stored(case="encrypted")
    s3, bucket = deployment.client("s3"), deployment.outputs["archive_bucket"]
    for key, _ in deployment.objects("archive_bucket", "events/", since=sender.since):
        head = s3.head_object(Bucket=bucket, Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key_arn)


def test_a_file_that_takes_longer_than_an_invocation_is_imported_by_several(
    deployment: Deployment, sender: Sender
) -> None:
    if not deployment.target.is_emulated:
        pytest.skip("on AWS the importer has minutes, and a file that takes longer would take them here, too")
    client, importer = deployment.client("lambda"), deployment.functions["importer"]
    before = client.get_function_configuration(FunctionName=importer)["Timeout"]
    client.update_function_configuration(FunctionName=importer, Timeout=2)  # of which 1 is for reading
    try:
        padding = "x" * 100_000
        sender.drop("long.ndjson", [{"case": "long", "line": n, "mark": sender.mark, "p": padding} for n in range(400)])
        found = deployment.wait_for(
            "400 lines", lambda: events if len(events := sender.stored(case="long")) >= 400 else []
        )
    finally:
        client.update_function_configuration(FunctionName=importer, Timeout=before)
    assert sorted(event["data"]["line"] for event in found) == [*range(400)]
    assert len({event["taprequest"] for event in found}) > 1, "one invocation was enough: give it less time"


def test_a_file_of_another_kind_is_noted_once(sender: Sender) -> None:
    key, version = sender.drop("rows.csv", ["id,name", *(f"{number},{sender.mark}" for number in range(1000))])
    (entry,) = sender.wait_for_quarantined("csv")
    assert (entry["key"], entry["version"], entry["line"]) == (key, version, 1)


def test_a_file_under_a_temporary_name_is_left_alone(sender: Sender) -> None:
    sender.drop("_temporary/part-0", [{"case": "temporary", "mark": sender.mark}])
    sender.drop("part-0.ndjson", [{"case": "final", "mark": sender.mark}])
    sender.wait_for_stored(case="final")
    assert sender.stored(case="temporary") == []
