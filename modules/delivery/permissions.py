"""What Terraform needs for each type of resource: the IAM actions that it calls, and where.

From the calls that the AWS provider makes for the type (read, create, update, delete) and the Service Authorization
Reference. To deliver another type, add a row: the scopes (modules/delivery/scopes.py), for each the actions of a plan,
then those of a deploy. Synthesis fails for a type without a row.
"""

from collections.abc import Iterable

from modules.delivery.statements import Permissions, on

# API Gateway has one API for everything: its actions are the methods of HTTP. For what has tags AWS asks for actions
# that its reference doesn't list (hashicorp/terraform-provider-aws#20634, aws-amplify/amplify-cli#12316).
_GATEWAY = on("Apis", "GET", "POST PATCH PUT DELETE")
_GATEWAY_TAGS = on("Apis", "", "TagResource UntagResource")
# Whoever creates a resource that is encrypted with our key must be allowed to use it (KMS developer guide).
_USE_KEY = (
    on("Keys", "DescribeKey")
    + on("GrantKeys", "", "CreateGrant")
    + on("UseKeys", "", "Decrypt Encrypt GenerateDataKey")
)

PERMISSIONS: dict[str, Permissions] = {
    "aws_acm_certificate": on(
        "Certificates",
        "DescribeCertificate ListTagsForCertificate",
        "DeleteCertificate AddTagsToCertificate RemoveTagsFromCertificate",
    )
    + on("NewCertificates", "", "RequestCertificate")
    + on("TagNewCertificates", "", "AddTagsToCertificate"),
    "aws_acm_certificate_validation": on("Certificates", "DescribeCertificate"),
    "aws_apigatewayv2_api": _GATEWAY + _GATEWAY_TAGS,
    "aws_apigatewayv2_api_mapping": _GATEWAY,
    "aws_apigatewayv2_authorizer": _GATEWAY,
    # With the account's first one API Gateway creates the role with which it reads certificates (API Gateway developer
    # guide, "Using service-linked roles").
    "aws_apigatewayv2_domain_name": _GATEWAY
    + _GATEWAY_TAGS
    + on("Apis", "", "AddCertificateToDomain RemoveCertificateFromDomain")
    + on("RoleOfApiGateway", "", "CreateServiceLinkedRole"),
    "aws_apigatewayv2_integration": _GATEWAY,
    "aws_apigatewayv2_route": _GATEWAY,
    # Its access logs reach their log group by log delivery (API Gateway developer guide, "Configure logging for HTTP
    # APIs").
    "aws_apigatewayv2_stage": _GATEWAY
    + _GATEWAY_TAGS
    + on(
        "LogsWithoutResource",
        "GetLogDelivery ListLogDeliveries DescribeResourcePolicies DescribeLogGroups",
        "CreateLogDelivery UpdateLogDelivery DeleteLogDelivery PutResourcePolicy",
    ),
    "aws_appautoscaling_policy": on("Scaling", "", "PutScalingPolicy DeleteScalingPolicy")
    + on("ScalingWithoutResource", "DescribeScalingPolicies")
    + on("ScalingAlarms", "", "PutMetricAlarm DeleteAlarms")
    + on("CloudwatchWithoutResource", "DescribeAlarms"),
    "aws_appautoscaling_target": on(
        "Scaling", "ListTagsForResource", "RegisterScalableTarget DeregisterScalableTarget TagResource UntagResource"
    )
    + on("ScalingWithoutResource", "DescribeScalableTargets")
    + on("RoleOfScaling", "", "CreateServiceLinkedRole"),
    "aws_athena_named_query": on("Workgroups", "GetNamedQuery", "CreateNamedQuery DeleteNamedQuery"),
    "aws_athena_workgroup": on(
        "Workgroups",
        "GetWorkGroup ListTagsForResource",
        "CreateWorkGroup UpdateWorkGroup DeleteWorkGroup TagResource UntagResource",
    ),
    "aws_budgets_budget": on("Budgets", "ViewBudget ListTagsForResource", "ModifyBudget TagResource UntagResource"),
    "aws_cloudwatch_dashboard": on("Dashboards", "GetDashboard", "PutDashboard DeleteDashboards"),
    "aws_cloudwatch_event_rule": on(
        "EventRules", "DescribeRule ListTagsForResource", "PutRule DeleteRule TagResource UntagResource"
    ),
    "aws_cloudwatch_event_target": on("EventRules", "ListTargetsByRule", "PutTargets RemoveTargets"),
    "aws_cloudwatch_log_group": on(
        "LogGroups",
        "ListTagsForResource",
        "CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey "
        "TagResource UntagResource",
    )
    + on("LogsWithoutResource", "DescribeLogGroups")
    + on("Keys", "DescribeKey"),
    "aws_cloudwatch_metric_alarm": on(
        "Alarms", "ListTagsForResource", "PutMetricAlarm DeleteAlarms TagResource UntagResource"
    )
    + on("CloudwatchWithoutResource", "DescribeAlarms"),
    # AWS knows neither names nor tags of saved queries here: who may save one may change and delete any of the account.
    "aws_cloudwatch_query_definition": on(
        "LogsWithoutResource", "DescribeQueryDefinitions", "PutQueryDefinition DeleteQueryDefinition"
    ),
    "aws_dynamodb_table": on(
        "Tables",
        "DescribeTable DescribeContinuousBackups DescribeTimeToLive ListTagsOfResource",
        "CreateTable UpdateTable DeleteTable UpdateContinuousBackups UpdateTimeToLive TagResource UntagResource",
    )
    + _USE_KEY,
    "aws_glue_catalog_database": on(
        "Catalog", "GetDatabase GetTags", "CreateDatabase UpdateDatabase DeleteDatabase TagResource UntagResource"
    ),
    "aws_glue_catalog_table": on("Catalog", "GetTable GetPartitionIndexes", "CreateTable UpdateTable DeleteTable"),
    "aws_iam_openid_connect_provider": on(
        "Provider",
        "GetOpenIDConnectProvider ListOpenIDConnectProviderTags",
        "CreateOpenIDConnectProvider DeleteOpenIDConnectProvider TagOpenIDConnectProvider UntagOpenIDConnectProvider",
    ),
    "aws_iam_policy": on(
        "Policies",
        "GetPolicy GetPolicyVersion ListPolicyVersions ListPolicyTags",
        "CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion TagPolicy "
        "UntagPolicy",
    ),
    "aws_iam_role": on(
        "Roles",
        "GetRole ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole ListRoleTags",
        "UpdateRole UpdateRoleDescription DeleteRole UpdateAssumeRolePolicy TagRole UntagRole",
    )
    + on("BoundRoles", "", "CreateRole PutRolePermissionsBoundary"),
    "aws_iam_role_policy": on("Roles", "GetRolePolicy", "DeleteRolePolicy") + on("BoundRoles", "", "PutRolePolicy"),
    "aws_iam_role_policy_attachment": on("Roles", "ListAttachedRolePolicies", "DetachRolePolicy")
    + on("BoundRoles", "", "AttachRolePolicy"),
    "aws_kinesis_stream": on(
        "Streams",
        "DescribeStream DescribeStreamSummary ListTagsForStream ListTagsForResource ListShards",
        "CreateStream DeleteStream IncreaseStreamRetentionPeriod DecreaseStreamRetentionPeriod StartStreamEncryption "
        "StopStreamEncryption AddTagsToStream RemoveTagsFromStream TagResource UntagResource",
    )
    + on("EncryptStreams", "", "StartStreamEncryption StopStreamEncryption")
    # With the limits, the provider refuses more shards or streams than the account may have in the plan (its
    # internal/service/kinesis/stream.go); without them, only the deploy fails.
    + on("KinesisWithoutResource", "DescribeLimits", "UpdateShardCount UpdateStreamMode")
    + _USE_KEY,
    "aws_kms_alias": on("KeyAliases", "", "CreateAlias UpdateAlias DeleteAlias")
    + on("Keys", "", "CreateAlias UpdateAlias DeleteAlias")
    + on("KmsWithoutResource", "ListAliases"),
    # EnableKey takes back that somebody disabled the key; nothing that is deployed disables one.
    "aws_kms_key": on(
        "Keys",
        "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
        "EnableKey ScheduleKeyDeletion PutKeyPolicy EnableKeyRotation DisableKeyRotation UpdateKeyDescription "
        "TagResource UntagResource",
    )
    + on("NewKeys", "", "CreateKey")
    + on("TagNewKeys", "", "TagResource"),
    "aws_lambda_event_source_mapping": on(
        "Mappings", "GetEventSourceMapping", "UpdateEventSourceMapping DeleteEventSourceMapping"
    )
    + on("NewMappings", "", "CreateEventSourceMapping")
    + on("TagMappings", "ListTags", "TagResource UntagResource"),
    # Without the key Lambda returns no environment variables, and every plan would set them again (Lambda developer
    # guide, "Securing Lambda environment variables").
    "aws_lambda_function": on(
        "Functions",
        "ListTags GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig ListVersionsByFunction",
        "TagResource UntagResource CreateFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction "
        "PutFunctionConcurrency DeleteFunctionConcurrency",
    )
    + on("PassRoles", "", "PassRole")
    + on("UseKeys", "Decrypt")
    + _USE_KEY,
    "aws_lambda_function_event_invoke_config": on(
        "Functions",
        "GetFunctionEventInvokeConfig",
        "PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig",
    ),
    "aws_lambda_function_recursion_config": on("Functions", "GetFunctionRecursionConfig", "PutFunctionRecursionConfig"),
    "aws_lambda_permission": on("Functions", "GetPolicy", "AddPermission RemovePermission"),
    "aws_route53_health_check": on(
        "HealthChecks",
        "GetHealthCheck ListTagsForResource",
        "UpdateHealthCheck DeleteHealthCheck ChangeTagsForResource",
    )
    + on("NewHealthChecks", "", "CreateHealthCheck"),
    "aws_route53_record": on("Zone", "GetHostedZone ListResourceRecordSets", "ChangeResourceRecordSets")
    + on("ZoneChanges", "GetChange"),
    "aws_s3_bucket": on(
        "Buckets",
        "ListBucket GetBucketLocation GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLogging "
        "GetBucketObjectLockConfiguration GetBucketPolicy GetBucketRequestPayment GetBucketTagging "
        "GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration "
        "GetReplicationConfiguration ListTagsForResource",
        "CreateBucket DeleteBucket PutBucketTagging ListBucketVersions TagResource UntagResource",
    )
    # To empty a bucket that the settings allow to be emptied.
    + on("Objects", "", "DeleteObject DeleteObjectVersion"),
    "aws_s3_bucket_lifecycle_configuration": on("Buckets", "GetLifecycleConfiguration", "PutLifecycleConfiguration"),
    "aws_s3_bucket_logging": on("Buckets", "GetBucketLogging", "PutBucketLogging"),
    "aws_s3_bucket_notification": on("Buckets", "GetBucketNotification", "PutBucketNotification"),
    "aws_s3_bucket_ownership_controls": on("Buckets", "GetBucketOwnershipControls", "PutBucketOwnershipControls"),
    "aws_s3_bucket_policy": on("Buckets", "GetBucketPolicy", "PutBucketPolicy DeleteBucketPolicy"),
    "aws_s3_bucket_public_access_block": on("Buckets", "GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    "aws_s3_bucket_server_side_encryption_configuration": on(
        "Buckets", "GetEncryptionConfiguration", "PutEncryptionConfiguration"
    ),
    "aws_s3_bucket_versioning": on("Buckets", "GetBucketVersioning", "PutBucketVersioning"),
    "aws_scheduler_schedule": on("Schedules", "GetSchedule", "CreateSchedule UpdateSchedule DeleteSchedule")
    + on("PassRoles", "", "PassRole"),
    "aws_secretsmanager_secret": on(
        "Secrets",
        "DescribeSecret GetResourcePolicy",
        "CreateSecret UpdateSecret DeleteSecret RestoreSecret TagResource UntagResource ReplicateSecretToRegions "
        "RemoveRegionsFromReplication",
    )
    + _USE_KEY,
    # Every plan generates a new value (an ephemeral random password), which is written only when its version is raised.
    # No role may read the value.
    "aws_secretsmanager_secret_version": on(
        "Secrets", "DescribeSecret ListSecretVersionIds", "PutSecretValue UpdateSecretVersionStage"
    )
    + on("SecretsmanagerWithoutResource", "GetRandomPassword")
    + _USE_KEY,
    "aws_sns_topic": on(
        "Topics",
        "GetTopicAttributes ListTagsForResource",
        "CreateTopic DeleteTopic SetTopicAttributes TagResource UntagResource",
    ),
    "aws_sns_topic_policy": on("Topics", "GetTopicAttributes", "SetTopicAttributes"),
    "aws_sns_topic_subscription": on("Topics", "ListSubscriptionsByTopic", "Subscribe")
    + on("SnsWithoutResource", "GetSubscriptionAttributes", "Unsubscribe SetSubscriptionAttributes"),
    "aws_sqs_queue": on(
        "Queues",
        "GetQueueAttributes GetQueueUrl ListQueueTags",
        "CreateQueue DeleteQueue SetQueueAttributes TagQueue UntagQueue",
    ),
    "aws_sqs_queue_policy": on("Queues", "GetQueueAttributes", "SetQueueAttributes"),
}

# What `make integration` calls besides in a deployed pipeline: its tests sign with the secret, put files, look for the
# results, and delete them.
TESTS = (
    on("Tables", "", "DeleteItem")
    + on("EventsWithoutResource", "TestEventPattern")
    + on("LambdaWithoutResource", "ListEventSourceMappings")
    + on("LogGroups", "FilterLogEvents")
    + on("Objects", "GetObject", "PutObject")
    + on("Secrets", "GetSecretValue")
    + on("Topics", "ListSubscriptionsByTopic")
)


def permissions_for(types: Iterable[str]) -> Permissions:
    """The permissions for all these types of resources; raises `ValueError` for a type without a row."""
    wanted = sorted(set(types))
    if unknown := [type_ for type_ in wanted if type_ not in PERMISSIONS]:
        raise ValueError(
            f"modules/delivery/permissions.py has no row for {', '.join(unknown)}: add the actions that Terraform "
            "calls for it, so that the roles of [delivery] get them"
        )
    return tuple(permission for type_ in wanted for permission in PERMISSIONS[type_])
