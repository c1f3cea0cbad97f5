"""How Terraform reaches an AWS emulator instead of AWS."""

from typing import Any

from cdktf_cdktf_provider_aws.provider import AwsProviderEndpoints

_SERVICES = (
    "acm",
    "apigatewayv2",
    "budgets",
    "cloudwatch",
    "dynamodb",
    "iam",
    "kinesis",
    "kms",
    "lambda_",
    "logs",
    "route53",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
)


def emulator_access(account_id: str) -> dict[str, Any]:
    """Arguments of provider and backend: an emulator takes the account id for an access key, and any secret key."""
    return {
        "access_key": account_id,
        "secret_key": "emulator",
        "skip_credentials_validation": True,
        "skip_requesting_account_id": True,
    }


def emulator_provider(account_id: str, endpoint_url: str) -> dict[str, Any]:
    """Arguments of the provider that send every service's calls to `endpoint_url`."""
    return emulator_access(account_id) | {
        "endpoints": [AwsProviderEndpoints(**dict.fromkeys(_SERVICES, endpoint_url))],
        "s3_use_path_style": True,
        "skip_metadata_api_check": "true",
    }
