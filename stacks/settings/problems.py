"""What is wrong with a settings file or a variable, as a line for people."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong: the file or variable, the line if it is known, the key, and what to do about it."""

    source: str
    message: str
    key: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """Return `environments/dev.toml:12: api.throttle_burst: got 0; allowed: 1 to 5000`."""
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return ": ".join(part for part in (place, self.key, self.message) if part)


class SettingsError(Exception):
    """Settings that can't be used; `problems` holds everything that is wrong, and `str` gives one line for each."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems in the order in which they were found."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        """Return one line per problem."""
        return "\n".join(str(problem) for problem in self.problems)
