"""What the Lambda packages are: the same bytes anywhere, and nothing in them that a function does not need."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from modules.function_settings import Architecture
from stacks import packaging
from stacks.packaging import Package, PackagingError, build_packages
from stacks.settings import FUNCTIONS

ROOT = Path(__file__).parents[2]
ELF_MACHINE = {"arm64": 183, "x86_64": 62}
"""`e_machine` of the ELF header: EM_AARCH64 and EM_X86_64."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Package]:
    return build_packages(ROOT, tmp_path_factory.mktemp("packages"), architecture="arm64")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what packages are made of, with the wheels already fetched."""
    build_packages(ROOT, tmp_path / "warm", architecture="arm64")
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "lambda_code", folder / "lambda_code")
    shutil.copytree(ROOT / ".cache" / "wheels", folder / ".cache" / "wheels")
    return folder


def names(package: Package) -> list[str]:
    with zipfile.ZipFile(package.path) as archive:
        return archive.namelist()


def build(project: Path, name: str = "out") -> dict[str, str]:
    built = build_packages(project, project.parent / name, architecture="arm64")
    return {function: package.sha256_base64 for function, package in built.items()}


def test_every_function_has_a_package_and_its_hash_is_that_of_the_file(packages: dict[str, Package]) -> None:
    assert set(packages) == set(FUNCTIONS) >= {"importer", "processor", "receiver"}
    for name, package in packages.items():
        data = package.path.read_bytes()
        assert package.name == name
        assert package.sha256_base64 == base64.b64encode(hashlib.sha256(data).digest()).decode()
        assert package.size_bytes == len(data)


def test_a_package_is_at_most_1_mb(packages: dict[str, Package]) -> None:
    assert all(package.size_bytes <= 1_000_000 for package in packages.values())


def test_a_package_holds_its_own_code_and_what_is_shared_and_no_other_function(packages: dict[str, Package]) -> None:
    for function, package in packages.items():
        folders = {name.split("/")[1] for name in names(package) if name.startswith("lambda_code/")}
        assert folders == {"__init__.py", "build.json", function, "shared"}


def written_build(package: Package) -> str:
    with zipfile.ZipFile(package.path) as archive:
        return str(json.loads(archive.read("lambda_code/build.json"))["build"])


def test_a_package_says_which_code_it_holds(packages: dict[str, Package]) -> None:
    builds = [package.build for package in packages.values()]
    assert [written_build(package) for package in packages.values()] == builds
    assert all(re.fullmatch("[0-9a-f]{12}", build) for build in builds)
    assert len(set(builds)) == len(FUNCTIONS)


def test_the_build_depends_on_our_code_and_the_lock_and_on_nothing_else(project: Path) -> None:
    def builds(architecture: Architecture = "arm64") -> dict[str, str]:
        built = build_packages(project, project.parent / "out", architecture=architecture)
        return {name: package.build for name, package in built.items()}

    first = builds()
    assert builds("x86_64") == builds() == first
    handler = project / "lambda_code" / "receiver" / "handler.py"
    handler.write_bytes(handler.read_bytes() + b"\n")
    second = builds()
    assert {name for name in FUNCTIONS if first[name] != second[name]} == {"receiver"}
    own = packaging._own_files(project, "importer")
    assert packaging._build(project, own) == second["importer"]
    (project / "lambda_code" / "requirements.txt").write_bytes(b"another lock")
    assert packaging._build(project, own) != second["importer"]


def test_there_are_no_caches_stubs_or_records_of_an_installation(packages: dict[str, Package]) -> None:
    for package in packages.values():
        for name in names(package):
            assert "__pycache__" not in name
            assert not name.endswith((".pyc", ".pyi", "/RECORD", "direct_url.json", "py.typed", ".c"))


def test_licences_go_with_what_they_license(packages: dict[str, Package]) -> None:
    for package in packages.values():
        assert any(name.startswith("msgspec-") and "LICENSE" in name for name in names(package))


def test_names_times_modes_and_compression_are_fixed(packages: dict[str, Package]) -> None:
    for package in packages.values():
        assert names(package) == sorted(set(names(package)))
        with zipfile.ZipFile(package.path) as archive:
            for info in archive.infolist():
                assert info.date_time == (1980, 1, 1, 0, 0, 0)
                assert info.external_attr >> 16 == 0o100644
                assert (info.create_system, info.compress_type) == (3, zipfile.ZIP_STORED)


def test_top_level_names_do_not_collide_with_the_standard_library_or_the_sdk(packages: dict[str, Package]) -> None:
    taken = {*sys.stdlib_module_names, "boto3", "botocore", "s3transfer", "urllib3", "jmespath", "dateutil", "six"}
    for package in packages.values():
        assert not {name.split("/")[0].removesuffix(".py") for name in names(package)} & taken


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_the_native_code_is_for_the_architecture(tmp_path: Path, architecture: Architecture) -> None:
    for package in build_packages(ROOT, tmp_path, architecture=architecture).values():
        with zipfile.ZipFile(package.path) as archive:
            native = [name for name in archive.namelist() if name.endswith(".so")]
            headers = [archive.read(name)[:20] for name in native]
        assert native
        assert all("cpython-313" in name for name in native)
        for header in headers:
            assert header[:4] == b"\x7fELF"
            assert int.from_bytes(header[18:20], "little") == ELF_MACHINE[architecture]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_can_be_imported_from_its_zip_and_the_sdk_alone(tmp_path: Path, function: str) -> None:
    package = build_packages(ROOT, tmp_path, architecture="arm64", host=True)[function]
    code = tmp_path / "code"
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(code)  # as Lambda does: native code cannot be loaded from within a zip
    sdk = Path(__import__("botocore").__file__ or "").parents[1]
    program = f"""
import sys
sys.path[:] = [path for path in sys.path if "site-packages" not in path]
sys.path.insert(0, {str(code)!r})
class Sdk:
    def find_spec(self, name, path=None, target=None):
        from importlib.machinery import PathFinder
        if name.split(".")[0] in ("botocore", "urllib3", "jmespath", "dateutil", "six"):
            return PathFinder.find_spec(name, path or [{str(sdk)!r}])
sys.meta_path.append(Sdk())
import importlib
handler = importlib.import_module("lambda_code.{function}.handler")
assert callable(handler.handle)
import msgspec
assert msgspec.__file__.startswith({str(code)!r}), msgspec.__file__
"""
    done = subprocess.run([sys.executable, "-I", "-B", "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_another_folder_umask_time_and_leftover_cache_make_no_difference(project: Path) -> None:
    before = build(project)
    other = project.parent / "elsewhere" / "deep"
    umask = os.umask(0o077)
    try:
        for file in sorted(project.rglob("*")):
            copy = other / file.relative_to(project)
            if file.is_dir():
                copy.mkdir(parents=True)
            else:
                copy.write_bytes(file.read_bytes())
                os.utime(copy, (1_000_000_000, 1_000_000_000))
        (other / "lambda_code" / "shared" / "__pycache__").mkdir(exist_ok=True)
        (other / "lambda_code" / "shared" / "__pycache__" / "events.cpython-313.pyc").write_bytes(b"x")
        assert build(other, "other") == before
    finally:
        os.umask(umask)


def test_a_renamed_file_changes_only_its_functions_hash(project: Path) -> None:
    before = build(project)
    code = project / "lambda_code" / "receiver"
    (code / "signature.py").rename(code / "signatures.py")
    after = build(project)
    assert {name for name in FUNCTIONS if before[name] != after[name]} == {"receiver"}


def test_a_changed_byte_of_shared_code_changes_every_hash(project: Path) -> None:
    before = build(project)
    shared = project / "lambda_code" / "shared" / "errors.py"
    shared.write_bytes(shared.read_bytes() + b"\n")
    after = build(project)
    assert all(before[name] != after[name] for name in FUNCTIONS)


def test_a_zip_that_has_not_changed_is_left_untouched(project: Path) -> None:
    build(project)
    files = sorted((project.parent / "out").rglob("*.zip"))
    for file in files:
        os.utime(file, (1, 1))
    build(project)
    assert [file.stem for file in files] == sorted(FUNCTIONS)
    assert {file.stat().st_mtime for file in files} == {1}


def test_with_a_filled_cache_no_program_is_started(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaging, "_pip", lambda: pytest.fail("pip was wanted"))
    assert build(project)


def test_a_damaged_cache_is_filled_again(project: Path) -> None:
    before = build(project)
    for wheel in (project / ".cache" / "wheels").rglob("*.whl"):
        wheel.write_bytes(b"damaged")
    assert build(project) == before


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("ERROR: first\nERROR: no index is there\n", "no index is there"),
        ("something else", "something else"),
        ("", "pip said nothing"),
    ],
)
def test_without_network_and_cache_one_sentence_says_what_is_missing(
    project: Path, monkeypatch: pytest.MonkeyPatch, stderr: str, reason: str
) -> None:
    shutil.rmtree(project / ".cache")
    failing = f"import sys; sys.stderr.write({stderr!r}); sys.exit(1)"
    monkeypatch.setattr(packaging, "_pip", lambda: [sys.executable, "-c", failing])
    with pytest.raises(PackagingError) as caught:
        build(project)
    message = str(caught.value)
    assert "manylinux2014_aarch64" in message
    assert f"({reason})" in message
    assert message.count("\n") == 0
    assert list((project / ".cache" / "wheels").iterdir()) == []


def test_wheels_that_are_not_the_locked_ones_are_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(project / ".cache")
    monkeypatch.setattr(packaging, "_pip", lambda: [sys.executable, "-c", "pass"])
    with pytest.raises(PackagingError, match="are not those that"):
        build(project)


def test_an_environment_without_pip_uses_the_copy_that_python_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)
    [interpreter, pip] = packaging._pip()
    assert interpreter == sys.executable
    assert subprocess.run([interpreter, pip, "--version"], capture_output=True).returncode == 0


def test_where_there_is_no_pip_at_all_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pip", "ensurepip"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(PackagingError, match="has no pip"):
        packaging._pip()


@pytest.mark.parametrize("missing", ["requirements.txt", "processor/handler.py"])
def test_a_missing_file_is_named(project: Path, missing: str) -> None:
    (project / "lambda_code" / missing).unlink()
    with pytest.raises(PackagingError, match=missing):
        build(project)


def test_two_packages_that_bring_the_same_name_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("lambda_code/x.py", "")
    with pytest.raises(PackagingError, match="both bring 'lambda_code'"):
        dict(packaging._libraries([("evil-1.whl", buffer.getvalue())]))
