"""Which lock file a stack gets."""

from pathlib import Path

import pytest

from stacks.provider_lock import PROVIDERS, lock_file, lock_stacks, locked_version, program


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (None, "terraform"),
        ("", "terraform"),
        ("terraform", "terraform"),
        ("/opt/tofu-tools/terraform", "terraform"),
        ("tofu", "opentofu"),
        ("/usr/local/bin/tofu", "opentofu"),
        ("OpenTofu-1.12", "opentofu"),
    ],
)
def test_a_program_is_known_by_its_name(name: str | None, wanted: str) -> None:
    environ = {} if name is None else {"TERRAFORM_BINARY_NAME": name}
    assert program(environ) == wanted
    assert lock_file(environ) == PROVIDERS / wanted / ".terraform.lock.hcl"


def test_both_programs_are_held_to_the_same_version() -> None:
    assert len({locked_version(lock_file({"TERRAFORM_BINARY_NAME": name})) for name in ("terraform", "tofu")}) == 1


def test_a_stack_gets_the_lock_file_of_the_program_that_will_be_run(tmp_path: Path) -> None:
    (tmp_path / "stacks" / "tap-dev-state").mkdir(parents=True)
    for name, registry in (("terraform", "registry.terraform.io"), ("tofu", "registry.opentofu.org")):
        (written,) = lock_stacks(tmp_path, ["tap-dev-state"], {"TERRAFORM_BINARY_NAME": name})
        assert written == tmp_path / "stacks" / "tap-dev-state" / ".terraform.lock.hcl"
        assert f'provider "{registry}/hashicorp/aws"' in written.read_text()
