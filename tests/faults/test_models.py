"""The models do what the AWS documentation says: otherwise what is shown with them is worth nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.faults.dynamodb import DynamoClient, Table, compiled
from tests.faults.injection import ChosenFaults, Clock, CrashError, NoFaults, TimedOutError
from tests.faults.kinesis import KinesisClient, Stream
from tests.faults.mapping import PREFIX, Mapping, Settings, done
from tests.faults.s3 import Buckets, S3Client

CALM = NoFaults(Clock())


def mapped(count: int, function: Callable[[list[str]], object], **settings: Any) -> tuple[Mapping, list[list[str]]]:
    """A mapping that has read records with the data 0, 1, ..., and what each invocation got."""
    clock = Clock()
    stream = Stream(clock)
    for number in range(count):
        stream.put(settings.get("key", f"key{number}"), str(number).encode())
    numbers = {record.sequence: record.data.decode() for record in stream.records()}
    seen: list[list[str]] = []

    def invoked(event: dict[str, Any]) -> object:
        sequences = [record["kinesis"]["sequenceNumber"] for record in event["Records"]]
        seen.append([numbers[sequence] for sequence in sequences])
        return function(sequences)

    mapping = Mapping(stream, invoked, Buckets(), clock, Settings(**settings), Random(0))
    mapping.drain()
    return mapping, seen


def insert(name: str) -> dict[str, Any]:
    return {"Statement": "INSERT INTO \"table\" VALUE {'id': ?, 'n': 7}", "Parameters": [{"S": name}]}


def failing(error: BaseException) -> Callable[[list[str]], object]:
    def function(_: list[str]) -> object:
        raise error

    return function


class TestMapping:
    """The event source mapping."""

    def test_records_come_in_order_in_batches_of_at_most_the_set_size(self) -> None:
        _, seen = mapped(5, lambda _: None, batch_size=2)
        assert seen == [["0", "1"], ["2", "3"], ["4"]]

    def test_with_a_parallelization_factor_a_key_stays_in_its_lane(self) -> None:
        _, seen = mapped(40, lambda _: None, parallelization_factor=4)
        assert len(seen) == 4
        assert sorted(number for some in seen for number in some) == sorted(map(str, range(40)))
        assert all(some == sorted(some, key=int) for some in seen)

    @pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
    def test_an_answer_without_failures_is_complete_success(self, answer: object) -> None:
        assert done(answer, ["1", "2"]) == 2

    @pytest.mark.parametrize("item", [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"identifier": "1"}, "1"])
    def test_an_identifier_that_names_nothing_is_complete_failure(self, item: object) -> None:
        assert done({"batchItemFailures": [item]}, ["1", "2"]) is None

    def test_the_lowest_number_that_is_reported_is_where_it_goes_on(self) -> None:
        assert done({"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "2"}]}, ["1", "2", "3"]) == 1

    def test_only_the_rest_of_a_partly_successful_batch_comes_again(self) -> None:
        answers = iter([1, None])

        def function(sequences: list[str]) -> object:
            place = next(answers)
            return place and {"batchItemFailures": [{"itemIdentifier": sequences[place]}]}

        _, seen = mapped(3, function)
        assert seen == [["0", "1", "2"], ["1", "2"]]

    @pytest.mark.parametrize("error", [ValueError(), CrashError(), TimedOutError()])
    def test_what_fails_is_bisected_retried_and_given_up_with_its_whole_payload(self, error: BaseException) -> None:
        mapping, seen = mapped(3, failing(error), maximum_retry_attempts=1)
        assert seen == [["0", "1", "2"], ["0"], ["0"], ["1", "2"], ["1"], ["1"], ["2"], ["2"]]
        found = mapping.failures.bodies("failures", PREFIX).values()
        payloads = [json.loads(json.loads(body)["payload"])["Records"] for body in found]
        assert [[record["kinesis"]["data"] for record in records] for records in payloads] == [
            ["MA=="],
            ["MQ=="],
            ["Mg=="],
        ]

    def test_without_bisecting_the_whole_batch_is_retried(self) -> None:
        mapping, seen = mapped(3, failing(ValueError()), maximum_retry_attempts=2, bisect=False)
        assert seen == [["0", "1", "2"]] * 3
        assert mapping.discarded == 1

    def test_a_mapping_that_starts_over_reads_from_the_oldest_record(self) -> None:
        mapping, seen = mapped(2, lambda _: None)
        mapping.start_over()
        mapping.drain()
        assert seen == [["0", "1"], ["0", "1"]]


class TestStream:
    """Kinesis."""

    def test_a_key_selects_a_shard_and_numbers_grow_within_it(self) -> None:
        stream = Stream(Clock(), 3)
        for number in range(300):
            stream.put(f"key{number % 10}", b"x")
        assert {len({record.shard for record in shard}) for shard in stream.shards} == {1}
        assert all(
            [int(r.sequence) for r in shard] == sorted(int(r.sequence) for r in shard) for shard in stream.shards
        )

    def test_entries_are_refused_one_by_one(self) -> None:
        client = KinesisClient(Stream(Clock()), CALM, refused=0.5)
        answer = client.put_records(StreamName="events", Records=[{"PartitionKey": "k", "Data": b"x"}] * 100)
        codes = [result.get("ErrorCode") for result in answer["Records"]]
        assert set(codes) == {None, "ProvisionedThroughputExceededException", "InternalFailure"}
        assert answer["FailedRecordCount"] == 100 - client.stream.taken == 100 - codes.count(None)

    @pytest.mark.parametrize(("count", "size"), [(501, 1), (6, 2**20 - 10), (1, 2**20), (0, 0)])
    def test_a_call_that_is_too_large_is_refused(self, count: int, size: int) -> None:
        client = KinesisClient(Stream(Clock()), CALM)
        with pytest.raises((ClientError, ValueError)):
            client.put_records(StreamName="events", Records=[{"PartitionKey": "key", "Data": b"x" * size}] * count)


class TestStores:
    """S3 and DynamoDB."""

    def test_conditions_of_puts_are_kept(self) -> None:
        s3 = S3Client(Buckets(), CALM)
        first: Any = s3.put_object(Bucket="b", Key="k", Body=b"1", ContentType="t", IfNoneMatch="*")
        second: Any = s3.put_object(Bucket="b", Key="k", Body=b"2", ContentType="t", IfMatch=first["ETag"])
        assert first["ETag"] != second["ETag"]
        for condition in ({"IfNoneMatch": "*"}, {"IfMatch": first["ETag"]}):
            with pytest.raises(ClientError, match="PreconditionFailed"):
                s3.put_object(Bucket="b", Key="k", Body=b"3", ContentType="t", **condition)
        with pytest.raises(ClientError, match="NoSuchKey"):
            s3.put_object(Bucket="b", Key="other", Body=b"3", ContentType="t", IfMatch=first["ETag"])
        assert s3.get_object(Bucket="b", Key="k")["Body"].read() == b"2"
        assert s3.get_object(Bucket="b", Key="k", VersionId=first["ETag"])["Body"].read() == b"1"

    def test_each_insert_of_a_call_is_done_or_refused_by_itself(self) -> None:
        client = DynamoClient(Table({"b": {"id": {"S": "b"}}}), CALM)
        answers = client.batch_execute_statement(Statements=[insert(name) for name in "abc"])["Responses"]
        assert [answer.get("Error", {}).get("Code") for answer in answers] == [None, "DuplicateItem", None]
        assert client.table.rows == {
            "b": {"id": {"S": "b"}},
            "a": {"id": {"S": "a"}, "n": {"N": "7"}},
            "c": {"id": {"S": "c"}, "n": {"N": "7"}},
        }

    def test_an_insert_that_is_refused_for_now_may_have_been_done(self) -> None:
        client = DynamoClient(Table(), CALM, refused=1.0)
        codes = set()
        for number in range(200):
            [answer] = client.batch_execute_statement(Statements=[insert(str(number))])["Responses"]
            codes.add((answer["Error"]["Code"], str(number) in client.table.rows))
        assert ("InternalServerError", True) in codes
        assert ("InternalServerError", False) in codes
        assert {code for code, is_there in codes if is_there} == {"InternalServerError"}
        assert len(codes) == 5

    @pytest.mark.parametrize("names", ["", "aa", "abcdefghijklmnopqrstuvwxyz"])
    def test_a_call_has_up_to_25_statements_about_different_rows(self, names: str) -> None:
        with pytest.raises(ClientError, match="ValidationException"):
            DynamoClient(Table(), CALM).batch_execute_statement(Statements=[insert(name) for name in names])

    @pytest.mark.parametrize(("kind", "is_answered"), [("partly", True), ("lost_partly", False)])
    def test_some_statements_of_a_call_are_done_and_others_not(self, kind: str, is_answered: bool) -> None:
        client = DynamoClient(Table(), ChosenFaults(Clock(), {0: kind}))
        if is_answered:
            answers = client.batch_execute_statement(Statements=[insert(name) for name in "abcd"])["Responses"]
            assert ["Error" in answer for answer in answers] == [True, False, True, False]
        else:
            with pytest.raises(BotoCoreError):
                client.batch_execute_statement(Statements=[insert(name) for name in "abcd"])
        assert client.table.rows.keys() == {"b", "d"}

    def test_rows_are_read_in_any_order_and_some_are_left(self) -> None:
        client = DynamoClient(
            Table({name: {"id": {"S": name}} for name in "abc"}), ChosenFaults(Clock(), {1: "partly"})
        )
        wanted = {"table": {"Keys": [{"id": {"S": name}} for name in "abcx"], "ConsistentRead": True}}
        whole, some = (client.batch_get_item(RequestItems=wanted) for _ in range(2))
        assert [row["id"]["S"] for row in whole["Responses"]["table"]] == ["c", "b", "a"]
        assert not whole["UnprocessedKeys"]
        assert [row["id"]["S"] for row in some["Responses"]["table"]] == ["b"]
        assert {key["id"]["S"] for key in some["UnprocessedKeys"]["table"]["Keys"]} == {"a", "c"}

    def test_a_conditional_put_tells_which_row_is_there(self) -> None:
        row = {"id": {"S": "a"}, "n": {"N": "1"}}
        client = DynamoClient(Table({"a": row}), CALM)
        condition = {
            "ConditionExpression": "n < :n",
            "ExpressionAttributeValues": {":n": {"N": "1"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        with pytest.raises(ClientError, match="ConditionalCheckFailedException") as raised:
            client.put_item(Item={"id": {"S": "a"}}, **condition)
        response: Any = raised.value.response
        assert response["Item"] == client.table.rows["a"] == row

    @pytest.mark.parametrize(
        ("row", "expected"),
        [({}, True), ({"id": 1, "a": 1, "b": 2}, True), ({"id": 1, "a": 1, "b": 3}, False), ({"id": 1, "a": 2}, False)],
    )
    def test_conditions_of_rows_are_read(self, row: dict[str, int], expected: bool) -> None:
        condition = compiled("attribute_not_exists(id) OR (a = :a AND b = :b)")
        assert condition(row, {":a": 1, ":b": 2}) is expected
