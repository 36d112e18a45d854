"""`hatchery serve`: the whole product on one machine, from one command."""

import fcntl
import functools
import http
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config import Settings
from files.storage import storage_from_url
from jobs.child import die_with_parent
from ops import redis_server
from ops.errors import CannotRun
from ops.supervisor import Program, Supervisor

HATCHERY = [sys.executable, "-m", "ops.cli"]
PORT_PATIENCE = 5  # seconds; a server that was just stopped may still be letting go of its port


def serve(settings: Settings) -> None:
    """Run everything until told to stop. Raises CannotRun."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with data_folder_of_our_own(settings):
        _wait_for_port(settings)
        _remove_leftovers(settings)
        print("正在准备数据，首次启动约需半分钟……", flush=True)
        environment = _environment(settings)
        said = _prepare(settings, environment)
        supervisor = Supervisor()
        supervisor.catch_signals()
        try:
            _start_redis(supervisor, settings, environment)
            # Nobody else knows the Redis in our folder, so that worker is the only one.
            alone = [] if settings.redis_url else ["--alone"]
            supervisor.start(_hatchery(environment, signal.SIGKILL, "worker", *alone))
            supervisor.start(_hatchery(environment, signal.SIGTERM, "web"))
            if supervisor.run(until=lambda: _is_ready(settings)):
                _welcome(settings, said)
                supervisor.run(until=lambda: False)
        finally:
            supervisor.stop()


@contextmanager
def data_folder_of_our_own(settings: Settings) -> Iterator[None]:
    """Hold the data folder, so that two servers never work on one."""
    with (settings.data_dir / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"数据目录 {settings.data_dir} 正由另一个 hatchery serve 使用。"
                "请先停止它，或用 HATCHERY_DATA_DIR 指定另一个目录。"
            ) from None
        yield


def _remove_leftovers(settings: Settings) -> None:
    """Remove the temporary files of a server that was killed; in a folder of our own nobody else has any."""
    storage = storage_from_url(settings.storage_url)
    if storage.root.is_relative_to(settings.data_dir):
        storage.sweep_temp(older_than_seconds=0)


def _wait_for_port(settings: Settings) -> None:
    deadline = time.monotonic() + PORT_PATIENCE
    while not _port_is_free(settings):
        if time.monotonic() > deadline:
            raise CannotRun(f"端口 {settings.port} 已被占用。请用 PORT=… 指定另一个端口。")
        time.sleep(0.2)


def _port_is_free(settings: Settings) -> bool:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return False
    return True


def _environment(settings: Settings) -> dict[str, str]:
    """Return what our programs find in their environment: the settings, with the Redis there will be."""
    redis_url = settings.redis_url or redis_server.url(settings.data_dir)
    ours = {"HATCHERY_DATA_DIR": str(settings.data_dir), "HATCHERY_REDIS_URL": redis_url}
    return os.environ | ours | {"PYTHONUNBUFFERED": "1"}


def _prepare(settings: Settings, environment: dict[str, str]) -> str:
    """Prepare the data in a process of its own, whose memory is free again; return what it said."""
    done = subprocess.run(  # noqa: S603 - our own program
        [*HATCHERY, "demo" if settings.is_demo else "migrate"], env=environment, check=False,
        stdout=subprocess.PIPE, text=True,
        preexec_fn=functools.partial(die_with_parent, os.getpid(), signal.SIGTERM),
    )  # fmt: skip
    if done.returncode:
        raise CannotRun("数据没有准备好，原因见上。")
    return done.stdout


def _start_redis(supervisor: Supervisor, settings: Settings, environment: dict[str, str]) -> None:
    """Start the embedded Redis, unless the settings name another one."""
    if not settings.redis_url:
        command = redis_server.command(settings.data_dir)
        supervisor.start(Program("redis", command, environment, signal.SIGKILL))


def _hatchery(environment: dict[str, str], orphan_signal: signal.Signals, *command: str) -> Program:
    """Run one of our own commands. A worker may be killed at any time, gunicorn must stop its workers."""
    return Program(command[0], [*HATCHERY, *command], environment, orphan_signal)


def _is_ready(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(settings: Settings, said: str) -> None:
    print(f"\n孵化申报已启动：{settings.public_url}\n{said}ready", flush=True)
