"""Invokes a function at fixed times."""

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetDeadLetterConfig,
    SchedulerScheduleTargetRetryPolicy,
)
from constructs import Construct

from modules.dead_letter_queue import DeadLetterQueue
from modules.function import Function
from modules.iam import Statement, assume_role_document, policy_document
from modules.named_stack import names_of
from modules.names import Kind

_WINDOW_MINUTES = 10
_RETRIES = 10
_AGE_SECONDS = 3000  # then the next hour's invocation is near


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleProps:
    """What a schedule is: it invokes the function at `minute` of every hour, or up to 10 minutes later.

    `permissions_boundary`: ARN of the policy that limits its role, as that of a function's.
    """

    function: Function
    minute: int
    dead_letters: DeadLetterQueue
    permissions_boundary: str | None = None


class Schedule(Construct):
    """Invokes a function every hour, as a role that may do nothing else.

    What can't be invoked in time goes to the dead-letter queue. Of several stacks, each begins at another time.
    """

    def __init__(self, scope: Construct, id_: str, props: ScheduleProps) -> None:
        """See `ScheduleProps`."""
        super().__init__(scope, id_)
        names, function, dead_letters = names_of(self), props.function, props.dead_letters
        # By the group that every schedule is in: AWS advises against naming the schedule (EventBridge Scheduler user
        # guide, "Confused deputy prevention").
        own = {"aws:SourceAccount": names.account_id, "aws:SourceArn": names.arn("scheduler", "schedule-group/default")}
        role = IamRole(
            self,
            "role",
            name=names(id_, Kind.ROLE),
            assume_role_policy=assume_role_document("scheduler.amazonaws.com", conditions={"StringEquals": own}),
            permissions_boundary=props.permissions_boundary,
        )
        self._statements = [
            Statement(sid="InvokeFunction", actions=("lambda:InvokeFunction",), resources=(function.arn,))
        ]
        policy = self._policy = IamRolePolicy(self, "policy", role=role.id, name="grants", policy=self._document())
        dead_letters.grant_send(self)
        SchedulerSchedule(
            self,
            "Default",
            name=names(id_, Kind.SCHEDULE),
            description=f"Invokes {function.name} every hour",
            schedule_expression=f"cron({props.minute} * * * ? *)",
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(
                mode="FLEXIBLE", maximum_window_in_minutes=_WINDOW_MINUTES
            ),
            target=SchedulerScheduleTarget(
                arn=function.resource.arn,
                role_arn=role.arn,
                input=json.dumps({}),
                retry_policy=SchedulerScheduleTargetRetryPolicy(
                    maximum_event_age_in_seconds=_AGE_SECONDS, maximum_retry_attempts=_RETRIES
                ),
                dead_letter_config=SchedulerScheduleTargetDeadLetterConfig(arn=dead_letters.resource.arn),
            ),
            depends_on=[policy],
        )

    def allow(self, statement: Statement) -> None:
        """Adds the statement to the role's policy."""
        self._statements.append(statement)
        self._policy.policy = self._document()

    def _document(self) -> str:
        return policy_document(self._statements)
