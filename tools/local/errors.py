"""What can go wrong, said to people."""


class LocalError(Exception):
    """Something that a person can put right; the text says how."""
