"""Keys of forms that are sent while nobody is signed in

Revision ID: 0038
Revises: 0037
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

VISITOR = "hash of what its signed cookie holds"
DIGEST = "of what was posted, so that a key means one content"
VERSION = "the version of the row or tab that came of it"


def upgrade() -> None:
    op.create_table(
        "visitor_key",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("visitor", sa.String(64), nullable=False, comment=VISITOR),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, server_default="", comment=DIGEST),
        sa.Column("made_id", sa.Uuid(), nullable=True),
        sa.Column("made_version", sa.Integer(), nullable=True, comment=VERSION),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", "visitor", name=op.f("pk_visitor_key")),
    )
    op.create_index(op.f("ix_visitor_key_created_at"), "visitor_key", ["created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_visitor_key_created_at"), "visitor_key")
    op.drop_table("visitor_key")
