"""What is known to be valid in a file that may have other problems."""

from collections.abc import Mapping
from dataclasses import dataclass

from stacks.settings.fields import Leaf, Location, fields_at, leaves, section_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidValues:
    """Valid settings and tables by dotted key, defaults included, and which of them the file gives."""

    values: Mapping[str, object]
    given: frozenset[str]


def collect_valid_values(data: Mapping[str, object], refused: frozenset[Location]) -> ValidValues:
    """Keep every setting that is neither refused itself nor part of something refused, nor contains such a part.

    The model is strict, so a field's value is what the file says.
    """
    values: dict[str, object] = {}
    given: set[str] = set()
    for name, field in fields_at(()).items():
        if section_of(field) is not None and isinstance(data.get(name), dict):
            values[name] = data[name]
            given.add(name)
    for leaf in leaves():
        table = _table_of(leaf, data)
        if table is None or any(_overlap(leaf.location, location) for location in refused):
            continue
        name = leaf.location[-1]
        value = table.get(name, leaf.field.default)
        values[leaf.key] = tuple(value) if isinstance(value, list) else value
        if name in table:
            given.add(leaf.key)
    return ValidValues(values=values, given=frozenset(given))


def _table_of(leaf: Leaf, data: Mapping[str, object]) -> Mapping[str, object] | None:
    """Return the table that may hold a setting: empty where all is default, none where an optional table is absent."""
    if len(leaf.location) == 1:
        return data
    name = leaf.location[0]
    if name not in data:
        return None if fields_at(())[name].default is None else {}
    table = data[name]
    return table if isinstance(table, dict) else None


def _overlap(one: Location, other: Location) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
