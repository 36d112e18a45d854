"""Know the catalogue's approvals and follows, and what people and units say about themselves

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PERSON = (
    "gender", "ethnicity", "position", "born_on", "phone", "fax", "place_type", "continent", "id_valid_to",
    "id_is_permanent", "area", "home_address",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "unit_profile",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("english_name", sa.String(length=200), nullable=True),
        sa.Column("short_name", sa.String(length=50), nullable=True),
        sa.Column("website", sa.String(length=200), nullable=True),
        sa.Column(
            "area_type", sa.String(length=20), nullable=True, comment="domestic, hk_macao_taiwan, abroad"
        ),
        sa.Column(
            "legal_type",
            sa.String(length=30),
            nullable=True,
            comment="enterprise, public_institution, social_organisation, other",
        ),
        sa.Column("postcode", sa.String(length=10), nullable=True),
        sa.Column("unit_email", sa.String(length=100), nullable=True),
        sa.Column("currency", sa.String(length=20), nullable=True),
        sa.Column("capital", models.base.Hundredths(), nullable=True, comment="注册资金, 万"),
        sa.Column("register_office", sa.String(length=100), nullable=True),
        sa.Column("register_state", sa.String(length=20), nullable=True),
        sa.Column("term_from", sa.Date(), nullable=True),
        sa.Column("term_to", sa.Date(), nullable=True, comment="None: 长期"),
        sa.Column("unit_phone", sa.String(length=30), nullable=True),
        sa.Column("unit_fax", sa.String(length=30), nullable=True),
        sa.Column("authorised_person", sa.String(length=50), nullable=True),
        sa.Column("authorised_matter", sa.String(length=200), nullable=True),
        sa.Column("authorised_until", sa.Date(), nullable=True),
        sa.Column("rep_place_type", sa.String(length=20), nullable=True),
        sa.Column("rep_continent", sa.String(length=20), nullable=True),
        sa.Column("rep_id_type", sa.String(length=30), nullable=True),
        sa.Column("rep_id_number", models.sealed.Sealed(), nullable=True),
        sa.Column("rep_valid_to", sa.Date(), nullable=True),
        sa.Column("rep_is_permanent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("business_term", sa.String(length=50), nullable=True),
        sa.Column("industry_first", sa.String(length=50), nullable=True),
        sa.Column("industry_second", sa.String(length=50), nullable=True),
        sa.Column("business_register", sa.String(length=100), nullable=True),
        sa.Column("approved_on", sa.String(length=30), nullable=True, comment="核准时间; a day or 无"),
        sa.Column("foreign_source", sa.String(length=50), nullable=True),
        sa.Column("tax_method", sa.String(length=50), nullable=True),
        sa.Column("company_type", sa.String(length=50), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_profile_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_profile")),
    )
    op.create_table(
        "service_approval",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(unit_id IS NULL) <> (account_id IS NULL)", name=op.f("ck_service_approval_one_subject")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_approval_account_id_account")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_service_approval_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_approval")),
        sa.UniqueConstraint("item", "account_id", name=op.f("uq_service_approval_item_account_id")),
        sa.UniqueConstraint("item", "unit_id", name=op.f("uq_service_approval_item_unit_id")),
    )
    op.create_table(
        "service_follow",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_follow_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "item", name=op.f("pk_service_follow")),
    )
    op.add_column("person", sa.Column("gender", sa.String(length=10), nullable=True, comment="male, female"))
    op.add_column("person", sa.Column("ethnicity", sa.String(length=20), nullable=True))
    op.add_column("person", sa.Column("position", sa.String(length=50), nullable=True))
    op.add_column("person", sa.Column("born_on", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("phone", sa.String(length=30), nullable=True))
    op.add_column("person", sa.Column("fax", sa.String(length=30), nullable=True))
    op.add_column(
        "person",
        sa.Column(
            "place_type",
            sa.String(length=20),
            nullable=True,
            comment="类型: mainland, hk_macao_taiwan, foreign",
        ),
    )
    op.add_column(
        "person", sa.Column("continent", sa.String(length=20), nullable=True, comment="foreign only")
    )
    op.add_column(
        "person",
        sa.Column("id_valid_to", sa.Date(), nullable=True, comment="last valid day of the identity paper"),
    )
    op.add_column(
        "person", sa.Column("id_is_permanent", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(
        "person", sa.Column("area", sa.String(length=100), nullable=True, comment="所在地区 as typed")
    )
    op.add_column("person", sa.Column("home_address", sa.String(length=200), nullable=True))


def downgrade() -> None:
    for name in reversed(PERSON):
        op.drop_column("person", name)
    for table in ("service_follow", "service_approval", "unit_profile"):
        op.drop_table(table)
