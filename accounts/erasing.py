"""Removing what is held about a person whose account is closed.

Every table that refers to an account is named here, in ERASED or in KEPT: a new one has to be decided about.
Source: 个人信息保护法 第四十七条.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from models.account import Account
from models.activation import CLOSED
from models.appeal import Appeal, AppealPaper
from models.consent import Consent
from models.data_copy import DataCopy
from models.delivery import Delivery
from models.event import Actor, erase_words
from models.former_login_name import keep_login_name
from models.former_password import FormerPassword
from models.idempotency_key import IdempotencyKey
from models.invitation import Invitation
from models.linked_identity import LinkedIdentity
from models.login_session import LoginSession, end_sessions
from models.notification import Notification
from models.one_time_link import OneTimeLink
from models.person import Person
from models.presence import Presence
from models.recovery_code import RecoveryCode
from models.registration import Registration
from models.saved_view import SavedView
from models.sealed import id_number_digests
from models.second_factor import SecondFactor
from models.service import Follow
from models.service_approval import ServiceApproval
from models.stored_file import give_up
from models.unit_profile import UnitProfile
from models.verification import OPEN, Verification, VerificationFile

NOBODY = "已注销用户"
# Rows that are the person's alone go.
GONE: tuple[type[Any], ...] = (
    Person, FormerPassword, SecondFactor, RecoveryCode, OneTimeLink, Notification, Delivery, IdempotencyKey, Follow,
    SavedView, Presence, Registration, LinkedIdentity,
)  # fmt: skip
# What is left of the others names nobody.
BLANKED: tuple[dict[str, Any], ...] = (
    {"table": LoginSession, "address": "", "browser": ""},
    {"table": Consent, "address": ""},
    {"table": Invitation, "person_name": NOBODY, "id_number": None, "id_number_digest": None, "mobile": None},
    {
        "table": Appeal,
        "person_name": NOBODY,
        "id_number": "",
        "mobile": "",
        "mobile_digest": "",
        "reason": "",
        "first_reason": "",
    },
    {"table": Verification, "reason": "", "first_reason": "", "request_id": ""},
)
# Of a unit's representative and agent, which are people, too.
OF_A_UNIT = dict.fromkeys(("authorised_person", "authorised_matter", "authorised_until", "rep_place_type", "rep_continent", "rep_id_type", "rep_id_number", "rep_valid_to", "letter_name", "letter_sha256", "letter_uploaded_at", "unit_email", "unit_phone", "unit_fax"))  # fmt: skip
# Of a service owner's list the row with the number of the person goes, too; a copy of his data ends.
ERASED = {one.__tablename__ for one in GONE} | {one["table"].__tablename__ for one in BLANKED}
ERASED |= {ServiceApproval.__tablename__, DataCopy.__tablename__}
# Records of units and offices, which say who acted by an account that names nobody now.
KEPT = {
    "event", "filing", "attachment", "pending_file", "table_import", "tab_state", "material_version", "grant",
    "unit_service_permission", "verification_file", "handover", "closure_request", "account_conflict", "account_import", "qr_answer",
    "former_login_name",
    # of the staff, whose accounts are not closed this way
    "export", "objection", "opinion", "opinion_file", "paper_receipt", "public_notice", "publication",
    "recommendation", "recusal", "return_request", "review_note",
}  # fmt: skip


def pseudonym(account: Account) -> str:
    """Return the name by which records call a closed account."""
    return f"closed_{account.id.hex[:12]}"


def anonymise(session: Session, account: Account, actor: Actor, at: datetime) -> None:
    """Leave of the account what records refer to. Bytes are only given up here: they go after the commit."""
    end_sessions(session, account.id, datetime.now(UTC))
    _give_up_copies(session, account)
    _remove_papers(session, account, at)
    for table in GONE:
        session.execute(delete(table).where(table.account_id == account.id))
    if account.id_number is not None:
        digests = id_number_digests(account.id_type, account.id_number)
        session.execute(delete(ServiceApproval).where(ServiceApproval.id_number_digest.in_(digests)))
    for change in BLANKED:
        values = {name: value for name, value in change.items() if name != "table"}
        session.execute(
            update(change["table"]).where(change["table"].account_id == account.id).values(values)
        )
    if account.unit_id is not None:
        of_unit = UnitProfile.unit_id == account.unit_id
        give_up(session, filter(None, session.scalars(select(UnitProfile.letter_sha256).where(of_unit))), at)
        session.execute(update(UnitProfile).where(of_unit).values(OF_A_UNIT))
    keep_login_name(session, account, datetime.now(UTC))  # records still call him by it
    appeals = session.scalars(select(Appeal.id).where(Appeal.account_id == account.id)).all()
    for stream_id in (account.id, *appeals):
        erase_words(session, stream_id, pseudonym(account), actor, at)
    account.login_name, account.person_name, account.state = pseudonym(account), NOBODY, CLOSED
    account.password_hash, account.email, account.closes_at = "", None, None
    account.id_type = account.id_number = account.id_number_digest = None
    account.set_mobile(None, None)
    session.flush()


def _remove_papers(session: Session, account: Account, at: datetime) -> None:
    """Take the scans of identity papers and statements about the account away, and give their bytes up.

    A case that is open ends with them: nobody is left to decide about. The bytes go in a step of their own, when
    nothing else needs them (`jobs/papers.py`).
    """
    about = Verification.account_id == account.id
    if account.unit_id is not None:
        about = or_(about, Verification.unit_id == account.unit_id)
    for case in session.scalars(select(Verification).where(about, Verification.state.in_(OPEN))):
        case.end()
    cases = select(Verification.id).where(about)
    appeals = select(Appeal.id).where(Appeal.account_id == account.id)
    files = (
        (VerificationFile, VerificationFile.verification_id.in_(cases)),
        (AppealPaper, AppealPaper.appeal_id.in_(appeals)),
    )
    digests: set[str] = set()
    for table, theirs in files:
        digests |= set(session.scalars(select(table.sha256).where(theirs)))
        session.execute(delete(table).where(theirs).execution_options(synchronize_session="fetch"))
    give_up(session, digests, at)


def _give_up_copies(session: Session, account: Account) -> None:
    """Let the copies of his data end now; a row goes when its bytes have gone (`jobs/data_copy.py`)."""
    mine = DataCopy.account_id == account.id
    session.execute(delete(DataCopy).where(mine, DataCopy.sha256.is_(None)))
    session.execute(update(DataCopy).where(mine).values(expires_at=datetime.now(UTC)))
