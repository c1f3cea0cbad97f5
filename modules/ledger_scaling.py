"""Capacity of the ledger that follows the load, between a minimum and a maximum."""

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from modules.ledger_settings import LedgerCapacitySettings

_Tracking = AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration
_Metric = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification
_NAMESPACE = "dynamodb"
# Reads follow writes: only a duplicate is read, and what comes again may be all duplicates.
_DIMENSIONS = {"writes": "Write", "reads": "Read"}


class LedgerScaling(Construct):
    """Target tracking of a table's write and read capacity.

    The values are those of Application Auto Scaling for tables (Application Auto Scaling user guide, "Amazon DynamoDB
    and Application Auto Scaling"). For each it makes four alarms, which nobody is told of.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        table_name: str,
        table: ITerraformDependable,
        settings: LedgerCapacitySettings,
    ) -> None:
        """`table`: what has to be there before."""
        super().__init__(scope, id_)
        for role, dimension in _DIMENSIONS.items():
            target = AppautoscalingTarget(
                self,
                role,
                service_namespace=_NAMESPACE,
                resource_id=f"table/{table_name}",
                scalable_dimension=f"dynamodb:table:{dimension}CapacityUnits",
                min_capacity=settings.minimum_units,
                max_capacity=settings.maximum_units,
                depends_on=[table],
            )
            AppautoscalingPolicy(
                self,
                f"{role}-policy",
                name=f"{role}-follow-the-load",
                policy_type="TargetTrackingScaling",
                service_namespace=_NAMESPACE,
                resource_id=target.resource_id,
                scalable_dimension=target.scalable_dimension,
                target_tracking_scaling_policy_configuration=_Tracking(
                    target_value=settings.target_percent,
                    predefined_metric_specification=_Metric(
                        predefined_metric_type=f"DynamoDB{dimension}CapacityUtilization"
                    ),
                ),
            )
