"""Reading settings: from a file, or from its content."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from modules.section import fits
from stacks.settings.check import Finding, check
from stacks.settings.identity import Suffix
from stacks.settings.model import Settings
from stacks.settings.problems import Problem, SettingsError
from stacks.settings.toml_lines import Lines, find_lines, line_of
from stacks.settings.wording import allowed_text, key_text, shown

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load_settings(path: Path) -> Settings:
    """Return the settings of an environment's file, or raise `SettingsError` with everything that is wrong in it."""
    source = os.path.relpath(path)
    problems = [] if fits(Suffix, path.stem) else [_bad_name(source, path.stem)]
    try:
        text = _read(path, source)
        data = _parse(text, source)
        settings = _checked(data, source, environment=path.stem, lines=find_lines(text, data))
    except SettingsError as error:
        raise SettingsError([*problems, *error.problems]) from None
    if problems:
        raise SettingsError(problems)
    return settings


def parse_settings(data: Mapping[str, object], *, environment: str = "") -> Settings:
    """Return the settings that a file with this content would give, or raise `SettingsError`."""
    return _checked(data, "settings", environment=environment, lines={})


def _checked(data: Mapping[str, object], source: str, *, environment: str, lines: Lines) -> Settings:
    settings, findings = check(data, environment)
    if settings is None:
        problems = [_problem(finding, source, lines) for finding in findings]
        raise SettingsError(sorted(problems, key=lambda problem: problem.line or 0))
    return settings


def _problem(finding: Finding, source: str, lines: Lines) -> Problem:
    """A default has no line: then the line of the setting that it conflicts with is reported, or else its table's."""
    related = (line_of(location, lines) for location in finding.related if finding.location not in lines)
    line = next((line for line in related if line is not None), line_of(finding.location, lines))
    return Problem(source=source, line=line, key=key_text(finding.location), message=finding.message)


def _bad_name(source: str, name: str) -> Problem:
    message = f"the file's name is the environment's: got {shown(name)}; allowed: {allowed_text(Suffix)}"
    return Problem(source=source, message=message)


def _read(path: Path, source: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # Windows editors begin a file with a byte order mark
    except FileNotFoundError:
        message = "no such file; allowed: one TOML file for each environment"
    except UnicodeDecodeError:
        message = "not UTF-8 text; save it as UTF-8"
    except OSError as error:
        message = f"can't be read: {error.strerror}"
    raise SettingsError([Problem(source=source, message=message)])


def _parse(text: str, source: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        message, line = "lists in lists, too deep to read", None
    except ValueError as error:
        place = _TOML_PLACE.search(str(error))
        message = str(error)[: place.start()] if place else str(error)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1 if place else None
    advice = "; texts need quotes, true and false are lower case" if message == "Invalid value" else ""
    raise SettingsError([Problem(source=source, line=line, message=f"not valid TOML: {message}{advice}")])
