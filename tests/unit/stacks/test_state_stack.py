"""The bucket that an environment's Terraform state lives in."""

from tests.synthesized import Stack


def test_the_state_is_versioned_encrypted_private_and_logged(stacks: dict[str, Stack]) -> None:
    stack = stacks["tap-dev-state"]
    assert stack.arguments("aws_s3_bucket", "state") == {
        "bucket": "tap-state-dev-us-east-1-111111111111",
        "force_destroy": True,
    }
    versioning = stack.resource("aws_s3_bucket_versioning", "state_versioning")
    (encryption,) = stack.resource("aws_s3_bucket_server_side_encryption_configuration", "state_encryption")["rule"]
    private = stack.arguments("aws_s3_bucket_public_access_block", "state_public-access-block")
    assert versioning["versioning_configuration"] == {"status": "Enabled"}
    assert encryption["apply_server_side_encryption_by_default"]["kms_master_key_id"] == "${aws_kms_key.key.arn}"
    assert [value for name, value in private.items() if name != "bucket"] == [True] * 4
    assert list(stack.policy("aws_s3_bucket_policy", "state_policy")) == ["DenyInsecureTransport", "DenyOldTls"]
    assert (
        stack.resource("aws_s3_bucket_logging", "state_logging")["target_bucket"] == "${aws_s3_bucket.access-logs.id}"
    )


def test_the_state_of_prod_is_guarded(stacks: dict[str, Stack]) -> None:
    assert stacks["tap-prod-state"].arguments("aws_s3_bucket", "state") == {
        "bucket": "tap-state-prod-us-east-1-333333333333",
        "force_destroy": False,
        "lifecycle": {"prevent_destroy": True},
    }


def test_the_state_lives_in_its_own_region_whatever_the_pipelines_do(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["zap-unusual-state"]
    assert stack.json["provider"]["aws"][0]["region"] == "eu-north-1"
    assert stack.resource("aws_s3_bucket", "state")["bucket"] == "zap-state-unusual-eu-north-1-444455556666"
    assert stack.resource("aws_kms_alias", "key_alias")["name"] == "alias/zap-state-unusual-eu-north-1"
    backend = every_stack["zap-unusual-ap-south-1"].json["terraform"]["backend"]["s3"]
    assert (backend["bucket"], backend["region"]) == ("zap-state-unusual-eu-north-1-444455556666", "eu-north-1")


def test_the_state_stack_keeps_its_own_state_in_its_bucket(stacks: dict[str, Stack]) -> None:
    backend = stacks["tap-dev-state"].json["terraform"]["backend"]["s3"]
    assert (backend["bucket"], backend["key"]) == ("tap-state-dev-us-east-1-111111111111", "dev/tap-dev-state.tfstate")


def test_the_names_of_state_and_pipeline_never_meet(stacks: dict[str, Stack]) -> None:
    """Both may live in one region of one account."""
    buckets = [
        body["bucket"]
        for name in ("tap-dev-state", "tap-dev-us-east-1")
        for body in stacks[name].resources("aws_s3_bucket").values()
    ]
    aliases = [
        body["name"]
        for name in ("tap-dev-state", "tap-dev-us-east-1")
        for body in stacks[name].resources("aws_kms_alias").values()
    ]
    assert len(set(buckets)) == len(buckets) == 7
    assert len(set(aliases)) == len(aliases) == 3
