"""Keep public notices with their objections, recommendations and published lists.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_notice",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "contact",
            sa.String(length=200),
            nullable=False,
            comment="where objections may be raised besides the site",
        ),
        sa.Column("published_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_public_notice_batch_id_batch")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_public_notice_office_id_office")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["account.id"], name=op.f("fk_public_notice_published_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_notice")),
    )
    with op.batch_alter_table("public_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_notice_office_id"), ["office_id"], unique=False)

    op.create_table(
        "publication",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("document_no", sa.String(length=50), nullable=False, comment="文号"),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_publication_batch_id_batch")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_publication_office_id_office")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["account.id"], name=op.f("fk_publication_published_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "recommendation",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("to_office_id", sa.Uuid(), nullable=False),
        sa.Column("letter_no", sa.String(length=50), nullable=False, comment="文号"),
        sa.Column("letter_on", sa.Date(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True, comment="how many the batch allows; none: no quota"),
        sa.Column("over_quota_reason", sa.Text(), nullable=False),
        sa.Column("sent_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scan_sha256", sa.String(length=64), nullable=True, comment="the stamped letter, uploaded back"
        ),
        sa.Column("scan_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_recommendation_batch_id_batch")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_recommendation_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["scan_sha256"], ["stored_file.sha256"], name=op.f("fk_recommendation_scan_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["account.id"], name=op.f("fk_recommendation_sent_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["to_office_id"], ["office.id"], name=op.f("fk_recommendation_to_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
    )
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendation_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recommendation_office_id"), ["office_id"], unique=False)

    op.create_table(
        "notice_entry",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, comment="the submission it is about"),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="of the filing when it was sent into the notice"
        ),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("operator", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_notice_entry_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["public_notice.id"], name=op.f("fk_notice_entry_notice_id_public_notice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_entry")),
        sa.UniqueConstraint("notice_id", "filing_id", name=op.f("uq_notice_entry_notice_id_filing_id")),
    )
    with op.batch_alter_table("notice_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_entry_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "objection",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.String(length=50), nullable=False),
        sa.Column("organisation", sa.String(length=100), nullable=False),
        sa.Column("contact", models.sealed.Sealed(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.Column("evidence_name", sa.String(length=200), nullable=False),
        sa.Column("raised_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="open, upheld, dismissed"),
        sa.Column("finding", sa.Text(), nullable=False, comment="what the office found"),
        sa.Column("decided_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_objection_decided_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_sha256"], ["stored_file.sha256"], name=op.f("fk_objection_evidence_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_objection_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["public_notice.id"], name=op.f("fk_objection_notice_id_public_notice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objection_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_objection_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "publication_entry",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("certificate_no", sa.String(length=50), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_publication_entry_carrier_id_carrier")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_publication_entry_filing_id_filing")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_publication_entry_publication_id_publication"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_entry")),
        sa.UniqueConstraint("certificate_no", name=op.f("uq_publication_entry_certificate_no")),
    )
    with op.batch_alter_table("publication_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_entry_carrier_id"), ["carrier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_entry_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_publication_entry_publication_id"), ["publication_id"], unique=False
        )

    op.create_table(
        "recommendation_entry",
        sa.Column("recommendation_id", sa.Uuid(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("expert_score", sa.String(length=10), nullable=False),
        sa.Column("publicity_note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_recommendation_entry_filing_id_filing")
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendation.id"],
            name=op.f("fk_recommendation_entry_recommendation_id_recommendation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_entry")),
    )
    with op.batch_alter_table("recommendation_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendation_entry_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_recommendation_entry_recommendation_id"), ["recommendation_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("recommendation_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendation_entry_recommendation_id"))
        batch_op.drop_index(batch_op.f("ix_recommendation_entry_filing_id"))

    op.drop_table("recommendation_entry")
    with op.batch_alter_table("publication_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_entry_publication_id"))
        batch_op.drop_index(batch_op.f("ix_publication_entry_filing_id"))
        batch_op.drop_index(batch_op.f("ix_publication_entry_carrier_id"))

    op.drop_table("publication_entry")
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_objection_notice_id"))
        batch_op.drop_index(batch_op.f("ix_objection_filing_id"))

    op.drop_table("objection")
    with op.batch_alter_table("notice_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_entry_filing_id"))

    op.drop_table("notice_entry")
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendation_office_id"))
        batch_op.drop_index(batch_op.f("ix_recommendation_batch_id"))

    op.drop_table("recommendation")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_batch_id"))

    op.drop_table("publication")
    with op.batch_alter_table("public_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_notice_office_id"))

    op.drop_table("public_notice")
