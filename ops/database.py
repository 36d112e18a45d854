"""Bring the database to the newest revision, and say whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from extensions import db

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def migrate(revision: str = "head") -> None:
    """Run the migrations up to `revision` on the connected database, in one transaction."""
    command.upgrade(_config(), revision)


def migrate_down(revision: str) -> None:
    """Take back the migrations after `revision`, in one transaction."""
    command.downgrade(_config(), revision)


def is_migrated() -> bool:
    """Say whether the connected database has the newest revision."""
    with db.engine.connect() as connection:
        there = MigrationContext.configure(connection).get_current_heads()
    return set(there) == set(ScriptDirectory.from_config(_config()).get_heads())


def is_known(revision: str) -> bool:
    """Say whether this version has the migration `revision`."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
