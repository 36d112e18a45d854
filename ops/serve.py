"""`hatchery serve`: the whole product on one machine, from one command."""

import fcntl
import http
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config import Settings
from demo.accounts import PASSWORD as DEMO_PASSWORD
from ops import redis_server
from ops.errors import CannotRun
from ops.prepare import demo_accounts, prepare
from ops.supervisor import Program, Supervisor

PORT_PATIENCE = 5  # seconds; a server that was just stopped may still be letting go of its port


def serve(settings: Settings) -> None:
    """Run everything until told to stop. Raises CannotRun."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _data_folder_of_our_own(settings):
        _wait_for_port(settings)
        print("正在准备数据，首次启动约需半分钟……", flush=True)
        prepare(settings)
        accounts = demo_accounts(settings)
        supervisor = Supervisor()
        supervisor.catch_signals()
        try:
            environment = _start_redis(supervisor, settings)
            supervisor.start(_hatchery("worker", environment, signal.SIGKILL))
            supervisor.start(_hatchery("web", environment, signal.SIGTERM))
            if supervisor.run(until=lambda: _is_ready(settings)):
                _welcome(settings, accounts)
                supervisor.run(until=lambda: False)
        finally:
            supervisor.stop()


@contextmanager
def _data_folder_of_our_own(settings: Settings) -> Iterator[None]:
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


def _start_redis(supervisor: Supervisor, settings: Settings) -> dict[str, str]:
    """Start the embedded Redis unless another one is set; return the environment of the others."""
    environment = os.environ | {"HATCHERY_DATA_DIR": str(settings.data_dir), "PYTHONUNBUFFERED": "1"}
    if settings.redis_url:
        return environment
    command = redis_server.command(settings.data_dir)
    supervisor.start(Program("redis", command, dict(os.environ), signal.SIGKILL))
    return environment | {"HATCHERY_REDIS_URL": redis_server.url(settings.data_dir)}


def _hatchery(name: str, environment: dict[str, str], orphan_signal: signal.Signals) -> Program:
    """Run one of our own commands. A worker may be killed at any time, gunicorn must stop its workers."""
    return Program(name, [sys.executable, "-m", "ops.cli", name], environment, orphan_signal)


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


def _welcome(settings: Settings, accounts: list[str]) -> None:
    print(f"\n孵化申报已启动：{settings.public_url}")
    if accounts:
        print(f"演示账号（密码均为 {DEMO_PASSWORD}）：", *accounts, sep="\n  ")
    print("ready", flush=True)
