"""Keep notices to people, what leaves by SMS and mail, and which daily work is done.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "periodic_run",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_run")),
    )
    op.create_table(
        "notice_text",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("sms", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_notice_text")),
    )
    op.create_table(
        "delivery",
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False, comment="sms, mail"),
        sa.Column("name", sa.String(length=40), nullable=False, comment="which text it is"),
        sa.Column("address", models.sealed.Sealed(), nullable=False),
        sa.Column("masked_address", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("words", models.sealed.Sealed(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="queued, sent, failed"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.Column("next_at", models.base.UtcDateTime(), nullable=True, comment="real time; none: at once"),
        sa.Column("sent_at", models.base.UtcDateTime(), nullable=True, comment="real time"),
        sa.Column("message_id", sa.String(length=100), nullable=False, comment="what the gateway calls it"),
        sa.Column("error", sa.Text(), nullable=False, comment="of the last attempt"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_delivery_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_created_at"), ["created_at"], unique=False)
        batch_op.create_index(
            "ix_delivery_queued",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )

    op.create_table(
        "notification",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False, comment="which notice, as in notices.toml"),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=False, comment="address on the site"),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("read_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notification_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notification_account_id_created_at", ["account_id", "created_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_account_id_created_at")

    op.drop_table("notification")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_queued",
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.drop_index(batch_op.f("ix_delivery_created_at"))
        batch_op.drop_index(batch_op.f("ix_delivery_account_id"))

    op.drop_table("delivery")
    op.drop_table("notice_text")
    op.drop_table("periodic_run")
