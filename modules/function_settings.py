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
