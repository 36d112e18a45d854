"""Keep the share that an office may recommend as a number: what is none never limited anything

Revision ID: 0039
Revises: 0038
Create Date: 2026-11-22
"""

from decimal import Decimal, InvalidOperation

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

NAME = "recommend_quota_ratio"


OLD = sa.Column(NAME, sa.String(10), nullable=True)
NEW = sa.Column(NAME, models.base.Hundredths(), nullable=True, comment="per cent")


def upgrade() -> None:
    _replace(OLD, NEW, _number)


def downgrade() -> None:
    _replace(NEW, OLD, str)


def _replace(old, new, convert):
    bind = op.get_bind()
    before = sa.table("batch", sa.column("id", sa.Uuid()), sa.column(NAME, old.type))
    after = sa.table("batch", sa.column("id", sa.Uuid()), sa.column(NAME, new.type))
    kept = bind.execute(sa.select(before).where(before.c[NAME].is_not(None))).all()
    op.drop_column("batch", NAME)
    op.add_column("batch", new)
    for batch_id, value in kept:
        bind.execute(after.update().where(after.c.id == batch_id).values({NAME: convert(value)}))


def _number(text):
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if 0 <= number <= 100 else None
