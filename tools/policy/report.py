"""What the policy checks say at their end."""

from collections.abc import Collection, Sequence

from tools.policy.findings import Finding

_ADVICE = (
    "Repair each in modules/ or stacks/. Where a check does not fit, waive it in policy/waivers.toml: exact check,\n"
    "kind or stack, exact resources, the reason, an owner and an expiry date. What each check wants:\n"
    "https://www.checkov.io/5.Policy%20Index/terraform.html"
)


def report(*, passed: int, waived: Collection[Finding], findings: Collection[Finding], problems: Sequence[str]) -> str:
    """A line of numbers, a table of what is wrong with stacks, and a list of what is wrong with waivers."""
    lines = [f"{passed} checks passed, {len(waived)} findings waived, {len(findings)} open."]
    if findings:
        rows = [("check", "stack", "resource", "title"), *sorted(findings)]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            lines.append("  ".join([*cells, row[3]]))
        lines += ["", _ADVICE]
    return "\n".join([*lines, *problems])
