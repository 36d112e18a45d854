"""Fetch the old Chromium that tests drive, into a cache outside the repository; digests are checked.

The builds are those of the npm package chrome-aws-lambda, got by `npm pack` as npm is configured here.
Prints where a version cannot be had; under CI=true that ends with 1.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import brotli

PIECE = 1_048_576


@dataclass(frozen=True)
class Build:
    """A version of the package, and the digest of its archive."""

    package: str
    sha256: str


BUILDS = {
    71: Build("1.8.0", "4dd8b5837b10b220f40049ac5a7980e943ecba5079137400ae678d8ff7d33be5"),
    78: Build("1.20.4", "aba7f1562247dda11a704f9bc41294e57a1e197eae31085842479e4c0b025144"),
    86: Build("5.3.1", "e258e73f4d5957f39de30f6343a2f44de425d978d8058631e4e9d20111c2222a"),
}


def program(version: int) -> Path:
    """Where the program of a version is, or would be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "hatchery-tests" / f"chromium-{version}-{BUILDS[version].sha256[:12]}"


def main() -> int:
    missing = [version for version in BUILDS if not program(version).exists() and not _installed(version)]
    for version in missing:
        print(f"未能取得 Chromium {version}，将跳过：旧浏览器的测试", file=sys.stderr)
    return 1 if missing and os.environ.get("CI") == "true" else 0


def _installed(version: int) -> bool:
    """Fetch a version; tell whether it is there now."""
    target = program(version)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        try:
            archive = _packed(folder, BUILDS[version])
            _unpack(archive, folder / "chromium")
        except (OSError, subprocess.SubprocessError, ValueError, brotli.error) as error:
            print(error, file=sys.stderr)
            return False
        (folder / "chromium").chmod(0o755)
        (folder / "chromium").replace(target)
    return True


def _packed(folder: Path, build: Build) -> Path:
    command = ["npm", "pack", "--silent", f"chrome-aws-lambda@{build.package}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=300)  # noqa: S603
    archive = next(folder.glob("*.tgz"))
    if hashlib.sha256(archive.read_bytes()).hexdigest() != build.sha256:
        raise ValueError(f"{archive.name} is not the archive we know")
    return archive


def _unpack(archive: Path, target: Path) -> None:
    with tarfile.open(archive) as members, target.open("wb") as output:
        names = [name for name in members.getnames() if name.startswith("package/bin/chromium")]
        packed = members.extractfile(names[0])
        decompressor = brotli.Decompressor()
        while packed is not None and (piece := packed.read(PIECE)):
            output.write(decompressor.process(piece))


if __name__ == "__main__":
    sys.exit(main())
