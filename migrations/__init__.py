"""Alembic migrations, one reason each."""
