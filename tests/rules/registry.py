"""What a rule is: it looks at synthesized stacks and yields a verdict on each of its subjects."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stacks.settings import Environment, Settings
from tests.rules.mutations import Mutation
from tests.synthesized import Stack


@dataclass(frozen=True, slots=True)
class Case:
    """A stack and the environment that it was made for."""

    stack: Stack
    environment: Environment

    @property
    def settings(self) -> Settings:
        """The settings that the stack was made from."""
        return self.environment.settings

    @property
    def region(self) -> str:
        """Where the stack's provider works."""
        region: str = self.stack.json["provider"]["aws"][0]["region"]
        return region

    def mutated(self, mutation: Mutation) -> "Case":
        """A copy that the mutation was let loose on."""
        copy = json.loads(json.dumps(self.stack.json))  # several times as fast as copy.deepcopy
        mutation.apply(copy)
        return replace(self, stack=replace(self.stack, json=copy))


def cases_of(environments: Iterable[Environment], stacks: Mapping[str, Stack]) -> list[Case]:
    """Every stack of the environments."""
    return [Case(stacks[one.name], environment) for environment in environments for one in environment.stacks]


@dataclass(frozen=True, slots=True)
class Check:
    """A verdict on one subject: when it does not hold, `wrong` says what is wrong with it."""

    address: str
    holds: bool
    wrong: str


Checks = Iterator[Check]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by the ids of the controls it stands for, and what must break it."""

    name: str
    controls: str
    title: str
    look: Callable[[Sequence[Case]], Iterable[tuple[str, Check]]]
    broken_by: tuple[Mutation, ...]
    over_all: bool

    def violations(self, cases: Sequence[Case]) -> list[str]:
        """A line for each subject that breaks the rule."""
        return [f"{stack} {check.address}: {check.wrong}" for stack, check in self.look(cases) if not check.holds]

    def subjects(self, cases: Sequence[Case]) -> int:
        """How many subjects the rule finds."""
        return sum(1 for _ in self.look(cases))


RULES: list[Rule] = []


def rule(
    controls: str, *, broken_by: Sequence[Mutation]
) -> Callable[[Callable[[Case], Checks]], Callable[[Case], Checks]]:
    """Registers a rule that looks at each stack by itself; its docstring is its title."""

    def register(function: Callable[[Case], Checks]) -> Callable[[Case], Checks]:
        def look(cases: Sequence[Case]) -> Iterator[tuple[str, Check]]:
            for case in cases:
                yield from ((case.stack.name, check) for check in function(case))

        title = function.__doc__ or ""
        RULES.append(Rule(function.__name__, controls, title, look, tuple(broken_by), over_all=False))
        return function

    return register


def rule_over_all(
    controls: str, *, broken_by: Sequence[Mutation]
) -> Callable[[Callable[[Sequence[Case]], Checks]], Callable[[Sequence[Case]], Checks]]:
    """Registers a rule that compares all stacks with each other; its docstring is its title."""

    def register(function: Callable[[Sequence[Case]], Checks]) -> Callable[[Sequence[Case]], Checks]:
        def look(cases: Sequence[Case]) -> Iterator[tuple[str, Check]]:
            yield from (("all stacks", check) for check in function(cases))

        title = function.__doc__ or ""
        RULES.append(Rule(function.__name__, controls, title, look, tuple(broken_by), over_all=True))
        return function

    return register
