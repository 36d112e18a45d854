"""Find in the queue: failing conditions, saved views, days to decide, indexes

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-21
"""

import json

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

DAYS = ("district_days", "city_days", "province_days", "torch_days")
INDEXES = {
    "ix_filing_desk_arrived_at": ["current_office_id", "arrived_at", "id"],
    "ix_filing_desk_name": ["current_office_id", "name", "id"],
    "ix_filing_submitted_at": ["submitted_at", "id"],
    "ix_filing_name": ["name", "id"],
}


def upgrade() -> None:
    op.create_table(
        "failing_condition",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False, comment="for example MK-04C"),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_failing_condition_filing_id_filing")),
        sa.PrimaryKeyConstraint("filing_id", "code", name=op.f("pk_failing_condition")),
    )  # fmt: skip
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("query", sa.String(500), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_view_account_id_name")),
    )
    first, *others = DAYS
    meaning = "working days a level has to decide; None: no limit"
    op.add_column("batch", sa.Column(first, sa.Integer(), nullable=True, comment=meaning))
    for name in others:
        op.add_column("batch", sa.Column(name, sa.Integer(), nullable=True))
    for name, columns in INDEXES.items():
        op.create_index(name, "filing", columns)
    _note_what_failed()


def _note_what_failed() -> None:
    """Write down what failed in the filings that are submitted already."""
    filing = sa.table("filing", sa.column("id", sa.Uuid()), sa.column("submitted_values", sa.JSON()))
    noted = sa.table("failing_condition", sa.column("filing_id", sa.Uuid()), sa.column("code", sa.String()))
    connection = op.get_bind()
    rows = [
        {"filing_id": filing_id, "code": code}
        for filing_id, values in connection.execute(sa.select(filing.c.id, filing.c.submitted_values))
        for code, state in _as_dict(values).get("conditions", {}).items()
        if state == "fail"
    ]
    if rows:
        connection.execute(sa.insert(noted), rows)


def _as_dict(values: object) -> dict:  # type: ignore[type-arg]
    found = json.loads(values) if isinstance(values, str) else values
    return found if isinstance(found, dict) else {}


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "filing")
    for name in DAYS:
        op.drop_column("batch", name)
    op.drop_table("saved_view")
    op.drop_table("failing_condition")
