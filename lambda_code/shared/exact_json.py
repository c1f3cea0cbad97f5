"""JSON read with numbers as exact decimals, and written so that equal values make equal bytes."""

import math

import msgspec
from msgspec import Raw

_LONGEST_PLAIN = 300  # characters; only longer text, or an exponent, can be out of a double's range


def _number(text: str) -> int | Raw:
    """A number with a point or an exponent: one form for each value, so that `1.50`, `15e-1` and `1.5` are the same.

    Raises ValueError for what is out of a double's range, which other readers don't accept either.
    """
    if text[-1] != "0" and "e" not in text and "E" not in text and len(text) < _LONGEST_PLAIN:
        return Raw(text.encode())
    if math.isinf(float(text)):
        raise ValueError("number out of range")
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return 0
    if len(exponent) > _LONGEST_PLAIN:
        return Raw(text.lower().encode())  # Python makes no int of 4,300 digits: such a number is compared as written
    power = int(exponent or 0) - len(fraction) + len(digits) - len(significant)
    sign = "-" if text[0] == "-" else ""
    if power >= 0:
        return int(sign + significant + "0" * power)
    return Raw((sign + _below_one(significant, power)).encode())


def _below_one(significant: str, power: int) -> str:
    """Digits times ten to a negative power, without an exponent as long as that is short."""
    if -power > _LONGEST_PLAIN:
        return f"{significant}e{power}"
    padded = significant.zfill(1 - power)
    return f"{padded[:power]}.{padded[power:]}"


decode = msgspec.json.Decoder(float_hook=_number).decode
"""Read JSON; raises ValueError or RecursionError."""
encode = msgspec.json.Encoder(order="deterministic").encode
"""Write what `decode` has read."""
