"""Whether what the product stands on answers: database, queue, storage."""

import os
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from extensions import db


def not_answering(settings: Settings) -> list[str]:
    """Return the names of those that do not answer, none when all is well."""
    answers = {"database": _database(), "queue": _queue(settings.redis_url), "storage": _storage(settings)}
    return [name for name, is_there in answers.items() if not is_there]


def _database() -> bool:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _queue(url: str) -> bool:
    if not url:
        return False
    try:
        return bool(Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1).ping())
    except RedisError:
        return False


def _storage(settings: Settings) -> bool:
    folder = urlsplit(settings.storage_url).path
    return os.access(folder, os.W_OK | os.X_OK)
