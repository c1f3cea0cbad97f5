"""Lambda packages, byte for byte the same from the same commit on any machine.

Names are sorted, times, modes and the creating system are fixed, nothing is compressed (so no zlib version matters),
and caches are left out. A package holds `lambda_code/<function>`, `lambda_code/shared` and the third-party packages
that `lambda_code/requirements.txt` locks by hash. Their wheels are downloaded once into `.cache/wheels` and
checked against the lock at every build; after that no network is needed.

A package also holds `lambda_code/build.json`: a hash of our code in it and of the lock. It changes when they change,
not at every commit, and is the same for every architecture. `GET /health` shows the receiver's. To find the commits
that it stands for, build the packages at a commit (`make synth`) and compare: `Package.build` is the same text.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import sys
import sysconfig
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from modules.function_settings import Architecture
from stacks.settings import FUNCTIONS

_PYTHON = "3.13"  # the Lambda runtime's
_PLATFORMS: Mapping[Architecture, str] = {"arm64": "manylinux2014_aarch64", "x86_64": "manylinux2014_x86_64"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
_READABLE_FILE = 0o100644 << 16
_UNIX = 3
# Type stubs, C sources and tests are of no use in a Lambda; of the metadata only what redistribution requires is kept.
_LEFT_OUT = re.compile(r"/$|\.(pyi|c|h|pyx|pxd)$|(^|/)(tests|__pycache__)/|/py\.typed$")
_METADATA_KEPT = re.compile(r"\.dist-info/(METADATA$|licenses/|LICEN[CS]E)")


class PackagingError(Exception):
    """A package cannot be built; the text is one sentence for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A built zip: `sha256_base64` is what Terraform calls `source_code_hash`, `size_bytes` the size of the file.

    `build` names our code in it: 12 hexadecimal digits.
    """

    name: str
    build: str
    path: Path
    sha256_base64: str
    size_bytes: int


def build_packages(root: Path, out: Path, *, architecture: Architecture, host: bool = False) -> dict[str, Package]:
    """Build the zip of every function below `out`; `host=True` takes third-party wheels for the running interpreter.

    A zip whose bytes have not changed is left untouched. Raises PackagingError.
    """
    target = "host" if host else architecture
    libraries = dict(_libraries(_wheels(root, _target_options(architecture, host))))
    packages = {}
    for name in FUNCTIONS:
        own = _own_files(root, name)
        build = _build(root, own)
        data = _zip({**libraries, **own, "lambda_code/build.json": b'{"build":"%b"}\n' % build.encode()})
        path = out / target / f"{name}.zip"
        _write_if_changed(path, data)
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        packages[name] = Package(name=name, build=build, path=path, sha256_base64=digest, size_bytes=len(data))
    return packages


def _own_files(root: Path, function: str) -> dict[str, bytes]:
    code = root / "lambda_code"
    if not (code / function / "handler.py").is_file():
        raise PackagingError(f"lambda_code/{function}/handler.py is missing in {root}: run from the project's folder")
    files = [code / "__init__.py", *(code / function).rglob("*.py"), *(code / "shared").rglob("*.py")]
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


def _build(root: Path, own: Mapping[str, bytes]) -> str:
    lock = root / "lambda_code" / "requirements.txt"  # has been read before: the wheels are those that it names
    return hashlib.sha256(_zip({**own, lock.name: lock.read_bytes()})).hexdigest()[:12]


def _libraries(wheels: list[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Every file from the wheels; two wheels, or a wheel and our code, must not contain the same name."""
    owners = {"lambda_code": "this project"}
    for wheel, data in wheels:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                top = name.split("/")[0]
                if owners.setdefault(top, wheel) != wheel:
                    raise PackagingError(f"{wheel} and {owners[top]} both bring {top!r}: package only one of them")
                if _is_needed(name):
                    yield name, archive.read(name)


def _is_needed(name: str) -> bool:
    if ".dist-info/" in name and not _METADATA_KEPT.search(name):
        return False
    return not _LEFT_OUT.search(name)


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = _UNIX
            info.external_attr = _READABLE_FILE
            archive.writestr(info, files[name])
    return buffer.getvalue()


def _write_if_changed(path: Path, data: bytes) -> None:
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)


def _target_options(architecture: Architecture, host: bool) -> tuple[str, ...]:
    """pip's arguments for the machine that the wheels are for; none for the running interpreter."""
    if host:
        return ()
    return ("--platform", _PLATFORMS[architecture], "--python-version", _PYTHON, "--implementation", "cp")


def _wheels(root: Path, options: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Names and bytes of the locked wheels, from the cache if it has all of them."""
    lock = root / "lambda_code" / "requirements.txt"
    if not lock.is_file():
        raise PackagingError(f"{lock} is missing: it locks the third-party packages of the Lambdas")
    machine = options or (str(sys.implementation.cache_tag), sysconfig.get_platform())
    key = hashlib.sha256(repr((lock.read_bytes(), machine)).encode()).hexdigest()[:16]
    folder = root / ".cache" / "wheels" / key
    wheels = _cached(folder, lock)
    if wheels is None:
        _fetch(lock, folder, options)
        wheels = _cached(folder, lock)
    if wheels is None:
        raise PackagingError(f"the wheels in {folder} are not those that {lock} locks: delete the folder")
    return wheels


def _cached(folder: Path, lock: Path) -> list[tuple[str, bytes]] | None:
    text = lock.read_text("utf-8")
    locked = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))
    wheels = [(file.name, file.read_bytes()) for file in sorted(folder.glob("*.whl"))]
    complete = len(wheels) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE))
    genuine = all(hashlib.sha256(data).hexdigest() in locked for _, data in wheels)
    return wheels if complete and genuine else None


def _fetch(lock: Path, folder: Path, options: tuple[str, ...]) -> None:
    """Fill the folder at once or not at all, so that an interrupted download leaves nothing behind."""
    import shutil  # here, not above: only the first build on a machine fetches
    import subprocess
    import tempfile

    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="fetching-", dir=folder.parent))
    try:
        command = [*_pip(), "download", "--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2"]
        command += ["--require-hashes", "--only-binary", ":all:", "--no-deps", *options]
        command += ["--dest", str(draft), "-r", str(lock)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - no input of others
        if done.returncode:
            raise PackagingError(_why_not_fetched(done.stderr, lock, options))
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _pip() -> list[str]:
    """This interpreter's pip; in an environment without one, the copy that comes with Python."""
    from importlib.util import find_spec

    if find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if find_spec("ensurepip"):
        import ensurepip

        bundled = sorted(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
        if bundled:
            return [sys.executable, str(bundled[-1] / "pip")]
    raise PackagingError(
        f"{sys.executable} has no pip to fetch the Lambdas' packages with: make an environment that has"
    )


def _why_not_fetched(stderr: str, lock: Path, options: tuple[str, ...]) -> str:
    machine = options[1] if options else "this machine"
    errors = [line.removeprefix("ERROR: ").strip() for line in stderr.splitlines() if line.startswith("ERROR:")]
    reason = errors[-1] if errors else stderr.strip()[-200:] or "pip said nothing"
    return (
        f"the packages that {lock} locks could not be fetched for {machine} ({reason}): "
        "the first build needs a package index, later ones need no network"
    )
