"""What can go wrong, said to people."""

from tools.errors import ToolError


class LocalError(ToolError):
    """Something about the environment `local`."""
