"""Writes the generated parts of the documentation, from the code that they describe.

`python -m tools.docs` rewrites them between their markers; `--check` changes nothing, names the stale pages, and exits
with 1 if there is one.
"""

import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stacks import speed

speed.install()

# After install(), which makes these imports fast.
from main import synthesize  # noqa: E402
from modules.query_catalogue import QUERIES  # noqa: E402
from stacks.outputs import DeliveryOutputs, EdgeOutputs, Outputs, StateOutputs, TapOutputs  # noqa: E402
from stacks.packaging import PackagingError  # noqa: E402
from stacks.settings import SettingsError, select_environments  # noqa: E402
from stacks.settings.markdown_table import settings_table  # noqa: E402
from tools import failure_modes  # noqa: E402
from tools.cost import pages as cost  # noqa: E402
from tools.plan_review.configuration import read_configuration  # noqa: E402
from tools.plan_review.table import rules_table, verdicts_table  # noqa: E402

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "docs/architecture.md",
    "docs/cost.md",
    "docs/plan-review.md",
    "docs/runbook.md",
    "docs/settings.md",
)

_PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n)(.*?)(<!-- end of generated part -->\n)", re.DOTALL)
_EXAMPLE, _OTHER, _REGION = "dev", "prod", "us-east-1"


def main(arguments: Sequence[str]) -> int:
    """Rewrite the pages, or check them; returns the exit status: 1 stale, 2 called or set up in a wrong way."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: python -m tools.docs [--check]", file=sys.stderr)
        return 2
    try:
        stacks = example_stacks()
    except (SettingsError, PackagingError) as error:
        print(error, file=sys.stderr)
        return 2
    pages = [ROOT / page for page in PAGES]
    try:
        stale = {path: text for path in pages if (text := rewritten(path, stacks)) != _read(path)}
    except failure_modes.OrphanError as error:
        print(error, file=sys.stderr)
        return 2
    for path, text in stale.items():
        if arguments:
            print(f"{path.relative_to(ROOT)} is stale: run python -m tools.docs", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} rewritten")
    return 1 if arguments and stale else 0


def rewritten(path: Path, stacks: cost.Stacks) -> str:
    """The page with every generated part as it should be; raises KeyError for a part that nothing generates.

    A generator gets what the part was before.
    """
    generators: Mapping[str, Callable[[str], str]] = {
        "settings": lambda _: settings_table(),
        "failure-modes": failure_modes.sections,
        "alarms": lambda _: failure_modes.overview(),
        "outputs": lambda _: outputs(),
        "queries": lambda _: queries(),
        "plan-rules": lambda _: rules_table(read_configuration(ROOT / "plan-review.toml")),
        "plan-verdicts": lambda _: verdicts_table(read_configuration(ROOT / "plan-review.toml")),
        "roles": lambda _: roles(stacks[_EXAMPLE]),
        "costs": lambda _: cost.overview(stacks),
        "stream-modes": lambda _: cost.stream_modes(stacks),
        "ledger-modes": lambda _: cost.ledger_modes(),
        "compaction": lambda _: cost.compaction(stacks),
        "query-costs": lambda _: cost.queries(stacks),
    }
    return _PART.sub(lambda part: f"{part[1]}\n{generators[part[2]](part[3])}\n{part[4]}", _read(path))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def outputs() -> str:
    """A table of outputs for each kind of stack."""
    return "\n".join(map(_output_table, (TapOutputs, StateOutputs, EdgeOutputs, DeliveryOutputs)))


def queries() -> str:
    """A table of the saved queries."""
    rows = [f"| `{query.id}` | {query.shows} |" for query in QUERIES]
    return "\n".join(["| query | what it shows |", "| --- | --- |", *rows, ""])


def _output_table(outputs: type[Outputs]) -> str:
    rows = [f"| `{name}` | {description} |" for name, description in outputs.descriptions().items()]
    title = (outputs.__doc__ or "").removesuffix(".")
    return "\n".join([f"{title}:", "", "| output | what it is |", "| --- | --- |", *rows, ""])


def roles(stack: Mapping[str, Any]) -> str:
    """A table of every statement of every function's role in a synthesized pipeline stack."""
    policies: Mapping[str, Any] = stack["resource"]["aws_iam_role_policy"]
    rows = [
        (id_.partition("_")[0], one["Sid"], _cell(one["Action"]), _cell(one["Resource"]), _conditions(one))
        for id_, policy in sorted(policies.items())
        for one in json.loads(policy["policy"])["Statement"]
    ]
    head = "| function | statement | actions | on | only if |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(values: str | list[str]) -> str:
    return "<br>".join(f"`{_short(value)}`" for value in ([values] if isinstance(values, str) else values))


def _conditions(statement: Mapping[str, Any]) -> str:
    pairs = [pair for keys in statement.get("Condition", {}).values() for pair in keys.items()]
    return "<br>".join(
        f"`{key}` is {' or '.join(f'`{_short(value)}`' for value in ([values] if isinstance(values, str) else values))}"
        for key, values in pairs
    )


def _short(text: str) -> str:
    """An ARN without its beginning, a name without suffix, region and account, a reference without its braces."""
    for pattern, kept in (
        (r"\$\{aws_([a-z]+)_[a-z]+\.([a-z]+)\.arn\}", r"\1 \2"),
        (r"^arn:aws:[a-z0-9]+:[^:]*:[^:]*:", ""),
        (rf"-{_EXAMPLE}-{_REGION}(-\d{{12}})?", ""),
        (rf"\.{_REGION}\.", ".<region>."),
        (r"^\d{12}$", "<account>"),
    ):
        text = re.sub(pattern, kept, text)
    return text


def example_stacks() -> cost.Stacks:
    """The synthesized pipelines that the tables are made from: some of the tests', because users change theirs."""
    names = (_EXAMPLE, _OTHER)
    environments = select_environments(ROOT / "tests/environments", {"TAP_ENVIRONMENT": ",".join(names)})
    with tempfile.TemporaryDirectory() as outdir:
        synthesize(environments, Path(outdir), root=ROOT)
        folders = {name: Path(outdir, "stacks", f"tap-{name}-{_REGION}") for name in names}
        return {name: json.loads(_read(folder / "cdk.tf.json")) for name, folder in folders.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
