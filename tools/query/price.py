"""What Athena asks for a query."""

_DOLLARS_PER_TB = 5.0  # us-east-1, SQL queries by data scanned (https://aws.amazon.com/athena/pricing/)
_LEAST_MB = 10  # per query, and whole megabytes (same page)


def dollars(read_bytes: int) -> float:
    """The price of a query that read so many bytes, in US dollars."""
    megabytes = max(_LEAST_MB, -(-read_bytes // 10**6))
    return megabytes / 10**6 * _DOLLARS_PER_TB


def money(amount: float) -> str:
    """With as many digits as say something."""
    return f"{amount:.2f}" if amount >= 1 else f"{amount:.2g}" if amount >= 0.001 else f"{amount:.5f}"


def size(bytes_: int) -> str:
    """Bytes for people, in powers of 1,000 as Athena's price has them."""
    amount = float(bytes_)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
