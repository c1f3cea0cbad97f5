"""What Athena asks for a query."""

from tools.cost.prices import BASE, price_list
from tools.cost.services.query import charged_mb


def dollars(read_bytes: int) -> float:
    """The price of a query that read so many bytes, in US dollars, as in us-east-1."""
    prices = price_list(BASE)
    whole_mb = -(-read_bytes // 10**6)  # Athena charges whole megabytes (Amazon Athena pricing)
    return prices.prices["athena_mb"].usd(charged_mb(whole_mb, prices))


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
