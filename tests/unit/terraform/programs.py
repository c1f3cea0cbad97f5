"""Programs in the place of Terraform."""

import os
import sys
from pathlib import Path

from tools.terraform import Terraform


def terraform_saying(folder: Path, program: str, name: str = "terraform", **environ: str) -> Terraform:
    """Terraform in `folder`, whose program is this Python text, and whose log is there, too."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport json, os, pathlib, sys\n{program}")
    path.chmod(0o755)
    return Terraform(folder, {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **environ}, folder / "log")
