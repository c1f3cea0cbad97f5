from typing import Any

from tests.unit.local.fakes import Answers
from tools.local.accounts import Account, forget_other_settings
from tools.local.inventory import inventory


def test_everything_is_named_by_kind_and_keys_on_their_way_out_do_not_count() -> None:
    keys = {"living": {}, "dying": {"DeletionDate": "tomorrow"}}

    class Kms(Answers):
        def describe_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803
            return {"KeyMetadata": keys[KeyId]}

    clients = {
        "s3": Answers(list_buckets={"Buckets": [{"Name": "b"}, {"Name": "a"}]}),
        "kinesis": Answers(list_streams={"StreamNames": ["events"]}),
        "kms": Kms(list_keys={"Keys": [{"KeyId": one} for one in keys]}),
    }
    found = inventory(lambda service: clients.get(service, Answers()))
    assert {kind: names for kind, names in found.items() if names} == {
        "s3 Buckets": ["a", "b"],
        "kinesis StreamNames": ["events"],
        "kms keys not scheduled for deletion": ["living"],
    }
    assert "logs logGroups" in found


def test_a_client_belongs_to_the_account_the_region_and_the_emulator() -> None:
    client = Account(url="http://127.0.0.1:4711", account_id="123456789012", region="eu-west-1").client("kinesis")
    assert (client.meta.endpoint_url, client.meta.region_name) == ("http://127.0.0.1:4711", "eu-west-1")


def test_what_a_person_has_set_for_aws_is_forgotten_and_no_proxy_comes_between() -> None:
    environ = {"AWS_PROFILE": "production", "AWS_REGION": "x", "no_proxy": "example.com", "PATH": "/bin"}
    forget_other_settings(environ)
    assert not {"AWS_PROFILE", "AWS_REGION"} & environ.keys()
    assert environ["no_proxy"] == "example.com,127.0.0.1"
    assert environ["NO_PROXY"] == "127.0.0.1"
    assert environ["PATH"] == "/bin"
