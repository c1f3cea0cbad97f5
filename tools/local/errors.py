"""Errors of `make local`, in words for people."""

from tools.errors import ToolError


class LocalError(ToolError):
    """Something is wrong with the environment `local`; the text says what to do."""
