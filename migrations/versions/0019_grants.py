"""Grant services to people: what a unit holds, whose grant derives from whose, who is real-named

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ITEM, SOURCE = (
    "service of an item_handler, else empty",
    "the administrator's grant it derives from; None: the unit",
)
REASON, REMINDED = "why it was ended", "the last reminder: 30 or 7 days before, 0 after"

# Tables it refers to need not be read; an index on an expression, as `account` has, cannot be.
ALONE = {"resolve_fks": False}
BY_ACCOUNT = ("granted_by_id", "ended_by_id")


def upgrade() -> None:
    op.create_table(
        "unit_service_permission",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(40), nullable=False, comment="key of the service item"),
        sa.Column("acquired_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("acquired_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_unit_service_permission_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["acquired_by_id"], ["account.id"], name=op.f("fk_unit_service_permission_acquired_by_id_account")
        ),
        sa.PrimaryKeyConstraint("unit_id", "item", name=op.f("pk_unit_service_permission")),
    )
    op.create_table(
        "person",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("real_name_state", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_person_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("grant", reflect_kwargs=ALONE) as table:
        table.add_column(
            sa.Column("item", sa.String(40), nullable=False, server_default="incubation", comment=ITEM)
        )
        table.add_column(sa.Column("granted_at", models.base.UtcDateTime(), nullable=True))
        table.add_column(sa.Column("source_id", sa.Uuid(), nullable=True, comment=SOURCE))
        table.add_column(sa.Column("ended_at", models.base.UtcDateTime(), nullable=True))
        table.add_column(
            sa.Column("reason", sa.String(200), nullable=False, server_default="", comment=REASON)
        )
        table.add_column(sa.Column("reminded_days", sa.Integer(), nullable=True, comment=REMINDED))
        for name in BY_ACCOUNT:
            table.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            table.create_foreign_key(op.f(f"fk_grant_{name}_account"), "account", [name], ["id"])
        table.create_foreign_key(op.f("fk_grant_source_id_grant"), "grant", ["source_id"], ["id"])
    with op.batch_alter_table(
        "grant", reflect_kwargs=ALONE
    ) as table:  # the rows that are there have their answer
        table.alter_column("item", existing_type=sa.String(40), existing_nullable=False, existing_comment=ITEM,
                           server_default=None)  # fmt: skip
        table.alter_column(
            "reason",
            existing_type=sa.String(200),
            existing_nullable=False,
            existing_comment=REASON,
            server_default=None,
        )
        table.create_index(op.f("ix_grant_source_id"), ["source_id"])
        table.create_index(op.f("ix_grant_valid_to"), ["valid_to"])
    _note_what_is_held()


def _note_what_is_held() -> None:
    """Give this system to the units that could already use it, and no service to who only manages people."""
    op.execute("""UPDATE "grant" SET item = '' WHERE role <> 'item_handler'""")
    op.execute(
        "INSERT INTO unit_service_permission (unit_id, item, acquired_at) "
        "SELECT id, 'incubation', CURRENT_TIMESTAMP FROM unit "
        "WHERE real_name_state IN ('auto_passed', 'manual_passed')"
    )


def downgrade() -> None:
    with op.batch_alter_table("grant", reflect_kwargs=ALONE) as table:
        table.drop_index(op.f("ix_grant_source_id"))
        table.drop_index(op.f("ix_grant_valid_to"))
        table.drop_constraint(op.f("fk_grant_source_id_grant"), type_="foreignkey")
        for name in BY_ACCOUNT:
            table.drop_constraint(op.f(f"fk_grant_{name}_account"), type_="foreignkey")
            table.drop_column(name)
        for name in ("item", "granted_at", "source_id", "ended_at", "reason", "reminded_days"):
            table.drop_column(name)
    op.drop_table("person")
    op.drop_table("unit_service_permission")
