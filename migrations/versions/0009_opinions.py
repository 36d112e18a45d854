"""Let offices decide: opinions, return requests, recusals, and where a filing stands on its way.

Revision ID: 0009
Revises: 0008
"""

import warnings

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opinion",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False, comment="of the office when it judged"),
        sa.Column("round", sa.Integer(), nullable=False, comment="the submission judged: 1, 2, 3 …"),
        sa.Column("version_no", sa.String(length=40), nullable=False, comment="the 版本号 judged"),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts savings; 0: nothing saved yet"),
        sa.Column("intention", sa.String(length=10), nullable=True, comment="pass, return, reject"),
        sa.Column(
            "answers",
            sa.JSON(),
            nullable=False,
            comment="the questions of the level: name, label, value, text each",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("site_checked_on", sa.Date(), nullable=True),
        sa.Column("site_people", sa.String(length=200), nullable=False),
        sa.Column("site_finding", sa.Text(), nullable=False),
        sa.Column(
            "resubmit_by", sa.Date(), nullable=True, comment="退回 only: a longer time for the applicant"
        ),
        sa.Column(
            "is_fraud", sa.Boolean(), nullable=False, comment="不通过 only: 弄虚作假, bars the operator"
        ),
        sa.Column("saved_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("sent_at", models.base.UtcDateTime(), nullable=True),
        sa.Column(
            "sent_revision", sa.Integer(), nullable=True, comment="of the filing; orders what was sent"
        ),
        sa.Column("sent_by_id", sa.Uuid(), nullable=True),
        sa.Column("corrected_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_opinion_author_id_account")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_opinion_filing_id_filing")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_opinion_office_id_office")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["account.id"], name=op.f("fk_opinion_sent_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
    )
    with op.batch_alter_table("opinion") as batch_op:
        batch_op.create_index(batch_op.f("ix_opinion_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opinion_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opinion_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index(
            "uq_opinion_in_hand",
            ["filing_id", "office_id"],
            unique=True,
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.create_table(
        "recusal",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("declared_at", models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recusal_account_id_account")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_recusal_filing_id_filing")),
        sa.PrimaryKeyConstraint("filing_id", "account_id", name=op.f("pk_recusal")),
    )
    with op.batch_alter_table("recusal") as batch_op:
        batch_op.create_index(batch_op.f("ix_recusal_account_id"), ["account_id"], unique=False)

    op.create_table(
        "opinion_file",
        sa.Column("opinion_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False, comment="opinion_file, site_photo"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="as the reviewer named it"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinion.id"], name=op.f("fk_opinion_file_opinion_id_opinion")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_opinion_file_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["account.id"], name=op.f("fk_opinion_file_uploaded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_file")),
    )
    with op.batch_alter_table("opinion_file") as batch_op:
        batch_op.create_index(batch_op.f("ix_opinion_file_opinion_id"), ["opinion_id"], unique=False)

    op.create_table(
        "return_request",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column(
            "opinion_id",
            sa.Uuid(),
            nullable=True,
            comment="the 退回 it was sent with; None while it is not sent",
        ),
        sa.Column("round", sa.Integer(), nullable=False, comment="the submission it is about: 1, 2, 3 …"),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, 3 … within the submission"),
        sa.Column("spot", sa.String(length=120), nullable=False),
        sa.Column("spot_text", sa.String(length=300), nullable=False),
        sa.Column("value_text", sa.Text(), nullable=False),
        sa.Column("fault", sa.String(length=10), nullable=False, comment="wrong, missing, outdated"),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.Column(
            "reply", sa.String(length=1000), nullable=False, comment="the applicant's, instead of mending"
        ),
        sa.Column("replied_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("replied_by", sa.String(length=50), nullable=False, comment="login name"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_return_request_author_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_return_request_filing_id_filing")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_return_request_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinion.id"], name=op.f("fk_return_request_opinion_id_opinion")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_request")),
    )
    with op.batch_alter_table("return_request") as batch_op:
        batch_op.create_index(batch_op.f("ix_return_request_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_request_opinion_id"), ["opinion_id"], unique=False)

    op.add_column("batch", sa.Column("torch_deadline", sa.Date(), nullable=True))
    op.add_column(
        "office",
        sa.Column(
            "only_reads",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="sees what reached its level, and decides nothing",
        ),
    )
    _add_columns_of_filing()
    # What lies before an office already was submitted once, to the office that has it now.
    op.execute(
        "UPDATE filing SET round = 1, first_level = current_level, reached_level = current_level,"
        " current_office_id = receiving_office_id, arrived_at = submitted_at WHERE status = 'under_review'"
    )
    op.execute("UPDATE filing SET round = 1 WHERE submitted_at IS NOT NULL")


def _add_columns_of_filing() -> None:
    # References inline and defaults on the server, so that SQLite need not build the table anew: many others
    # point at it.
    for column in (
        sa.Column("first_level", sa.String(length=10), nullable=True,
                  comment="lowest level it was handed in at; None while no office may see it"),
        sa.Column("reached_level", sa.String(length=10), nullable=True,
                  comment="highest level it ever came before"),
        sa.Column("current_office_id", sa.Uuid(), sa.ForeignKey("office.id"), nullable=True,
                  comment="who has to decide now; None when it is nobody's turn"),
        sa.Column("arrived_at", models.base.UtcDateTime(), nullable=True,
                  comment="before the current office"),
        sa.Column("opened_at", models.base.UtcDateTime(), nullable=True,
                  comment="whoever it went to last looked into it; ends the time for a correction"),
        sa.Column("assignee_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=True),
        sa.Column("assigned_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("resubmit_by", sa.Date(), nullable=True, comment="last day an office gave for mending"),
        sa.Column("round", sa.Integer(), nullable=False, server_default="0",
                  comment="how often it was submitted"),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="0",
                  comment="counts acts; an act on an older one fails"),
    ):  # fmt: skip
        op.add_column("filing", column, inline_references=True)
    op.create_index("ix_filing_assignee_id", "filing", ["assignee_id"])
    op.create_index("ix_filing_desk", "filing", ["current_office_id", "status", "arrived_at"])


def downgrade() -> None:
    op.drop_index("ix_filing_desk", "filing")
    op.drop_index("ix_filing_assignee_id", "filing")
    with warnings.catch_warnings():
        # SQLite reads the table anew, and the tables it points at; an index of one of them is an expression.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
        _drop_columns_of_filing()
    op.drop_column("office", "only_reads")
    op.drop_column("batch", "torch_deadline")
    for name in ("return_request", "opinion_file", "recusal", "opinion"):
        op.drop_table(name)


def _drop_columns_of_filing() -> None:
    with op.batch_alter_table("filing") as batch_op:
        for name in (
            "revision", "round", "resubmit_by", "assigned_at", "assignee_id", "opened_at", "arrived_at",
            "current_office_id", "reached_level", "first_level",
        ):  # fmt: skip
            batch_op.drop_column(name)
