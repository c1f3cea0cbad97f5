"""`make workflows`: actionlint and zizmor over the workflows of GitHub Actions."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
_BIN = ROOT / ".tools/bin"
_SKIPPED = f"""actionlint: skipped, because it is not installed and can't be built here.
No package index has it with hashes; with Go: go install {ACTIONLINT}"""


def main() -> int:
    """Check; returns the exit status: 1 with findings, 2 when zizmor can't be installed."""
    program = actionlint()
    if program is None:
        print(_SKIPPED)
    found = [program] if program else []
    failed = [one for one in found if subprocess.run([one], cwd=ROOT, check=False).returncode]
    if subprocess.run([ROOT / "tools/setup/ensure", "zizmor"], check=False).returncode:
        return 2  # it has said why
    # Offline: what it would ask GitHub, such as whether a commit belongs to an action, was checked by hand.
    zizmor = [str(ROOT / ".tools/zizmor/bin/zizmor"), "--offline", "--quiet", "--no-progress", ".github"]
    return 1 if subprocess.run(zizmor, cwd=ROOT, check=False).returncode or failed else 0


def actionlint() -> str | None:
    """The program: the machine's, else one that Go builds, whose sources Go's checksum database vouches for."""
    known = shutil.which("actionlint") or shutil.which("actionlint", path=str(_BIN))
    if known or not shutil.which("go"):
        return known
    print("Building actionlint (once) ...", file=sys.stderr)
    environ = {**os.environ, "GOBIN": str(_BIN), "GOFLAGS": "-mod=mod"}
    subprocess.run(["go", "install", ACTIONLINT], env=environ, check=False, capture_output=True)
    return shutil.which("actionlint", path=str(_BIN))


if __name__ == "__main__":
    sys.exit(main())
