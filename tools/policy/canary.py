"""A stack that is wrong on purpose: a scan that doesn't find it has missed the rest, too."""

import json

from tools.policy.hcl import Json

# What must be found in each form of the canary. The policy is text within JSON, which is where checkov's reading of
# JSON ends; so each form has its own list.
EXPECTED = {
    "terraform_json": frozenset({"CKV_AWS_43", "CKV_AWS_53"}),
    "terraform": frozenset({"CKV_AWS_43", "CKV_AWS_53", "CKV_AWS_63"}),
    "secrets": frozenset({"CKV_SECRET_2"}),
}


def canary() -> dict[str, Json]:
    """An unencrypted stream, a public bucket, a policy that allows everything, and a secret in the open."""
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    # In two parts, because it is no secret and must not look like one here.
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    return {
        "terraform": {"required_version": ">= 1.11.0"},
        "resource": {
            "aws_kinesis_stream": {"open": {"name": "open", "encryption_type": "NONE"}},
            "aws_s3_bucket_public_access_block": {"open": {"bucket": "open", "block_public_acls": False}},
            "aws_iam_role_policy": {"open": {"role": "open", "policy": json.dumps(everything)}},
            "aws_lambda_function": {"open": {"environment": {"variables": {"AWS_ACCESS_KEY_ID": key}}}},
        },
    }
