"""The web process: gunicorn with threads, the application loaded once and shared by the forks."""

import gc
import os
import re
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from sqlalchemy.orm import configure_mappers

from app import create_app
from config import Settings
from extensions import db
from jobs import queue

THREADS = 8
SECRET = re.compile(r"[A-Za-z0-9_-]{43}$")  # the token at the end of a link that works once


class AccessLog(Logger):
    """Gunicorn's log without what would let its reader act for others."""

    def atoms(self, *arguments: Any) -> dict[str, Any]:
        """Return what a line is made of, the token of a link blackened."""
        atoms: dict[str, Any] = super().atoms(*arguments)
        return atoms | {"U": SECRET.sub("…", atoms["U"] or "")}


class Web(BaseApplication):
    """Gunicorn with our settings instead of a configuration file."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its options."""
        for name, value in _options(self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application; called once, before the workers are forked."""
        app = create_app(self.settings)
        queue.connect(self.settings.redis_url)
        configure_mappers()
        # What is loaded now stays: looking through it again held up every answer of a process for 0.2 seconds.
        gc.collect()
        gc.freeze()
        return app


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "bind": f"[{settings.host}]:{settings.port}"
        if ":" in settings.host
        else f"{settings.host}:{settings.port}",
        "worker_class": "gthread",
        "workers": settings.web_workers,
        "threads": THREADS,
        "preload_app": True,
        # The child must not share a connection that was opened before the fork.
        "post_fork": lambda arbiter, worker: db.engine.dispose(close=False),
        "timeout": 60,
        "graceful_timeout": 10,
        "keepalive": 15,
        # The heartbeat of a worker is a file; on a busy disk it could come too late.
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108
        "control_socket_disable": True,
        "logger_class": AccessLog,
        "accesslog": "-",
        "access_log_format": "%(h)s %(m)s %(U)s %(s)s %(B)s %(M)sms",  # no query string, no referrer
    }


def serve(settings: Settings) -> None:
    """Answer requests until told to stop."""
    Web(settings).run()
