import warnings

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from extensions import db
from models.base import Base
from ops.database import is_migrated, migrate, migrate_down


def test_migrations_lead_to_the_models_and_back(database_url: str) -> None:
    assert is_migrated()
    assert differences() == []
    migrate_down("base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    assert not is_migrated()
    migrate()
    assert differences() == []


def test_every_index_of_the_models_exists(database_url: str) -> None:
    wanted = {str(index.name) for table in Base.metadata.tables.values() for index in table.indexes}
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname FROM pg_indexes",
    }[db.engine.dialect.name]
    with db.engine.connect() as connection:
        there = set(connection.exec_driver_sql(query).scalars())
    assert wanted - there == set()


def differences() -> list[object]:
    with db.engine.connect() as connection, warnings.catch_warnings():
        # SQLite cannot reflect an index on an expression; the other test looks for it by name.
        warnings.filterwarnings("ignore", "autogenerate skipping metadata-specified expression-based index")
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))
