"""`make providers-lock`, and what holds the lock files of the repository to it."""

import shutil
from pathlib import Path

import pytest

from stacks.provider_lock import LOCK_FILE, PROVIDERS, locked_version
from tests.unit.terraform.programs import terraform_saying
from tools.providers_lock import PLATFORMS, main, problems

_NOW = locked_version(PROVIDERS / "terraform" / LOCK_FILE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of `providers/`."""
    return shutil.copytree(PROVIDERS, tmp_path / "providers")


def test_the_lock_files_hold_both_programs_to_the_same_provider_on_every_platform() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("terraform/.terraform.lock.hcl", 'version     = "6.', 'version     = "5.', "is for 5."),
        ("terraform/.terraform.lock.hcl", 'constraints = "', 'constraints = "~> ', "is for 6."),
        (
            "opentofu/.terraform.lock.hcl",
            '    "h1:',
            '    "h2:',
            "needs an h1 hash for each of linux_amd64, linux_arm64",
        ),
        ("opentofu/.terraform.lock.hcl", '    "h1:', '    "h2:', "has lines that are no hashes"),
        ("terraform/.terraform.lock.hcl", '    "zh:', '    "h1:', "needs the zh hashes of its registry"),
        (
            "opentofu/.terraform.lock.hcl",
            "registry.opentofu.org",
            "registry.terraform.io",
            "must have one entry, of reg",
        ),
        ("terraform/.terraform.lock.hcl", "provider ", "module ", "must have one entry, of registry.terraform.io"),
        ("opentofu/versions.tf", 'version = "6.', 'version = "7.', "versions.tf differ: terraform has 6."),
    ],
)
def test_what_is_wrong_with_a_lock_file_is_told(home: Path, file: str, old: str, new: str, told: str) -> None:
    text = (home / file).read_text()
    assert old in text
    (home / file).write_text(text.replace(old, new))
    assert [line for line in problems(home) if told in line]


def test_a_version_that_reads_secrets_or_unblocks_keys_is_refused(home: Path) -> None:
    for path in home.rglob("*.*"):
        path.write_text(path.read_text().replace(f'"{_NOW}"', '"6.39.0"'))
    assert all("has 6.39.0; allowed: 6.40.0 or later" in line for line in problems(home))
    assert len(problems(home)) == 2


def test_a_lock_file_that_is_missing_is_told(home: Path) -> None:
    (home / "opentofu" / LOCK_FILE).unlink()
    (line,) = problems(home)
    assert line.endswith(f"opentofu/{LOCK_FILE}: is missing: write it with `make providers-lock`, and Terraform")


_CALLED = "print(pathlib.Path.cwd().name, *sys.argv[1:], file=open('../calls', 'a'))\n"


def _terraform(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str = "", name: str = "terraform") -> None:
    monkeypatch.setenv("PATH", terraform_saying(folder, f"{_CALLED}{text}", name).environ["PATH"])
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", name)


@pytest.mark.parametrize(("name", "written"), [("terraform", ["terraform", "opentofu"]), ("tofu", ["opentofu"])])
def test_the_lock_files_are_written_for_every_platform_and_checked(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    written: list[str],
) -> None:
    _terraform(monkeypatch, tmp_path, name=name)
    assert main([], home) == 0
    platforms = " ".join(f"-platform={platform}" for platform in PLATFORMS)
    calls = [f"{folder} providers lock -no-color {platforms}" for folder in written]
    assert (home / "calls").read_text().splitlines() == calls
    assert capsys.readouterr().out.startswith("Locked to version 6.")


def test_another_version_is_wanted_in_both_and_what_was_not_written_is_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = "lock = pathlib.Path('.terraform.lock.hcl')"
    move = f"{lock}; lock.write_text(lock.read_text().replace('{_NOW}', '6.99.0'))"
    _terraform(monkeypatch, tmp_path, move, "tofu")
    assert main(["6.99.0"], home) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(
        f"terraform/.terraform.lock.hcl: is for {_NOW}, versions.tf wants 6.99.0: write it with `make "
        "providers-lock`, and Terraform"
    )
    _terraform(monkeypatch, tmp_path, move)
    assert main(["6.99.0"], home) == 0
    assert capsys.readouterr().out.startswith("Locked to version 6.99.0 on linux_amd64, linux_arm64, darwin_amd64, ")


def test_where_the_registry_cannot_be_reached_it_is_told_what_to_do(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _terraform(monkeypatch, tmp_path, "print('no such host', file=sys.stderr); sys.exit(1)")
    assert main([], home) == 1
    told = capsys.readouterr().err
    assert "no such host" in told
    assert "come from registry.terraform.io itself, whatever mirrors there are. Run `make providers-lock` where" in told


@pytest.mark.parametrize("version", ["latest", "~> 6.50", "6.50"])
def test_a_version_that_is_not_exact_is_refused(home: Path, version: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([version], home) == 1
    assert capsys.readouterr().err.startswith(f"VERSION: got '{version}'; allowed: an exact version")
