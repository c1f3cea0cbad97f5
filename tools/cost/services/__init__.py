"""How each type of resource is priced."""

from collections.abc import Mapping

from tools.cost.pricing import Pricer
from tools.cost.services import api, functions, logs, query, security, storage, stream, table, watching

PRICERS: Mapping[str, Pricer] = {
    "aws_apigatewayv2_stage": api.stage,
    "aws_appautoscaling_policy": table.scaling_policy,
    "aws_athena_workgroup": query.workgroup,
    "aws_cloudwatch_dashboard": watching.dashboard,
    "aws_cloudwatch_log_group": logs.log_group,
    "aws_cloudwatch_metric_alarm": watching.alarm,
    "aws_dynamodb_table": table.table,
    "aws_kinesis_stream": stream.stream,
    "aws_kms_key": security.key,
    "aws_lambda_event_source_mapping": functions.mapping,
    "aws_lambda_function": functions.function,
    "aws_route53_health_check": watching.health_check,
    "aws_s3_bucket": storage.bucket,
    "aws_secretsmanager_secret": security.secret,
}
