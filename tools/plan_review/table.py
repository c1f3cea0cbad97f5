"""The verdicts as tables, for the documentation."""

from collections.abc import Iterator, Mapping

from tools.plan_review.configuration import Configuration
from tools.plan_review.differences import Verdicts
from tools.plan_review.markdown import code, table
from tools.plan_review.rule import Category, Rule
from tools.plan_review.verdicts import EVERYWHERE, rules_for, verdicts_for
from tools.plan_review.verdicts.rows import RESOURCE, entries


def rules_table(configuration: Configuration) -> str:
    """A section with a table of the rules for each category."""
    lines = []
    for category in Category:
        rows = [_rule(rule) for rule in rules_for(configuration) if rule.category is category]
        lines += [f"### {category.title}", "", f"Label: {code(category.label)}", ""]
        lines += [*table(["rule", "what it says"], rows), ""]
    return "\n".join(lines)


def _rule(rule: Rule) -> list[str]:
    return [code(rule.id), rule.message if rule.label else f"{rule.message} Needs no label."]


def verdicts_table(configuration: Configuration) -> str:
    """A table of all types: their attributes, and which change of them is what rule's."""
    found = {"(every type)": entries(EVERYWHERE), **verdicts_for(configuration)}
    rows = [row for type_, verdicts in found.items() for row in _type(type_, verdicts)]
    return "\n".join(table(["type", "attributes", "verdict"], rows))


def _type(type_: str, verdicts: Mapping[str, Verdicts]) -> Iterator[list[str]]:
    """A row for each verdict, with all attributes that share it."""
    shared: dict[Verdicts, list[str]] = {}
    for path, found in verdicts.items():
        shared.setdefault(found, []).append(path)
    for found, paths in shared.items():
        names = ", ".join("the resource" if path == RESOURCE else code(path) for path in paths)
        said: dict[str, list[str]] = {}
        for when, rule in found:
            said.setdefault(rule.id, []).append(when.words)
        lines = [f"{' or '.join(words)}: {code(rule)}" for rule, words in said.items()]
        yield [code(type_) if type_.isidentifier() else type_, names, "<br>".join(lines) or "free"]
