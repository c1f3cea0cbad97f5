"""Tables for people: on a terminal, as plain text, or as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from tools.progress import console_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table; all columns but the first, and those that are `texts`, hold numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: frozenset[int] = frozenset()

    def _is_number(self, column: int) -> bool:
        return column > 0 and column not in self.texts

    def draw(self, console: Console) -> None:
        """Draw it: with lines and colours on a terminal, without elsewhere."""
        drawn = RichTable(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
        for number, name in enumerate(self.head):
            drawn.add_column(Text(name), justify="right" if self._is_number(number) else "left")
        for row in self.rows:
            drawn.add_row(*map(Text, row))
        console.print(Text(self.title, style="bold"))
        console.print(drawn)

    def markdown(self) -> str:
        """The rows and their head, as GitHub shows them."""
        line = ["---:" if self._is_number(number) else "---" for number in range(len(self.head))]
        return "".join(f"| {' | '.join(row)} |\n" for row in (self.head, line, *self.rows))


def draw(parts: Sequence[Table | str], stream: TextIO) -> None:
    """Write texts and tables to a stream, with a blank line between them."""
    console = console_of(stream)
    for part in parts:
        if isinstance(part, Table):
            part.draw(console)
        else:
            console.print(Text(part))
        console.print()


def as_markdown(parts: Sequence[Table | str]) -> str:
    """Texts and tables as Markdown."""
    return "\n".join(
        f"**{part.title}**\n\n{part.markdown()}" if isinstance(part, Table) else f"{part}\n" for part in parts
    )


def usd(amount: float) -> str:
    """An amount of US dollars, to the cent."""
    return f"{amount:,.2f}"


def rounded(number: float) -> str:
    """A number as a person would say it: three digits at least, and no more than it needs."""
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
