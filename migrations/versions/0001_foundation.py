"""Create every table.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the reporting period"),
        sa.Column("period_end", sa.Date(), nullable=False, comment="last day of the reporting period"),
        sa.Column("cutoff_date", sa.Date(), nullable=False, comment="累计截止日"),
        sa.Column(
            "latest_start_date", sa.Date(), nullable=True, comment="registered and running by this day"
        ),
        sa.Column("open_at", sa.Date(), nullable=False),
        sa.Column("applicant_deadline", sa.Date(), nullable=False),
        sa.Column("city_deadline", sa.Date(), nullable=True),
        sa.Column("province_deadline", sa.Date(), nullable=True),
        sa.Column(
            "offers_next_office",
            sa.Boolean(),
            nullable=False,
            comment="the applicant may also choose the office above the nearest",
        ),
        sa.Column("paper_copies", sa.Integer(), nullable=False),
        sa.Column("stamp_hint", sa.String(length=500), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False, comment="thresholds of the conditions"),
        sa.Column("required_statistics", sa.JSON(), nullable=False),
        sa.Column("recommend_quota_ratio", sa.String(length=10), nullable=True),
        sa.Column("exclude_if_operator_certified", sa.Boolean(), nullable=False),
        sa.Column("format_requirements", sa.Text(), nullable=False, comment="规范性要求, paragraphs"),
        sa.Column(
            "indicator_definitions",
            sa.JSON(),
            nullable=False,
            comment="主要指标解释: {term, text, source} each",
        ),
        sa.Column("priority_directions", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    with op.batch_alter_table("batch") as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_kind"), ["kind"], unique=False)

    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "job",
        sa.Column("task", sa.String(length=40), nullable=False, comment="name in jobs.TASKS"),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="queued, running, done, failed"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="counted before the work starts"),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", models.base.UtcDateTime(), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("finished_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job") as batch_op:
        batch_op.create_index(
            "ix_job_unfinished",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )
        batch_op.create_index("uq_job_task_target_id", ["task", "target_id"], unique=True)

    op.create_table(
        "region",
        sa.Column("code", sa.String(length=6), nullable=False, comment="GB/T 2260, six digits"),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False, comment="nation, province, city, district"),
        sa.Column("geo_parent_code", sa.String(length=6), nullable=True),
        sa.Column("admin_parent_code", sa.String(length=6), nullable=True, comment="routing parent"),
        sa.Column("is_municipality", sa.Boolean(), nullable=False, comment="直辖市"),
        sa.Column("is_separately_planned", sa.Boolean(), nullable=False, comment="计划单列市"),
        sa.Column("is_hardship_region", sa.Boolean(), nullable=False, comment="艰苦边远地区"),
        sa.Column("pilot_change", sa.Boolean(), nullable=False, comment="信息变更试点"),
        sa.ForeignKeyConstraint(
            ["admin_parent_code"], ["region.code"], name=op.f("fk_region_admin_parent_code_region")
        ),
        sa.ForeignKeyConstraint(
            ["geo_parent_code"], ["region.code"], name=op.f("fk_region_geo_parent_code_region")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    with op.batch_alter_table("region") as batch_op:
        batch_op.create_index(batch_op.f("ix_region_admin_parent_code"), ["admin_parent_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_region_geo_parent_code"), ["geo_parent_code"], unique=False)

    op.create_table(
        "spent_captcha",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", models.base.UtcDateTime(), nullable=False, comment="may be forgotten then"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent_captcha")),
    )
    with op.batch_alter_table("spent_captcha") as batch_op:
        batch_op.create_index(batch_op.f("ix_spent_captcha_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the original"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("clean_sha256", sa.String(length=64), nullable=False),
        sa.Column("clean_size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False, comment="what was changed in the clean copy"),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=120), nullable=False, comment="purpose:subject, no secrets"),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("window_ends_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("blocked_until", models.base.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    with op.batch_alter_table("throttle") as batch_op:
        batch_op.create_index(batch_op.f("ix_throttle_window_ends_at"), ["window_ends_at"], unique=False)

    op.create_table(
        "office",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False, comment="district, city, province, torch"),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False, comment="where paper is handed in"),
        sa.Column("phone", sa.String(length=50), nullable=False),
        sa.Column("stamp_hint", sa.String(length=500), nullable=False, comment="where to seal the paper"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_office_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    with op.batch_alter_table("office") as batch_op:
        batch_op.create_index(batch_op.f("ix_office_region_code"), ["region_code"], unique=False)

    op.create_table(
        "unit",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False, comment="统一社会信用代码"),
        sa.Column("legal_representative", sa.String(length=50), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("nature", sa.String(length=30), nullable=True, comment="as operator_nature of the filing"),
        sa.Column("real_name_state", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False, comment="停用 makes all its grants ineffective"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_unit_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("name", name=op.f("uq_unit_name")),
        sa.UniqueConstraint("uscc", name=op.f("uq_unit_uscc")),
    )
    with op.batch_alter_table("unit") as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_region_code"), ["region_code"], unique=False)

    op.create_table(
        "account",
        sa.Column("login_name", sa.String(length=40), nullable=False),
        sa.Column("account_type", sa.String(length=10), nullable=False, comment="natural, legal, staff"),
        sa.Column("person_name", sa.String(length=50), nullable=False, comment="real name; empty for a unit"),
        sa.Column("unit_id", sa.Uuid(), nullable=True, comment="legal only"),
        sa.Column("office_id", sa.Uuid(), nullable=True, comment="reviewers only"),
        sa.Column(
            "staff_role",
            sa.String(length=20),
            nullable=True,
            comment="reviewer, helpdesk, system_admin, operator; staff only",
        ),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_scheme", sa.String(length=20), nullable=False),
        sa.Column("password_changed_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_account_office_id_office")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    with op.batch_alter_table("account") as batch_op:
        batch_op.create_index(batch_op.f("ix_account_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_account_login_name_lower", [sa.literal_column("lower(login_name)")], unique=True
        )

    op.create_table(
        "carrier",
        sa.Column(
            "kind",
            sa.String(length=30),
            nullable=False,
            comment="incubator, makerspace, university_science_park",
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("operation_started_on", sa.Date(), nullable=True),
        sa.Column("national_state", sa.String(length=20), nullable=False),
        sa.Column("certified_on", sa.Date(), nullable=True),
        sa.Column("certificate_no", sa.String(length=50), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("provincial_filing_level", sa.String(length=20), nullable=True),
        sa.Column("provincial_filed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["unit.id"], name=op.f("fk_carrier_operator_id_unit")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_carrier_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier")),
    )
    with op.batch_alter_table("carrier") as batch_op:
        batch_op.create_index(batch_op.f("ix_carrier_operator_id"), ["operator_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_carrier_region_code"), ["region_code"], unique=False)

    op.create_table(
        "event",
        sa.Column("stream_id", sa.Uuid(), nullable=False, comment="id of the filing or account"),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, 3 … within the stream"),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("at", models.base.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("actor_role", sa.String(length=30), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("from_status", sa.String(length=20), nullable=True),
        sa.Column("to_status", sa.String(length=20), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_event_account_id_account")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_event_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("stream_id", "number", name=op.f("uq_event_stream_id_number")),
    )
    with op.batch_alter_table("event") as batch_op:
        batch_op.create_index(batch_op.f("ix_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_stream_id"), ["stream_id"], unique=False)

    op.create_table(
        "filing",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False, comment="printed in the 版本号"),
        sa.Column("name", sa.String(length=100), nullable=False, comment="of the carrier, as lists show it"),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "carrier_id", sa.Uuid(), nullable=True, comment="empty until approval when the carrier is new"
        ),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("current_level", sa.String(length=10), nullable=True),
        sa.Column("receiving_office_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_version_no", sa.String(length=40), nullable=True),
        sa.Column("submitted_at", models.base.UtcDateTime(), nullable=True),
        sa.Column(
            "submitted_values",
            sa.JSON(),
            nullable=False,
            comment="derived values and condition states, stored once at submission",
        ),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(length=50), nullable=False, comment="login name, for 由…保存"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_filing_batch_id_batch")),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name=op.f("fk_filing_carrier_id_carrier")),
        sa.ForeignKeyConstraint(
            ["receiving_office_id"], ["office.id"], name=op.f("fk_filing_receiving_office_id_office")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_filing_region_code_region")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_filing_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("serial", name=op.f("uq_filing_serial")),
    )
    with op.batch_alter_table("filing") as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_carrier_id"), ["carrier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_kind"), ["kind"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_filing_receiving_office_id"), ["receiving_office_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_filing_region_code"), ["region_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_filing_open_carrier",
            ["kind", "batch_id", "carrier_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('draft', 'under_review', 'publicity', 'returned', 'withdrawn')"),
            postgresql_where=sa.text(
                "status IN ('draft', 'under_review', 'publicity', 'returned', 'withdrawn')"
            ),
        )

    op.create_table(
        "grant",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("grantee_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False, comment="last valid day"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="active, disabled"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["grantee_id"], ["account.id"], name=op.f("fk_grant_grantee_id_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_grant_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
    )
    with op.batch_alter_table("grant") as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_grantee_id"), ["grantee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grant_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("made_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_idempotency_key_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_key")),
    )
    with op.batch_alter_table("idempotency_key") as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_key_created_at"), ["created_at"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "acting_unit_id", sa.Uuid(), nullable=True, comment="the unit a natural person now acts for"
        ),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.Column(
            "seen_at", models.base.UtcDateTime(), nullable=False, comment="touched at most once a minute"
        ),
        sa.Column("ended_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("browser", sa.String(length=100), nullable=False, comment="family and major version only"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_login_session_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["acting_unit_id"], ["unit.id"], name=op.f("fk_login_session_acting_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session") as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_account_id"), ["account_id"], unique=False)

    op.create_table(
        "activity",
        sa.Column("activity_name", sa.String(length=100), nullable=True),
        sa.Column("activity_type", sa.String(length=20), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the table; gaps are allowed"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "error_count", sa.Integer(), nullable=False, comment="blocking problems besides missing answers"
        ),
        sa.Column(
            "missing_count", sa.Integer(), nullable=False, comment="required answers and files not given"
        ),
        sa.Column("removed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_activity_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity") as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False, comment="as the applicant named it"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_attachment_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_attachment_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["account.id"], name=op.f("fk_attachment_uploaded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("owner_id", "slot", name=op.f("uq_attachment_owner_id_slot")),
    )
    with op.batch_alter_table("attachment") as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "enterprise",
        sa.Column("enterprise_name", sa.String(length=100), nullable=True),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("converted_from_team", sa.Boolean(), nullable=True),
        sa.Column(
            "source_team_name", sa.String(length=100), nullable=True, comment="name of a converted team"
        ),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("moved_in_on", sa.Date(), nullable=True),
        sa.Column("has_moved_out", sa.Boolean(), nullable=True),
        sa.Column("employee_count", sa.Integer(), nullable=True),
        sa.Column("moved_out_on", sa.Date(), nullable=True),
        sa.Column("has_financing", sa.Boolean(), nullable=True),
        sa.Column("financed_on", sa.Date(), nullable=True),
        sa.Column("financing_amount", models.base.Hundredths(), nullable=True, comment="万元"),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the table; gaps are allowed"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "error_count", sa.Integer(), nullable=False, comment="blocking problems besides missing answers"
        ),
        sa.Column(
            "missing_count", sa.Integer(), nullable=False, comment="required answers and files not given"
        ),
        sa.Column("removed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_enterprise_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
    )
    with op.batch_alter_table("enterprise") as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "honor",
        sa.Column("honor_name", sa.String(length=200), nullable=True),
        sa.Column("granted_by", sa.String(length=100), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("honor_level", sa.String(length=20), nullable=True),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the table; gaps are allowed"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "error_count", sa.Integer(), nullable=False, comment="blocking problems besides missing answers"
        ),
        sa.Column(
            "missing_count", sa.Integer(), nullable=False, comment="required answers and files not given"
        ),
        sa.Column("removed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_honor_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honor")),
    )
    with op.batch_alter_table("honor") as batch_op:
        batch_op.create_index(batch_op.f("ix_honor_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "makerspace_filing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instructions_read", sa.Boolean(), nullable=True),
        sa.Column("priority_directions", sa.JSON(), nullable=True),
        sa.Column("makerspace_name", sa.String(length=100), nullable=True),
        sa.Column("operator_registered_on", sa.Date(), nullable=True),
        sa.Column("operation_started_on", sa.Date(), nullable=True),
        sa.Column("operator_nature", sa.String(length=30), nullable=True),
        sa.Column("is_independent_legal_entity", sa.Boolean(), nullable=True),
        sa.Column("makerspace_type", sa.String(length=20), nullable=True),
        sa.Column("focus_field", sa.String(length=100), nullable=True),
        sa.Column("provincial_filing_level", sa.String(length=20), nullable=True),
        sa.Column("provincial_filed_on", sa.Date(), nullable=True),
        sa.Column("makerspace_address", sa.String(length=200), nullable=True),
        sa.Column("website", sa.String(length=200), nullable=True),
        sa.Column("wechat_account", sa.String(length=100), nullable=True),
        sa.Column("manager_name", sa.String(length=50), nullable=True),
        sa.Column("contact_name", sa.String(length=50), nullable=True),
        sa.Column("contact_mobile", sa.String(length=20), nullable=True),
        sa.Column("contact_email", sa.String(length=100), nullable=True),
        sa.Column("introduction", sa.Text(), nullable=True),
        sa.Column("service_capability_text", sa.Text(), nullable=True),
        sa.Column("service_performance_text", sa.Text(), nullable=True),
        sa.Column("brand_culture_text", sa.Text(), nullable=True),
        sa.Column("development_plan_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["filing.id"], name=op.f("fk_makerspace_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_makerspace_filing")),
    )
    op.create_table(
        "material_version",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="001, 002 … within the filing"),
        sa.Column("version_no", sa.String(length=40), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("generated_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("generated_by_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="queued, running, ready, failed"),
        sa.Column("step", sa.String(length=20), nullable=False, comment="typeset, merge, stamp, finish"),
        sa.Column("step_done", sa.Integer(), nullable=False),
        sa.Column("step_total", sa.Integer(), nullable=False),
        sa.Column("step_what", sa.String(length=300), nullable=False, comment="the file being worked on"),
        sa.Column("failure", sa.String(length=500), nullable=False, comment="in Chinese, for the applicant"),
        sa.Column("failed_attachment_no", sa.Integer(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("pdf_size", sa.Integer(), nullable=True),
        sa.Column(
            "pdf_removed_at",
            models.base.UtcDateTime(),
            nullable=True,
            comment="bytes gone, digest kept",
        ),
        sa.Column("finished_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_material_version_filing_id_filing")
        ),
        sa.ForeignKeyConstraint(
            ["generated_by_id"], ["account.id"], name=op.f("fk_material_version_generated_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_version")),
        sa.UniqueConstraint("filing_id", "number", name=op.f("uq_material_version_filing_id_number")),
        sa.UniqueConstraint("version_no", name=op.f("uq_material_version_version_no")),
    )
    with op.batch_alter_table("material_version") as batch_op:
        batch_op.create_index(batch_op.f("ix_material_version_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_material_version_pdf_sha256"), ["pdf_sha256"], unique=False)

    op.create_table(
        "media_report",
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("media_name", sa.String(length=100), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the table; gaps are allowed"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "error_count", sa.Integer(), nullable=False, comment="blocking problems besides missing answers"
        ),
        sa.Column(
            "missing_count", sa.Integer(), nullable=False, comment="required answers and files not given"
        ),
        sa.Column("removed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_media_report_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_report")),
    )
    with op.batch_alter_table("media_report") as batch_op:
        batch_op.create_index(batch_op.f("ix_media_report_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "mentor",
        sa.Column("name", sa.String(length=50), nullable=True),
        sa.Column("employer", sa.String(length=100), nullable=True),
        sa.Column("position", sa.String(length=50), nullable=True, comment="职务"),
        sa.Column("service_field", sa.String(length=100), nullable=True),
        sa.Column("engagement", sa.String(length=20), nullable=True, comment="full_time, part_time"),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the table; gaps are allowed"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "error_count", sa.Integer(), nullable=False, comment="blocking problems besides missing answers"
        ),
        sa.Column(
            "missing_count", sa.Integer(), nullable=False, comment="required answers and files not given"
        ),
        sa.Column("removed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_mentor_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor")),
    )
    with op.batch_alter_table("mentor") as batch_op:
        batch_op.create_index(batch_op.f("ix_mentor_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "service_staff",
        sa.Column("name", sa.String(length=50), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("position", sa.String(length=50), nullable=True, comment="职务"),
        sa.Column("education", sa.String(length=20), nullable=True),
        sa.Column("major", sa.String(length=50), nullable=True),
        sa.Column("experience", sa.String(length=500), nullable=True),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the table; gaps are allowed"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "error_count", sa.Integer(), nullable=False, comment="blocking problems besides missing answers"
        ),
        sa.Column(
            "missing_count", sa.Integer(), nullable=False, comment="required answers and files not given"
        ),
        sa.Column("removed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_service_staff_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_staff")),
    )
    with op.batch_alter_table("service_staff") as batch_op:
        batch_op.create_index(batch_op.f("ix_service_staff_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "tab_state",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("tab", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("saved_by_id", sa.Uuid(), nullable=True),
        sa.Column("unsaved_input", sa.JSON(), nullable=False, comment="field → typed text"),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_tab_state_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["account.id"], name=op.f("fk_tab_state_saved_by_id_account")
        ),
        sa.PrimaryKeyConstraint("filing_id", "tab", name=op.f("pk_tab_state")),
    )
    op.create_table(
        "team",
        sa.Column("team_name", sa.String(length=100), nullable=True),
        sa.Column("leader_name", sa.String(length=50), nullable=True),
        sa.Column("moved_in_on", sa.Date(), nullable=True),
        sa.Column(
            "team_status", sa.String(length=20), nullable=True, comment="in_space, converted, moved_out"
        ),
        sa.Column("member_count", sa.Integer(), nullable=True),
        sa.Column("converted_registered_on", sa.Date(), nullable=True),
        sa.Column("moved_out_on", sa.Date(), nullable=True),
        sa.Column("has_financing", sa.Boolean(), nullable=True),
        sa.Column("financed_on", sa.Date(), nullable=True),
        sa.Column("financing_amount", models.base.Hundredths(), nullable=True, comment="万元"),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the table; gaps are allowed"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "error_count", sa.Integer(), nullable=False, comment="blocking problems besides missing answers"
        ),
        sa.Column(
            "missing_count", sa.Integer(), nullable=False, comment="required answers and files not given"
        ),
        sa.Column("removed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_team_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    with op.batch_alter_table("team") as batch_op:
        batch_op.create_index(batch_op.f("ix_team_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "venue",
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("area_total", models.base.Hundredths(), nullable=True, comment="㎡"),
        sa.Column("area_resident", models.base.Hundredths(), nullable=True, comment="㎡, 创业团队和企业"),
        sa.Column("area_public", models.base.Hundredths(), nullable=True, comment="㎡"),
        sa.Column("area_own_use", models.base.Hundredths(), nullable=True, comment="㎡"),
        sa.Column("area_other", models.base.Hundredths(), nullable=True, comment="㎡"),
        sa.Column("workstations", sa.Integer(), nullable=True),
        sa.Column("ownership", sa.JSON(), nullable=True, comment="owned, entrusted, leased"),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the table; gaps are allowed"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "error_count", sa.Integer(), nullable=False, comment="blocking problems besides missing answers"
        ),
        sa.Column(
            "missing_count", sa.Integer(), nullable=False, comment="required answers and files not given"
        ),
        sa.Column("removed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_venue_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
    )
    with op.batch_alter_table("venue") as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_filing_id"), ["filing_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("venue") as batch_op:
        batch_op.drop_index(batch_op.f("ix_venue_filing_id"))

    op.drop_table("venue")
    with op.batch_alter_table("team") as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_filing_id"))

    op.drop_table("team")
    op.drop_table("tab_state")
    with op.batch_alter_table("service_staff") as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_staff_filing_id"))

    op.drop_table("service_staff")
    with op.batch_alter_table("mentor") as batch_op:
        batch_op.drop_index(batch_op.f("ix_mentor_filing_id"))

    op.drop_table("mentor")
    with op.batch_alter_table("media_report") as batch_op:
        batch_op.drop_index(batch_op.f("ix_media_report_filing_id"))

    op.drop_table("media_report")
    with op.batch_alter_table("material_version") as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_version_pdf_sha256"))
        batch_op.drop_index(batch_op.f("ix_material_version_filing_id"))

    op.drop_table("material_version")
    op.drop_table("makerspace_filing")
    with op.batch_alter_table("honor") as batch_op:
        batch_op.drop_index(batch_op.f("ix_honor_filing_id"))

    op.drop_table("honor")
    with op.batch_alter_table("enterprise") as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_filing_id"))

    op.drop_table("enterprise")
    with op.batch_alter_table("attachment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_filing_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("activity") as batch_op:
        batch_op.drop_index(batch_op.f("ix_activity_filing_id"))

    op.drop_table("activity")
    with op.batch_alter_table("login_session") as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_account_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("idempotency_key") as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_key_created_at"))

    op.drop_table("idempotency_key")
    with op.batch_alter_table("grant") as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_unit_id"))
        batch_op.drop_index(batch_op.f("ix_grant_grantee_id"))

    op.drop_table("grant")
    with op.batch_alter_table("filing") as batch_op:
        batch_op.drop_index(
            "uq_filing_open_carrier",
            sqlite_where=sa.text("status IN ('draft', 'under_review', 'publicity', 'returned', 'withdrawn')"),
            postgresql_where=sa.text(
                "status IN ('draft', 'under_review', 'publicity', 'returned', 'withdrawn')"
            ),
        )
        batch_op.drop_index(batch_op.f("ix_filing_unit_id"))
        batch_op.drop_index(batch_op.f("ix_filing_region_code"))
        batch_op.drop_index(batch_op.f("ix_filing_receiving_office_id"))
        batch_op.drop_index(batch_op.f("ix_filing_kind"))
        batch_op.drop_index(batch_op.f("ix_filing_carrier_id"))
        batch_op.drop_index(batch_op.f("ix_filing_batch_id"))

    op.drop_table("filing")
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_stream_id"))
        batch_op.drop_index(batch_op.f("ix_event_at"))

    op.drop_table("event")
    with op.batch_alter_table("carrier") as batch_op:
        batch_op.drop_index(batch_op.f("ix_carrier_region_code"))
        batch_op.drop_index(batch_op.f("ix_carrier_operator_id"))

    op.drop_table("carrier")
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_index("uq_account_login_name_lower")
        batch_op.drop_index(batch_op.f("ix_account_unit_id"))
        batch_op.drop_index(batch_op.f("ix_account_office_id"))

    op.drop_table("account")
    with op.batch_alter_table("unit") as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_region_code"))

    op.drop_table("unit")
    with op.batch_alter_table("office") as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_region_code"))

    op.drop_table("office")
    with op.batch_alter_table("throttle") as batch_op:
        batch_op.drop_index(batch_op.f("ix_throttle_window_ends_at"))

    op.drop_table("throttle")
    op.drop_table("stored_file")
    with op.batch_alter_table("spent_captcha") as batch_op:
        batch_op.drop_index(batch_op.f("ix_spent_captcha_expires_at"))

    op.drop_table("spent_captcha")
    with op.batch_alter_table("region") as batch_op:
        batch_op.drop_index(batch_op.f("ix_region_geo_parent_code"))
        batch_op.drop_index(batch_op.f("ix_region_admin_parent_code"))

    op.drop_table("region")
    with op.batch_alter_table("job") as batch_op:
        batch_op.drop_index("uq_job_task_target_id")
        batch_op.drop_index(
            "ix_job_unfinished",
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )

    op.drop_table("job")
    op.drop_table("counter")
    with op.batch_alter_table("batch") as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_kind"))

    op.drop_table("batch")
