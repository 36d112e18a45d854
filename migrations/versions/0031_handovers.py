"""Name who handles a filing, and keep requests to hand filings over

Revision ID: 0031
Revises: 0030
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

HANDLER = "办理人 of the unit: who opened it, until it is handed over"
REFERENCES = {
    "unit_id": "unit.id", "applicant_id": "account.id", "leaver_id": "account.id", "receiver_id": "account.id",
    "from_unit_id": "unit.id", "statement_sha256": "stored_file.sha256", "first_by_id": "account.id",
    "decided_by_id": "account.id",
}  # fmt: skip


def upgrade() -> None:
    # A table that others refer to cannot be made anew on SQLite, as a batch would.
    by = sa.ForeignKey("account.id", name=op.f("fk_filing_handler_id_account"))
    op.add_column("filing", sa.Column("handler_id", sa.Uuid(), by, nullable=True, comment=HANDLER),
                  inline_references=True)  # fmt: skip
    op.execute(
        "UPDATE filing SET handler_id = (SELECT event.account_id FROM event"
        " WHERE event.stream_id = filing.id AND event.act = 'open' AND event.number = 1)"
    )
    op.create_table(
        "handover",
        sa.Column("case_no", sa.String(20), nullable=False, comment="JJ-2021-000001"),
        sa.Column("kind", sa.String(20), nullable=False, comment="project_transfer, project_relink"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="that asks"),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.Column("leaver_id", sa.Uuid(), nullable=True, comment="transfer only"),
        sa.Column("receiver_id", sa.Uuid(), nullable=True, comment="transfer only"),
        sa.Column("from_unit_id", sa.Uuid(), nullable=True, comment="relink only"),
        sa.Column("former_name", sa.String(100), nullable=False, comment="relink only"),
        sa.Column("new_name", sa.String(100), nullable=False, comment="relink only"),
        sa.Column("login_names", sa.String(300), nullable=False, comment="relink only, as typed"),
        sa.Column("statement_name", sa.String(255), nullable=False, comment="of the stamped statement"),
        sa.Column("statement_sha256", sa.String(64), nullable=True, comment="None: deleted after its time"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1", comment="counts acts"),
        sa.Column("first_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("first_verdict", sa.String(60), nullable=False, server_default=""),
        sa.Column("first_reason", sa.String(500), nullable=False, server_default=""),
        sa.Column(
            "rounds",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="how often two verdicts differed",
        ),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "decided_at",
            models.base.UtcDateTime(),
            nullable=True,
            comment="business time; the case is closed",
        ),
        sa.Column("reason", sa.String(500), nullable=False, comment="why it was rejected"),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(_refers("handover", column, target) for column, target in REFERENCES.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("case_no", name=op.f("uq_handover_case_no")),
    )
    op.create_index(op.f("ix_handover_unit_id"), "handover", ["unit_id"])
    op.create_index(op.f("ix_handover_state"), "handover", ["state"])
    op.create_table(
        "handover_filing",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _refers("handover_filing", "handover_id", "handover.id"),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], ondelete="CASCADE",
                                name=op.f("fk_handover_filing_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_filing")),
        sa.UniqueConstraint("handover_id", "filing_id", name=op.f("uq_handover_filing_handover_id_filing_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_handover_filing_filing_id"), "handover_filing", ["filing_id"])


def downgrade() -> None:
    op.drop_table("handover_filing")
    op.drop_table("handover")
    op.drop_column("filing", "handler_id")


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [target], name=name)
