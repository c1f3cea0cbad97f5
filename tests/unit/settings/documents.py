"""Settings files for tests: a valid one, with some lines changed."""

from pathlib import Path

_TOP = {
    "production": "production = false",
    "account_id": 'account_id = "111111111111"',
    "regions": 'regions = ["us-east-1"]',
    "owner": 'owner = "team"',
    "cost_centre": 'cost_centre = "engineering"',
    "repository": 'repository = "https://github.com/example/tapstack"',
}
_STATE = '[state]\nregion = "us-east-1"'


def document(snippet: str = "") -> str:
    """Return a valid file changed by a snippet.

    Lines above the snippet's first table take the place of the line with the same key, or come as line 7;
    `# key` leaves a key out. The snippet's tables begin at line 7 if nothing came there.
    """
    lines = snippet.splitlines()
    first_table = next((index for index, line in enumerate(lines) if line.startswith("[")), len(lines))
    top = dict(_TOP)
    for line in lines[:first_table]:
        top[line.removeprefix("# ").split(" ")[0]] = line
    tables = lines[first_table:]
    state = [] if any(line.startswith(("[state", "[[state")) for line in tables) else [_STATE]
    return "\n".join([*top.values(), *tables, *state]) + "\n"


def write_environment(folder: Path, name: str, text: str) -> Path:
    """Write `environments/<name>.toml` below a folder."""
    path = folder / "environments" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
