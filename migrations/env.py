"""Alembic environment: runs the migrations on the database of the settings, in one transaction."""

from alembic import context

import models  # noqa: F401  (maps every table)
from config import Settings
from extensions import db
from models.base import Base, Hundredths, UtcDateTime


def render_item(kind: str, value: object, autogen_context: object) -> str | bool:
    """Write our own column types by name, so that a migration creates the same column on both databases."""
    if kind == "type" and isinstance(value, Hundredths | UtcDateTime):
        autogen_context.imports.add("import models.base")  # type: ignore[attr-defined]
        return f"models.base.{type(value).__name__}()"
    return False


def run_migrations() -> None:
    """Connect (unless somebody did) and migrate."""
    if not hasattr(db, "engine"):
        db.connect(Settings.from_env().database_url)
    db.start_writing()
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    db.start_reading()


run_migrations()
