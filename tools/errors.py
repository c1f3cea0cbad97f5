"""What can go wrong, in words for people."""


class ToolError(Exception):
    """Something that a person can put right; the text says how. Command lines print it and exit with 1."""
