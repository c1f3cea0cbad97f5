"""What Terraform calls AWS for: the IAM actions that each type of resource needs.

From the calls that the AWS provider makes for the type (read, create, update, delete) and the Service Authorization
Reference. A type that is not here can't be delivered: `needs_of` says what to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Needs:
    """Actions to see a resource, which a plan makes, and actions to make, change and destroy it."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()

    def __add__(self, other: "Needs") -> "Needs":
        """Both together, each action once."""
        return Needs(tuple(dict.fromkeys(self.read + other.read)), tuple(dict.fromkeys(self.write + other.write)))


def _of(service: str, read: str, write: str = "") -> Needs:
    return Needs(*(tuple(f"{service}:{name}" for name in names.split()) for names in (read, write)))


# One API stands behind all that API Gateway has: its actions are the methods of HTTP. To make something that has tags
# AWS asks for an action more, which its reference doesn't have (hashicorp/terraform-provider-aws#20634,
# aws-amplify/amplify-cli#12316).
_GATEWAY = _of("apigateway", "GET", "POST PATCH PUT DELETE")
_GATEWAY_TAGS = _of("apigateway", "", "TagResource UntagResource")
# The calls by which an API's stage hands its access logs to a log group (API Gateway developer guide, "Configure
# logging for HTTP APIs").
_LOG_DELIVERY = _of(
    "logs",
    "GetLogDelivery ListLogDeliveries DescribeResourcePolicies DescribeLogGroups",
    "CreateLogDelivery UpdateLogDelivery DeleteLogDelivery PutResourcePolicy",
)
# Who makes a resource that is encrypted with our key must be allowed to use it (KMS developer guide).
_USE_KEY = _of("kms", "DescribeKey", "CreateGrant Decrypt Encrypt GenerateDataKey")
_BUCKET_TAGS = _of("s3", "ListTagsForResource", "TagResource UntagResource")

NEEDS: dict[str, Needs] = {
    "aws_acm_certificate": _of(
        "acm",
        "DescribeCertificate ListTagsForCertificate",
        "RequestCertificate DeleteCertificate AddTagsToCertificate RemoveTagsFromCertificate",
    ),
    "aws_acm_certificate_validation": _of("acm", "DescribeCertificate"),
    "aws_apigatewayv2_api": _GATEWAY + _GATEWAY_TAGS,
    "aws_apigatewayv2_api_mapping": _GATEWAY,
    "aws_apigatewayv2_authorizer": _GATEWAY,
    # The account's first one makes the role by which API Gateway sees certificates (API Gateway developer guide, "Using
    # service-linked roles").
    "aws_apigatewayv2_domain_name": _GATEWAY
    + _GATEWAY_TAGS
    + _of("apigateway", "", "AddCertificateToDomain RemoveCertificateFromDomain")
    + _of("iam", "", "CreateServiceLinkedRole"),
    "aws_apigatewayv2_integration": _GATEWAY,
    "aws_apigatewayv2_route": _GATEWAY,
    "aws_apigatewayv2_stage": _GATEWAY + _GATEWAY_TAGS + _LOG_DELIVERY,
    "aws_budgets_budget": _of("budgets", "ViewBudget ListTagsForResource", "ModifyBudget TagResource UntagResource"),
    "aws_cloudwatch_dashboard": _of("cloudwatch", "GetDashboard", "PutDashboard DeleteDashboards"),
    "aws_cloudwatch_log_group": _of(
        "logs",
        "DescribeLogGroups ListTagsForResource",
        "CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey "
        "TagResource UntagResource",
    )
    + _of("kms", "DescribeKey"),
    "aws_cloudwatch_metric_alarm": _of(
        "cloudwatch", "DescribeAlarms ListTagsForResource", "PutMetricAlarm DeleteAlarms TagResource UntagResource"
    ),
    "aws_dynamodb_table": _of(
        "dynamodb",
        "DescribeTable DescribeContinuousBackups DescribeTimeToLive ListTagsOfResource",
        "CreateTable UpdateTable DeleteTable UpdateContinuousBackups UpdateTimeToLive TagResource UntagResource",
    )
    + _USE_KEY,
    "aws_iam_openid_connect_provider": _of(
        "iam",
        "GetOpenIDConnectProvider ListOpenIDConnectProviderTags",
        "CreateOpenIDConnectProvider DeleteOpenIDConnectProvider TagOpenIDConnectProvider UntagOpenIDConnectProvider",
    ),
    "aws_iam_policy": _of(
        "iam",
        "GetPolicy GetPolicyVersion ListPolicyVersions ListPolicyTags",
        "CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion TagPolicy "
        "UntagPolicy",
    ),
    "aws_iam_role": _of(
        "iam",
        "GetRole ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole ListRoleTags",
        "CreateRole UpdateRole UpdateRoleDescription DeleteRole UpdateAssumeRolePolicy PutRolePermissionsBoundary "
        "TagRole UntagRole",
    ),
    "aws_iam_role_policy": _of("iam", "GetRolePolicy", "PutRolePolicy DeleteRolePolicy"),
    "aws_iam_role_policy_attachment": _of("iam", "ListAttachedRolePolicies", "AttachRolePolicy DetachRolePolicy"),
    "aws_kinesis_stream": _of(
        "kinesis",
        "DescribeStream DescribeStreamSummary ListTagsForStream ListTagsForResource ListShards",
        "CreateStream DeleteStream IncreaseStreamRetentionPeriod DecreaseStreamRetentionPeriod UpdateShardCount "
        "UpdateStreamMode StartStreamEncryption StopStreamEncryption AddTagsToStream RemoveTagsFromStream TagResource "
        "UntagResource",
    )
    + _USE_KEY,
    "aws_kms_alias": _of("kms", "ListAliases", "CreateAlias UpdateAlias DeleteAlias"),
    "aws_kms_key": _of(
        "kms",
        "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
        "CreateKey ScheduleKeyDeletion PutKeyPolicy EnableKeyRotation DisableKeyRotation UpdateKeyDescription "
        "TagResource UntagResource",
    ),
    "aws_lambda_event_source_mapping": _of(
        "lambda",
        "GetEventSourceMapping ListTags",
        "CreateEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping TagResource UntagResource",
    ),
    "aws_lambda_function": _of(
        "lambda",
        "GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig ListVersionsByFunction ListTags",
        "CreateFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction PutFunctionConcurrency "
        "DeleteFunctionConcurrency TagResource UntagResource",
    )
    + _of("iam", "", "PassRole")
    # Without the key Lambda shows no variables, and every plan would set them anew (Lambda developer guide, "Securing
    # Lambda environment variables").
    + _of("kms", "Decrypt")
    + _USE_KEY,
    "aws_lambda_function_event_invoke_config": _of(
        "lambda",
        "GetFunctionEventInvokeConfig",
        "PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig",
    ),
    "aws_lambda_function_recursion_config": _of("lambda", "GetFunctionRecursionConfig", "PutFunctionRecursionConfig"),
    "aws_lambda_permission": _of("lambda", "GetPolicy", "AddPermission RemovePermission"),
    "aws_route53_health_check": _of(
        "route53",
        "GetHealthCheck ListTagsForResource",
        "CreateHealthCheck UpdateHealthCheck DeleteHealthCheck ChangeTagsForResource",
    ),
    "aws_route53_record": _of("route53", "GetHostedZone ListResourceRecordSets GetChange", "ChangeResourceRecordSets"),
    "aws_s3_bucket": _of(
        "s3",
        "ListBucket GetBucketLocation GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLogging "
        "GetBucketObjectLockConfiguration GetBucketPolicy GetBucketRequestPayment GetBucketTagging "
        "GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration "
        "GetReplicationConfiguration",
        # The last three empty a bucket that the settings allow to be emptied.
        "CreateBucket DeleteBucket PutBucketTagging ListBucketVersions DeleteObject DeleteObjectVersion",
    )
    + _BUCKET_TAGS,
    "aws_s3_bucket_lifecycle_configuration": _of("s3", "GetLifecycleConfiguration", "PutLifecycleConfiguration"),
    "aws_s3_bucket_logging": _of("s3", "GetBucketLogging", "PutBucketLogging"),
    "aws_s3_bucket_notification": _of("s3", "GetBucketNotification", "PutBucketNotification"),
    "aws_s3_bucket_ownership_controls": _of("s3", "GetBucketOwnershipControls", "PutBucketOwnershipControls"),
    "aws_s3_bucket_policy": _of("s3", "GetBucketPolicy", "PutBucketPolicy DeleteBucketPolicy"),
    "aws_s3_bucket_public_access_block": _of("s3", "GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    "aws_s3_bucket_server_side_encryption_configuration": _of(
        "s3", "GetEncryptionConfiguration", "PutEncryptionConfiguration"
    ),
    "aws_s3_bucket_versioning": _of("s3", "GetBucketVersioning", "PutBucketVersioning"),
    "aws_secretsmanager_secret": _of(
        "secretsmanager",
        "DescribeSecret GetResourcePolicy",
        "CreateSecret UpdateSecret DeleteSecret RestoreSecret TagResource UntagResource",
    )
    + _USE_KEY,
    # The value is made anew at every plan and thrown away (an ephemeral random password), and written only when its
    # version is raised. Nobody here may read it.
    "aws_secretsmanager_secret_version": _of(
        "secretsmanager",
        "DescribeSecret ListSecretVersionIds GetRandomPassword",
        "PutSecretValue UpdateSecretVersionStage",
    )
    + _USE_KEY,
    "aws_sns_topic": _of(
        "sns",
        "GetTopicAttributes ListTagsForResource",
        "CreateTopic DeleteTopic SetTopicAttributes TagResource UntagResource",
    ),
    "aws_sns_topic_policy": _of("sns", "GetTopicAttributes", "SetTopicAttributes"),
    "aws_sns_topic_subscription": _of(
        "sns",
        "GetSubscriptionAttributes ListSubscriptionsByTopic",
        "Subscribe Unsubscribe SetSubscriptionAttributes",
    ),
    "aws_sqs_queue": _of(
        "sqs",
        "GetQueueAttributes GetQueueUrl ListQueueTags",
        "CreateQueue DeleteQueue SetQueueAttributes TagQueue UntagQueue",
    ),
    "aws_sqs_queue_policy": _of("sqs", "GetQueueAttributes", "SetQueueAttributes"),
}


# What the tests of a deployed pipeline call besides, where it is in AWS (`make integration`): they sign with the
# secret, put files, look for what became of them, and take it away.
TESTS = (
    _of("dynamodb", "", "DeleteItem")
    + _of("lambda", "ListEventSourceMappings")
    + _of("logs", "FilterLogEvents")
    + _of("s3", "GetObject", "PutObject")
    + _of("secretsmanager", "GetSecretValue")
    + _of("sns", "ListSubscriptionsByTopic")
)


def needs_of(types: Iterable[str]) -> Needs:
    """What all these types of resources need together."""
    wanted = sorted(set(types))
    unknown = [type_ for type_ in wanted if type_ not in NEEDS]
    if unknown:
        raise ValueError(
            f"modules/delivery_needs.py doesn't say what {', '.join(unknown)} needs: add the actions that Terraform "
            "calls for it, so that the roles of [delivery] get them"
        )
    return sum((NEEDS[type_] for type_ in wanted), Needs())
