"""The rules as a table, for the documentation."""

from tools.plan_review.configuration import Configuration
from tools.plan_review.markdown import code, table
from tools.plan_review.rule import Category, Rule
from tools.plan_review.rules import rules_for


def rules_table(configuration: Configuration) -> str:
    """A section with a table for each category."""
    lines = []
    for category in Category:
        rows = [_row(rule) for rule in rules_for(configuration) if rule.category is category]
        lines += [f"### {category.title}", "", f"Label: {code(category.label)}", ""]
        lines += [*table(["rule", "what it says", "looks at"], rows), ""]
    return "\n".join(lines)


def _row(rule: Rule) -> list[str]:
    message = rule.message if rule.label else f"{rule.message} Needs no label."
    return [code(rule.id), message, "<br>".join(_place(type_, names) for type_, names in rule.on.items())]


def _place(type_: str, names: tuple[str, ...]) -> str:
    what = "any resource" if type_ == "*" else code(type_.removeprefix("aws_"))
    attributes = ", ".join(code(name) for name in names if name)
    return f"{what}: {attributes}" if attributes else what
