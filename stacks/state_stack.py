"""`tap-<environment>-state`: the bucket of an environment's Terraform state."""

from constructs import Construct

from modules.access_log_bucket import AccessLogBucket
from modules.bucket import Bucket, BucketProps
from modules.bucket_lifecycle_settings import ObjectAges
from modules.cost_budget import CostBudget
from modules.encryption_key import EncryptionKey
from stacks.base_stack import BaseStack
from stacks.outputs import StateOutputs
from stacks.settings import Environment
from stacks.state_location import StateLocation


class StateStack(BaseStack):
    """The environment's state bucket and its key, and the one budget of the environment."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, bootstrap: bool) -> None:
        """`bootstrap` keeps this stack's own state in a local file, because its bucket doesn't exist yet."""
        settings = environment.settings
        location, protection = StateLocation.of(environment), settings.protection
        super().__init__(
            scope,
            id_,
            settings=settings,
            suffix=environment.name,
            region=settings.state.region,
            state=None if bootstrap else location,
        )
        key = EncryptionKey(self, "key", purpose="state", protection=protection)
        access_logs = AccessLogBucket(
            self, "access-logs", purpose="logs-of-state", ages=settings.storage.access_logs, protection=protection
        )
        Bucket(
            self,
            "state",
            BucketProps(
                purpose="state",
                key=key,
                ages=ObjectAges(noncurrent_days=settings.state.noncurrent_version_days),
                protection=protection,
                access_logs=access_logs,
            ),
        )
        if settings.budget.monthly_usd:
            CostBudget(self, "budget", settings=settings.budget, emails=settings.alarms.emails)
        StateOutputs(state_bucket=location.bucket, state_key_alias=key.name).publish(self)
