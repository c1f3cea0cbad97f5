"""Patterns with `*`, as IAM writes them."""

from functools import cache

# Stands for any text without a separator, as the name of a bucket is.
SEGMENT = "\0"
_SEPARATORS = "/:"


def overlap(first: str, second: str) -> bool:
    """Whether some text matches both patterns."""

    @cache
    def meet(i: int, j: int) -> bool:
        if i == len(first) or j == len(second):
            return not (first[i:] + second[j:]).strip("*" + SEGMENT)
        a, b = first[i], second[j]
        if a in "*" + SEGMENT and meet(i + 1, j):
            return True
        if b in "*" + SEGMENT and meet(i, j + 1):
            return True
        if a in "*" + SEGMENT:
            return b not in "*" + SEGMENT and (a == "*" or b not in _SEPARATORS) and meet(i, j + 1)
        if b in "*" + SEGMENT:
            return (b == "*" or a not in _SEPARATORS) and meet(i + 1, j)
        return a == b and meet(i + 1, j + 1)

    return meet(0, 0)
