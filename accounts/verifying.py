"""实名认证: when a case begins, what the registry is asked, and who is told."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.involved import refuse_involved
from accounts.profile import PERSON, UNIT, Record, Sheet, missing_fields
from adapters.registry import Answer, RealNameRegistry
from models.account import Account
from models.event import Actor, record_event
from models.grant import Grant
from models.id_rules import RESIDENT
from models.notification import notify
from models.unit_profile import UnitProfile
from models.verification import LEASE, OPEN, OWN_CASE, Verification

# Only these kinds of legal entities are known to the registry. Source: 科技部政务服务平台实名认证指南.
REGISTERED = ("enterprise", "public_institution", "social_organisation")


@dataclass(frozen=True)
class Question:
    """What the registry is asked about one case, as plain data: asked outside of any transaction."""

    case_id: uuid.UUID
    is_about_unit: bool
    words: tuple[str, ...]

    def put(self, registry: RealNameRegistry) -> Answer:
        """Ask the registry."""
        return (
            registry.verify_legal(*self.words) if self.is_about_unit else registry.verify_person(*self.words)
        )


def open_case(
    session: Session, sheet: Sheet, record: Record, account: Account, now: datetime
) -> Verification | None:
    """Begin a case about what was just saved, if it is complete and not verified; it is to be asked about then.

    What the registry cannot know goes straight to papers. A case that staff look at goes on.
    """
    if record.subject is None or record.subject.is_real_named or missing_fields(sheet, record):
        return None
    known = current_case(session, sheet, record)
    if known is not None and known.state == "pending":
        if record.subject.real_name_state == "manual_pending":
            return None
        known.end()
    elif known is not None and known.state in OPEN:
        known.end()
    session.flush()  # one open case at a time
    unit_id = None if sheet is PERSON else record.subject_id if sheet is UNIT else account.unit_id
    case = Verification(
        id=uuid.uuid4(), subject=sheet.name, unit_id=unit_id, account_id=None if sheet is UNIT else account.id,
        opened_at=now, next_at=datetime.now(UTC) + LEASE, attempts=0,
        state="checking" if _may_be_asked(sheet, record) else "wants_papers",
    )  # fmt: skip
    session.add(case)
    session.flush()  # need case.id for the question
    return case


def _may_be_asked(sheet: Sheet, record: Record) -> bool:
    if sheet is UNIT:
        return record.get("area_type") == "domestic" and record.get("legal_type") in REGISTERED
    return bool(record.get("id_type") == RESIDENT)


def current_case(session: Session, sheet: Sheet, record: Record) -> Verification | None:
    """Return the newest case about the subject; None when none was begun."""
    column = Verification.unit_id if sheet is UNIT else Verification.account_id
    query = select(Verification).where(Verification.subject == sheet.name, column == record.subject_id)
    return session.scalars(query.order_by(Verification.opened_at.desc(), Verification.id).limit(1)).first()


def reopen_for_papers(
    session: Session, sheet: Sheet, record: Record, account: Account, now: datetime
) -> Verification:
    """Return the case that papers may be put into now: the open one, or after a failure a new one."""
    case = current_case(session, sheet, record)
    if case is not None and case.state == "wants_papers":
        return case
    if case is None or case.state != "failed" or record.subject is None or record.subject.is_real_named:
        raise LookupError
    fresh = Verification(id=uuid.uuid4(), subject=case.subject, unit_id=case.unit_id, account_id=case.account_id,
                         opened_at=now, state="wants_papers", attempts=0)  # fmt: skip
    session.add(fresh)
    session.flush()  # need its id for the paper
    return fresh


def question_about(session: Session, case: Verification) -> Question:
    """Say what the registry is to be asked."""
    if case.unit is not None and case.subject == "unit":
        number = session.get_one(UnitProfile, case.unit_id).rep_id_number or ""
        words = (case.unit.name, case.unit.uscc, case.unit.legal_representative, number)
        return Question(case.id, True, words)
    account = session.get_one(Account, case.account_id)
    return Question(case.id, False, (account.person_name, account.id_type or "", account.id_number or ""))


def note_answer(session: Session, case: Verification, answer: Answer, actor: Actor, now: datetime) -> None:
    """Note what the registry said on the case and in the record; whoever waited for it is told."""
    waited, before = case.waits_for_registry, case.state
    case.note_answer(session, answer.outcome, answer.request_id, now, datetime.now(UTC))
    details = {
        "case": str(case.id),
        "subject": case.subject,
        "outcome": answer.outcome,
        "request": answer.request_id,
    }
    record_event(session, _stream(case), "verify", actor, now, details=details,
                 from_status=before, to_status=case.state)  # fmt: skip
    if waited and case.state != "checking":
        tell(session, case, now)


def tell(session: Session, case: Verification, now: datetime) -> None:
    """Tell the subject how its case stands."""
    if case.subject == "unit":
        accounts = session.scalars(
            select(Account).where(Account.unit_id == case.unit_id, Account.state == "active")
        ).all()
    else:
        accounts = [session.get_one(Account, case.account_id)]
    text = case.who(session).real_name_text
    reason = f"原因：{case.reason}。" if case.reason else ""
    values = {"对象": case.subject_text, "结果": text, "原因": reason}
    notify(session, accounts, "real_name_result", values, f"/profile/{case.subject}", now)


def refuse_own(session: Session, case: Verification, staff: Account) -> None:
    """Raise WrongMove when the case is about the person of the staff himself, or about a unit he may act for."""
    accounts = [case.account] if case.account is not None else []
    numbers = []
    if case.unit_id is not None:
        grantees = select(Grant.grantee_id).where(Grant.unit_id == case.unit_id, Grant.state == "active")
        theirs = or_(Account.unit_id == case.unit_id, Account.id.in_(grantees))
        accounts += session.scalars(select(Account).where(theirs))
        profile = session.get(UnitProfile, case.unit_id)
        numbers = [profile.rep_id_number] if profile is not None and profile.rep_id_number else []
    refuse_involved(staff, accounts, OWN_CASE, numbers=numbers)


def record_verdict(
    session: Session, case: Verification, actor: Actor, now: datetime, passes: bool, reason: str
) -> None:
    """Write a verdict of the staff down under the subject."""
    details = {
        "case": str(case.id),
        "subject": case.subject,
        "passes": passes,
        "decided": case.decided_at is not None,
    }
    record_event(session, _stream(case), "verify_by_staff", actor, now, note=reason, details=details)


def _stream(case: Verification) -> uuid.UUID:
    found = case.unit_id if case.subject == "unit" else case.account_id
    assert found is not None  # noqa: S101 - one of the two is always there
    return found
