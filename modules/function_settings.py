"""Settings of a function."""

from typing import Literal

from pydantic import Field

from modules.section import Section

Architecture = Literal["arm64", "x86_64"]


class FunctionSettings(Section):
    """What every function has."""

    memory_mb: int = Field(512, ge=128, le=10240, description="Memory, and CPU with it (Lambda: Lambda quotas)")
    timeout_seconds: int = Field(60, ge=1, le=900, description="Time for one invocation (Lambda: Lambda quotas)")
    reserved_concurrency: int | None = Field(
        None,
        ge=1,
        description="Concurrent executions reserved for this function; unset, as small accounts can't reserve any",
    )
    tracing: bool | None = Field(
        None,
        description="X-Ray traces of this function; unset: as `observability.tracing` says. Lambda traces the first "
        "request of each second and 5 % of the others, and nothing changes that (Lambda: Visualize Lambda function "
        "invocations using X-Ray): 0.25 USD per million requests where there are many. The trace id of a request is "
        "archived with its events either way",
    )

    def is_traced(self, *, by_default: bool) -> bool:
        """Whether the function is traced; `by_default`: those that don't say."""
        return by_default if self.tracing is None else self.tracing
