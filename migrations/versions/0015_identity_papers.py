"""Give accounts the number of an identity paper, sealed, and units a key of their name

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-21
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

import models.sealed

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

PAPER = "as in ID_TYPES; of a legal account the paper of its 主代办人"
KEY = "the name without regard to width, blanks and brackets"
HOLDS = sa.text("account_type = 'natural' AND state <> 'merged'")

# Not in batches: SQLite would make the table anew, without its index on an expression.


def upgrade() -> None:
    _say_whose_name("real name; of a legal account its 主代办人")
    op.add_column("account", sa.Column("id_type", sa.String(length=30), nullable=True, comment=PAPER))
    op.add_column("account", sa.Column("id_number", models.sealed.Sealed(), nullable=True))
    op.add_column("account", sa.Column("id_number_digest", sa.String(length=64), nullable=True))
    op.create_index(
        "uq_account_id_number_digest", "account", ["id_number_digest"], unique=True,
        sqlite_where=HOLDS, postgresql_where=HOLDS,
    )  # fmt: skip
    op.add_column("unit", sa.Column("name_key", sa.String(length=300), nullable=True, comment=KEY))
    _write_keys()
    op.create_index("uq_unit_name_key", "unit", ["name_key"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_unit_name_key", "unit")
    op.drop_column("unit", "name_key")
    op.drop_index("uq_account_id_number_digest", "account")
    for name in ("id_number_digest", "id_number", "id_type"):
        op.drop_column("account", name)
    _say_whose_name("real name; empty for a unit")


def _say_whose_name(comment: str) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column("account", "person_name", comment=comment)


def _write_keys() -> None:
    """Give every unit its key; of two that were told apart by blanks only, the second goes without."""
    unit = sa.table("unit", sa.column("id", sa.Uuid()), sa.column("name"), sa.column("name_key"))
    connection, taken = op.get_bind(), set()
    for row in connection.execute(sa.select(unit.c.id, unit.c.name).order_by(unit.c.id)).all():
        key = _key(row.name)
        if key not in taken:
            connection.execute(unit.update().where(unit.c.id == row.id).values(name_key=key))
        taken.add(key)


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).translate(str.maketrans("〔〕【】[]", "()()()")).casefold()
    visible = (c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))
    return "".join(visible)[:300]
