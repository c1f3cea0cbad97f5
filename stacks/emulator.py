"""How Terraform reaches an AWS emulator instead of AWS."""

from typing import Any

from cdktf_cdktf_provider_aws.provider import AwsProviderEndpoints

# Every service that the provider calls for the resource types of our stacks, and STS, for the account id.
# From 6.23 on it reads bucket tags from S3 Control (changelog of hashicorp/terraform-provider-aws).
_SERVICES = (
    "acm",
    "apigatewayv2",
    "applicationautoscaling",
    "athena",
    "budgets",
    "cloudwatch",
    "dynamodb",
    "glue",
    "iam",
    "kinesis",
    "kms",
    "lambda_",
    "logs",
    "route53",
    "s3",
    "s3_control",
    "scheduler",
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
    }


def emulator_provider(account_id: str, endpoint_url: str) -> dict[str, Any]:
    """Arguments of the provider that send every service's calls to `endpoint_url`.

    The SDK calls S3 Control at the host `ACCOUNT.127.0.0.1`, which can't be resolved (endpoint rules of S3 Control in
    aws-sdk-go-v2). With the emulator as the proxy, it needn't be: the request goes there as it is. Requests to a
    loopback address bypass any proxy, and a request to AWS itself would reach the emulator, which refuses it.
    """
    return emulator_access(account_id) | {
        "endpoints": [AwsProviderEndpoints(**dict.fromkeys(_SERVICES, endpoint_url))],
        "http_proxy": endpoint_url,
        "https_proxy": endpoint_url,
        "no_proxy": "127.0.0.1",  # instead of the user's NO_PROXY, which may contain `localhost` or `*`
        "s3_use_path_style": True,
        "skip_metadata_api_check": "true",
    }
