"""Rules on S3 buckets (S3.*, CIS 3.1)."""

from tests.rules.mutations import add, drop, no_statement, put, remove, statement
from tests.rules.reading import Resource, as_list, dig, each, is_our_key, parts, statements, target
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Stack

_BLOCK = "aws_s3_bucket_public_access_block"
_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_POLICY, _ENCRYPTION = "aws_s3_bucket_policy", "aws_s3_bucket_server_side_encryption_configuration"
_LIFECYCLE, _LOGGING = "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_logging"
_VERSIONING, _OWNERSHIP = "aws_s3_bucket_versioning", "aws_s3_bucket_ownership_controls"


def _buckets(stack: Stack) -> list[Resource]:
    return each(stack, "aws_s3_bucket")


def _takes_logs(stack: Stack, bucket: Resource) -> bool:
    return bool(parts(stack, _LOGGING, bucket, "target_bucket"))


@rule(
    "S3.8, CIS 3.1.4, CKV_AWS_53, CKV_AWS_54, CKV_AWS_55, CKV_AWS_56",
    broken_by=[*(put(_BLOCK, name, False) for name in _BLOCKS), drop(_BLOCK, _BLOCKS[0]), remove(_BLOCK)],
)
def public_access_is_blocked(case: Case) -> Checks:
    """Every bucket blocks public access in all four ways."""
    for bucket in _buckets(case.stack):
        blocks = parts(case.stack, _BLOCK, bucket)
        holds = len(blocks) == 1 and all(blocks[0].body.get(name) is True for name in _BLOCKS)
        yield Check(bucket.address, holds, f"needs one {_BLOCK} with all four true")


@rule(
    "S3.5, CIS 3.1.1",
    broken_by=[
        remove(_POLICY),
        no_statement(_POLICY, "DenyInsecureTransport"),
        statement(_POLICY, "DenyInsecureTransport", Action="s3:GetObject"),
        statement(_POLICY, "DenyInsecureTransport", Resource="arn:aws:s3:::only-the-bucket"),
        statement(_POLICY, "DenyInsecureTransport", Principal={"AWS": "arn:aws:iam::111111111111:root"}),
        statement(_POLICY, "DenyInsecureTransport", Effect="Allow"),
        statement(_POLICY, "DenyOldTls", Condition={"NumericLessThan": {"s3:TlsVersion": "1.1"}}),
    ],
)
def transport_is_tls_1_2(case: Case) -> Checks:
    """Every bucket, and every object in it, is denied to requests without TLS or with TLS below 1.2."""
    for bucket in _buckets(case.stack):
        arn = f":s3:::{bucket.body['bucket']}"
        conditions = [
            one["Condition"]
            for policy in parts(case.stack, _POLICY, bucket)
            for one in statements(policy.body["policy"])
            if (one["Effect"], one["Principal"], one["Action"]) == ("Deny", "*", ["s3:*"])
            and sorted(resource.split(":s3:::")[1] for resource in one["Resource"]) == [arn[6:], f"{arn[6:]}/*"]
        ]
        for wanted in ({"Bool aws:SecureTransport": "false"}, {"NumericLessThan s3:TlsVersion": "1.2"}):
            yield Check(
                bucket.address, wanted in conditions, f"policy does not deny s3:* on bucket and objects: {wanted}"
            )


@rule(
    "S3.12",
    broken_by=[
        put(_OWNERSHIP, "rule.object_ownership", "ObjectWriter"),
        remove(_OWNERSHIP),
        put("aws_s3_bucket", "acl", "private"),
        add("aws_s3_bucket_acl", bucket="x", acl="private"),
    ],
)
def owner_is_enforced_and_no_acl_exists(case: Case) -> Checks:
    """Every bucket's owner owns its objects, and there is no ACL anywhere."""
    for bucket in _buckets(case.stack):
        owners = [dig(one.body, "rule.object_ownership") for one in parts(case.stack, _OWNERSHIP, bucket)]
        yield Check(bucket.address, owners == ["BucketOwnerEnforced"], f"object ownership is {owners}")
        yield Check(bucket.address, not {"acl", "grant"} & set(bucket.body), "has an ACL")
    for acl in each(case.stack, "aws_s3_bucket_acl"):
        yield Check(acl.address, False, "is an ACL: bucket policies say who may do what")


@rule(
    "S3.17, CKV_AWS_145",
    broken_by=[
        put(_ENCRYPTION, "rule.0.apply_server_side_encryption_by_default.sse_algorithm", "AES256", of="archive"),
        drop(_ENCRYPTION, "rule.0.apply_server_side_encryption_by_default.kms_master_key_id", of="archive"),
        put(
            _ENCRYPTION, "rule.0.apply_server_side_encryption_by_default.kms_master_key_id", "alias/aws/s3", of="state"
        ),
        drop(_ENCRYPTION, "rule.0.bucket_key_enabled", of="inbox"),
        put(_ENCRYPTION, "rule", [{}], of="access-logs"),
        remove(_ENCRYPTION),
    ],
)
def objects_are_encrypted_with_our_key(case: Case) -> Checks:
    """Every bucket encrypts with our key and bucket keys; only the access logs' with S3's own, as S3 demands."""
    for bucket in _buckets(case.stack):
        rules = [one for part in parts(case.stack, _ENCRYPTION, bucket) for one in part.body["rule"]]
        by_default = rules[0].get("apply_server_side_encryption_by_default", {}) if len(rules) == 1 else {}
        if _takes_logs(case.stack, bucket):
            holds = by_default.get("sse_algorithm") == "AES256"
        else:
            ours = is_our_key(case.stack, by_default.get("kms_master_key_id"))
            holds = by_default.get("sse_algorithm") == "aws:kms" and ours and rules[0].get("bucket_key_enabled") is True
        yield Check(bucket.address, holds, f"encryption is {rules}")


@rule(
    "S3.14, CKV_AWS_21",
    broken_by=[put(_VERSIONING, "versioning_configuration.status", "Suspended"), remove(_VERSIONING)],
)
def objects_are_versioned(case: Case) -> Checks:
    """Every bucket keeps versions."""
    for bucket in _buckets(case.stack):
        found = [dig(one.body, "versioning_configuration.status") for one in parts(case.stack, _VERSIONING, bucket)]
        yield Check(bucket.address, found == ["Enabled"], f"versioning is {found}")


@rule(
    "S3.10, S3.13, CKV_AWS_300",
    broken_by=[
        remove(_LIFECYCLE),
        put(_LIFECYCLE, "rule.0.status", "Disabled"),
        put(_LIFECYCLE, "rule.0.filter.0.prefix", "only-this/"),
        drop(_LIFECYCLE, "rule.0.noncurrent_version_expiration"),
        drop(_LIFECYCLE, "rule.0.abort_incomplete_multipart_upload"),
        put(_LIFECYCLE, "rule.0.abort_incomplete_multipart_upload.0.days_after_initiation", 8),
        drop(_LIFECYCLE, "depends_on"),
    ],
)
def what_is_not_current_leaves(case: Case) -> Checks:
    """Every bucket expires noncurrent versions and aborts incomplete uploads after 7 days, once versioning is on."""
    for bucket in _buckets(case.stack):
        found = parts(case.stack, _LIFECYCLE, bucket)
        rules = [one for one in _enabled_rules(found) if dig(one, "filter.0.prefix") == ""]
        versions = [dig(one, "noncurrent_version_expiration.0.noncurrent_days") for one in rules]
        uploads = [dig(one, "abort_incomplete_multipart_upload.0.days_after_initiation") for one in rules]
        versioning = [one.address for one in parts(case.stack, _VERSIONING, bucket)]
        yield Check(bucket.address, any(days and days >= 1 for days in versions), "noncurrent versions stay for ever")
        yield Check(bucket.address, 7 in uploads, f"incomplete uploads are aborted after {uploads} days")
        ordered = len(found) == 1 and found[0].body.get("depends_on") == versioning
        yield Check(bucket.address, ordered, "needs one lifecycle that depends on the versioning")


@rule(
    "S3.13, encryption and retention",
    broken_by=[
        drop(_LIFECYCLE, "rule.0.transition", of="archive"),
        drop(_LIFECYCLE, "rule.0.expiration", of="inbox"),
        put(_LIFECYCLE, "rule.0.expiration", [{"days": 1}], of="state"),
    ],
)
def current_objects_have_an_age(case: Case) -> Checks:
    """Every bucket moves or expires current objects by age, but for the state's, which must not expire."""
    for bucket in _buckets(case.stack):
        rules = _enabled_rules(parts(case.stack, _LIFECYCLE, bucket))
        expires = any(dig(one, "expiration.0.days") for one in rules)
        if bucket.body["bucket"] == case.stack.json["terraform"]["backend"]["s3"]["bucket"]:
            yield Check(bucket.address, not expires, "Terraform's state expires")
        else:
            moves = any(dig(one, "transition.0.days") for one in rules)
            yield Check(bucket.address, expires or moves, "current objects stay as they are for ever")


@rule(
    "serverless/serverless#7236",
    broken_by=[put(_LIFECYCLE, "rule.0.expiration.0.days", 1, of="failures")],
)
def failed_batches_outlive_the_stream(case: Case) -> Checks:
    """What failed is kept longer than the stream keeps records, so that a repair never has to race."""
    for mapping in each(case.stack, "aws_lambda_event_source_mapping"):
        destination = dig(mapping.body, "destination_config.on_failure.destination_arn")
        bucket = target(case.stack, destination, "aws_s3_bucket")
        for stream in each(case.stack, "aws_kinesis_stream") if bucket else []:
            rules = _enabled_rules(parts(case.stack, _LIFECYCLE, bucket)) if bucket else []
            days = [dig(one, "expiration.0.days") for one in rules if dig(one, "expiration.0.days")]
            holds = all(age * 24 > stream.body["retention_period"] for age in days)
            yield Check(
                mapping.address, holds, f"failed batches expire after {days} days, within the stream's retention"
            )


@rule(
    "S3.9, CKV_AWS_18",
    broken_by=[
        remove(_LOGGING),
        put(_LOGGING, "target_bucket", "${aws_s3_bucket.archive.id}", of="archive"),
        put(_LOGGING, "target_prefix", "same/"),
        no_statement(_POLICY, "DeliverAccessLogs", of="access-logs"),
        drop(_LOGGING, "depends_on", of="archive"),
        put(_LOGGING, "depends_on", ["aws_s3_bucket_policy.archive_policy"], of="archive"),
    ],
)
def access_is_logged(case: Case) -> Checks:
    """Every bucket logs access, below its own name, into one that lets S3 deliver by then, and does not log itself."""
    for bucket in _buckets(case.stack):
        logging = parts(case.stack, _LOGGING, bucket)
        if _takes_logs(case.stack, bucket):
            delivers = [
                one
                for policy in parts(case.stack, _POLICY, bucket)
                for one in statements(policy.body["policy"])
                if one["Effect"] == "Allow" and one["Principal"] == {"Service": "logging.s3.amazonaws.com"}
            ]
            yield Check(bucket.address, not logging, "logs onto itself")
            yield Check(bucket.address, len(delivers) == 1, "does not let S3 deliver logs")
        else:
            prefixes = [as_list(one.body.get("target_prefix")) for one in logging]
            wanted = [[f"{bucket.body['bucket']}/"]]
            yield Check(bucket.address, prefixes == wanted, f"needs one access log below {wanted}, has {prefixes}")
            for one in logging:
                owner = target(case.stack, one.body.get("target_bucket"), "aws_s3_bucket")
                allowing = [policy.address for policy in parts(case.stack, _POLICY, owner)] if owner else []
                after = bool(allowing) and one.body.get("depends_on") == allowing
                yield Check(one.address, after, f"does not wait for {allowing}, by which S3 may write there")


def _enabled_rules(lifecycles: list[Resource]) -> list[dict[str, object]]:
    return [one for part in lifecycles for one in part.body["rule"] if one["status"] == "Enabled"]
