"""What a group of benchmarks found, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.benchmarks.measure import Result


@dataclass(frozen=True, slots=True)
class Target:
    """A value with the most that it may be, if that is said; `unit` is x for a ratio, MB or s."""

    name: str
    value: float
    limit: float | None
    unit: str = "x"

    def row(self) -> list[str]:
        """A line of the table."""
        if self.limit is None:
            return [self.name, f"{self.value:.2f} {self.unit}", "", ""]
        verdict = "met" if self.value <= self.limit else "NOT MET"
        return [self.name, f"{self.value:.2f} {self.unit}", f"<= {self.limit:g} {self.unit}", verdict]


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a group."""

    measured: dict[str, Result] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)  # what, and why

    def text(self, group: str) -> str:
        """The report as tables."""
        times = [[name, f"{result.seconds:.2f}", f"{result.megabytes:.0f}"] for name, result in self.measured.items()]
        lines = _table([f"{group}: medians", "seconds", "peak MB"], times)
        lines += ["", *_table(["ratio", "value", "target", ""], [target.row() for target in self.targets])]
        lines += ["", *(f"skipped: {name}: {reason}" for name, reason in self.skipped.items())]
        return "\n".join(lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in [head, rule, *rows]]
