import functools
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisGone

from jobs import queue
from jobs.child import die_with_parent
from ops import redis_server


class RedisChild:
    """A Redis that a test may kill and start again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = redis_server.url(folder)
        self.client = Redis.from_url(self.url)

    def start(self) -> None:
        self.process = subprocess.Popen(
            redis_server.command(self.folder),
            stdout=subprocess.DEVNULL,
            preexec_fn=functools.partial(die_with_parent, os.getpid(), signal.SIGKILL),
        )
        while True:
            try:
                self.client.ping()
                return
            except RedisGone:
                time.sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisChild]:
    child = RedisChild(tmp_path)
    child.start()
    queue.connect(child.url)
    yield child
    queue.connect("")
    child.client.close()
    child.kill()
