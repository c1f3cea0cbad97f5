"""The event that benchmarks of the functions work on."""

from __future__ import annotations

from typing import Any


def make_event(number: int) -> dict[str, Any]:
    """A CloudEvent of an ordinary size, unlike those of other numbers."""
    return {
        "specversion": "1.0",
        "id": f"{number:08}-2222-4333-8444-555555555555",
        "source": "/shop/orders",
        "type": "com.example.order.created",
        "subject": f"customer-{number * 7919 % 1000}",
        "time": "2026-01-31T10:00:00.000Z",
        "data": {"order": number, "total": number * 1.25, "items": [{"sku": f"A{number % 97}", "count": number % 5}]},
    }
