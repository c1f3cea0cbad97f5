"""A Lambda function with its own role and its own log group."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import TerraformAsset
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionDeadLetterConfig,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
)
from cdktf_cdktf_provider_aws.lambda_function_event_invoke_config import LambdaFunctionEventInvokeConfig
from cdktf_cdktf_provider_aws.lambda_function_recursion_config import LambdaFunctionRecursionConfig
from constructs import Construct

from modules.dead_letter_queue import DeadLetterQueue
from modules.encryption_key import EncryptionKey
from modules.function_settings import Architecture, FunctionSettings
from modules.iam import Statement, assume_role_document, policy_document
from modules.log_group import LogGroup
from modules.named_stack import names_of
from modules.names import Kind
from modules.observability_settings import ObservabilitySettings

_RUNTIME = "python3.13"
_ASYNCHRONOUS_AGE_SECONDS = 6 * 3600  # Lambda's longest (API `PutFunctionEventInvokeConfig`)
_ASYNCHRONOUS_RETRIES = 2  # the most that Lambda allows


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A deployment package: `path` of the zip, and the base64 SHA-256 of its bytes."""

    path: str
    sha256_base64: str
    handler: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionProps:
    """What a function is.

    `permissions_boundary`: ARN of the policy that limits its role; without, the role's own policy is the only limit.
    """

    key: EncryptionKey
    code: Code
    settings: FunctionSettings
    observability: ObservabilitySettings
    architecture: Architecture
    variables: Mapping[str, str]
    dead_letters: DeadLetterQueue | None = None
    permissions_boundary: str | None = None

    @property
    def is_traced(self) -> bool:
        """Whether the function itself, or else all of them, are traced."""
        return self.settings.is_traced(by_default=self.observability.tracing)


class Function(Construct):
    """A function, created after its log group and its role's policy, and destroyed before them.

    The role may write to that log group and nothing else, until a resource grants it more.
    """

    def __init__(self, scope: Construct, id_: str, props: FunctionProps) -> None:
        """See `FunctionProps`."""
        super().__init__(scope, id_)
        self.settings, self.dead_letters = props.settings, props.dead_letters
        names = names_of(self)
        self.name = names(id_, Kind.FUNCTION)
        self.arn = names.arn("lambda", f"function:{self.name}")
        self.logs = log_group = LogGroup(
            self,
            "logs",
            name=f"/aws/lambda/{self.name}",
            key=props.key,
            retention_days=props.observability.log_retention_days,
        )
        role = IamRole(
            self,
            "role",
            name=names(id_, Kind.ROLE),
            assume_role_policy=assume_role_document("lambda.amazonaws.com"),
            permissions_boundary=props.permissions_boundary,
        )
        self._statements = {s.sid: s for s in _own_statements(log_group, props.is_traced)}
        self.policy = IamRolePolicy(self, "policy", role=role.id, name="grants", policy=self._document())
        if props.dead_letters:
            props.dead_letters.grant_send(self)
        self.resource = self._function(props, role, log_group)
        # Lambda's default, made explicit: a function that invokes itself is stopped after about 16 times.
        self._recursion = LambdaFunctionRecursionConfig(
            self, "recursion", function_name=self.resource.function_name, recursive_loop="Terminate"
        )
        if props.dead_letters:
            LambdaFunctionEventInvokeConfig(
                self,
                "asynchronous",
                function_name=self.resource.function_name,
                maximum_event_age_in_seconds=_ASYNCHRONOUS_AGE_SECONDS,
                maximum_retry_attempts=_ASYNCHRONOUS_RETRIES,
            )

    def allow(self, statement: Statement) -> None:
        """Adds the statement to the role's policy; one with the same sid is merged into it."""
        known = self._statements.get(statement.sid)
        self._statements[statement.sid] = known.merged(statement) if known else statement
        self.policy.policy = self._document()

    def allow_self_invocation(self) -> None:
        """Lets it invoke itself, for work that takes longer than one invocation. Its code must make sure that it ends.

        Lambda counts direct invocations, too, and would stop it after about 16 (Lambda developer guide, "Use Lambda
        recursive loop detection to prevent infinite loops").
        """
        self.allow(Statement(sid="InvokeItself", actions=("lambda:InvokeFunction",), resources=(self.arn,)))
        self._recursion.recursive_loop = "Allow"

    def _document(self) -> str:
        return policy_document([self._statements[sid] for sid in sorted(self._statements)])

    def _function(self, props: FunctionProps, role: IamRole, log_group: LogGroup) -> LambdaFunction:
        package = TerraformAsset(self, "package", path=props.code.path)
        return LambdaFunction(
            self,
            "Default",
            function_name=self.name,
            role=role.arn,
            runtime=_RUNTIME,
            architectures=[props.architecture],
            handler=props.code.handler,
            filename=package.path,
            source_code_hash=props.code.sha256_base64,
            memory_size=props.settings.memory_mb,
            timeout=props.settings.timeout_seconds,
            reserved_concurrent_executions=props.settings.reserved_concurrency,
            kms_key_arn=props.key.arn,
            environment=LambdaFunctionEnvironment(variables=dict(props.variables)),
            tracing_config=LambdaFunctionTracingConfig(mode="Active" if props.is_traced else "PassThrough"),
            logging_config=LambdaFunctionLoggingConfig(
                log_format="JSON",
                application_log_level=props.observability.log_level,
                # At WARN Lambda logs only what fails, or takes too long, of itself (Lambda developer guide, "Log-level
                # filtering", "System log level event mapping").
                system_log_level="INFO" if props.observability.platform_logs else "WARN",
                log_group=log_group.name,
            ),
            dead_letter_config=(
                LambdaFunctionDeadLetterConfig(target_arn=props.dead_letters.resource.arn)
                if props.dead_letters
                else None
            ),
            depends_on=[log_group.resource, self.policy],
        )


def _own_statements(log_group: LogGroup, tracing: bool) -> list[Statement]:
    logs = Statement(
        sid="WriteLogs",
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        resources=(f"{log_group.arn}:*",),
    )
    traces = Statement(
        sid="SendTraces",
        actions=("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
        resources=("*",),  # AWS defines no resource level for these (Service Authorization Reference, X-Ray)
    )
    return [logs, traces] if tracing else [logs]
