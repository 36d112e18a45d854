"""What an appeal that two people approved comes to: another mobile, a one-time link, nobody signed in, no password."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.involved import refuse_involved
from clock import SHANGHAI
from models.account import Account
from models.activation import ACTIVE, PENDING
from models.appeal import Appeal, matches_of
from models.delivery import Delivery
from models.event import Actor, record_event
from models.former_password import replace_password
from models.linked_identity import LinkedIdentity, unlink
from models.login_session import end_sessions
from models.notice_text import wording
from models.notification import notify
from models.one_time_link import LIFETIMES, OneTimeLink, take_back_links
from models.password import hash_password
from models.password_change import change_password
from models.person import Person
from models.real_name import PASSED
from models.sealed import mask_mobile
from models.second_factor import clear, has_factor
from models.verification import OPEN, Verification

HOLD = timedelta(hours=24)  # for whoever still has the old mobile to object
RECENT = timedelta(days=30)
OWN_CASE = "不能审核与自己有关的申诉"
GONE = "申诉对应的账号已停用或已注销"


def refuse_own(session: Session, appeal: Appeal, staff: Account) -> None:
    """Raise WrongMove when the appeal is by, or about an account of, the person of the staff himself."""
    accounts = [match.account for match in matches_of(session, appeal)]
    refuse_involved(staff, accounts, OWN_CASE, [appeal.mobile], [appeal.id_number])


def was_recovered_lately(session: Session, account: Account, at: datetime) -> bool:
    """Say whether another appeal got the account within 30 days: reason to look twice."""
    query = select(Appeal.id).where(Appeal.account_id == account.id, Appeal.recovered_at > at - RECENT)
    return session.scalars(query).first() is not None


def conclude(session: Session, appeal: Appeal, site: str, actor: Actor, at: datetime) -> None:
    """Do what the second of two equal verdicts means and tell the applicant. `site`: address of the installation.

    An approval takes effect at once, or a day later when the old mobile is proven and the account in use: until
    then whoever has it may object.
    """
    if appeal.state != "approved":
        _tell(session, appeal, f"appeal_{appeal.state}", {"原因": appeal.reason}, at)
        return
    account = session.get_one(Account, appeal.account_id, with_for_update=True)
    is_other_mobile = account.mobile is not None and account.mobile != appeal.mobile
    if is_other_mobile and account.mobile_verified_at is not None and account.state == ACTIVE:
        appeal.hold_until = at + HOLD
        _tell(session, appeal, "appeal_held", {"时间": _moment(appeal.hold_until)}, at)
        _warn(session, account, f"，将于 {_moment(appeal.hold_until)} 生效", at)
        return
    if is_other_mobile:
        _warn(session, account, "，已经生效", at)
    hand_over(session, appeal, site, actor, at)


def hand_over(session: Session, appeal: Appeal, site: str, actor: Actor, at: datetime) -> None:
    """Give the account of an approved appeal to who appealed: mobile, 主代办人, and a link to set a password.

    The old password is replaced by one that nobody knows; every session, code and older link ends with it.
    """
    account, now = session.get_one(Account, appeal.account_id, with_for_update=True), datetime.now(UTC)
    if account.state not in (ACTIVE, PENDING):
        appeal.halt(session, appeal.version, actor, GONE, at)
        tell_halted(session, appeal, at)
        return
    appeal.note_recovered(session, actor, at)
    before = account.masked_mobile
    account.set_mobile(appeal.mobile, at)
    account.closes_at = None  # whoever asked for that may have been somebody else
    if account.account_type == "legal":
        _replace_agent(session, account, appeal)
    if account.password_hash:
        replace_password(session, account, hash_password(secrets.token_urlsafe(32)), now, at)
    if has_factor(session, account.id):
        clear(session, account, f"申诉 {appeal.case_no} 通过", actor, at)
    for linked in session.scalars(
        select(LinkedIdentity).where(LinkedIdentity.account_id == account.id)
    ).all():
        unlink(session, linked, actor, at)
    end_sessions(session, account.id, now)
    take_back_links(session, account, now, "activation")
    record_event(session, account.id, "recover_account", actor, at,
                 details={"appeal": appeal.case_no, "mobile": [before, account.masked_mobile]})  # fmt: skip
    _send_link(session, appeal, account, site, at)


def _replace_agent(session: Session, account: Account, appeal: Appeal) -> None:
    """Let the person of the appeal be the 主代办人; what was said about and verified of another one ends."""
    is_same = (account.person_name, account.id_type, account.id_number) == (
        appeal.person_name, appeal.id_type, appeal.id_number,
    )  # fmt: skip
    if is_same:
        return
    account.person_name = appeal.person_name
    account.set_id_number(appeal.id_type, appeal.id_number)
    open_case = select(Verification).where(
        Verification.account_id == account.id, Verification.subject == "agent", Verification.state.in_(OPEN)
    )
    for case in session.scalars(open_case):
        case.end()
    person = session.get(Person, account.id)
    if person is not None:
        person.real_name_state = "stale" if person.real_name_state in (*PASSED, "stale") else "none"
        person.gender = person.born_on = person.phone = person.fax = person.id_valid_to = None
        person.place_type = person.continent = None
        person.id_is_permanent = False


def _send_link(session: Session, appeal: Appeal, account: Account, site: str, at: datetime) -> None:
    """Send login name and link to the mobile of the appeal; the words are forgotten once they left."""
    now = datetime.now(UTC)
    token = OneTimeLink.issue(session, account, "recovery", now)
    words = wording(session, "appeal_approved")
    if words is not None:
        words = words.filled({
            "编号": appeal.case_no, "登录名": account.login_name, "链接": f"{site}/account/recovery/{token}",
            "小时": LIFETIMES["recovery"] // timedelta(hours=1),
        })  # fmt: skip
        session.add(Delivery.secret(appeal.mobile, words.title, words.text, "appeal_approved", at,
                                    now + LIFETIMES["recovery"], account))  # fmt: skip


def set_recovered_password(
    session: Session, link: OneTimeLink, password_hash: str, actor: Actor, at: datetime
) -> bool:
    """Use the link up and give its account the password; False when the link is no longer good."""
    account = session.get_one(Account, link.account_id, with_for_update=True)
    if account.state not in (ACTIVE, PENDING) or not link.spend(session, datetime.now(UTC)):
        return False
    account.state = ACTIVE
    change_password(session, account, password_hash, "recover_password", actor, at)
    return True


def tell_halted(session: Session, appeal: Appeal, at: datetime) -> None:
    """Tell the applicant that an approval was taken back."""
    _tell(session, appeal, "appeal_rejected", {"原因": appeal.reason}, at)


def _warn(session: Session, account: Account, effect: str, at: datetime) -> None:
    """Tell whoever holds the account so far, at its old mobile and wherever else it is known."""
    values = {"登录名": account.login_name, "生效": effect}
    notify(session, [account], "appeal_warning", values, "/account/sessions", at)


def _tell(session: Session, appeal: Appeal, name: str, values: Mapping[str, str], at: datetime) -> None:
    """Write an SMS to the mobile of the appeal."""
    words = wording(session, name)
    if words is not None:
        words = words.filled({"编号": appeal.case_no, **values})
        session.add(Delivery(channel="sms", name=name, address=appeal.mobile, title=words.title, words=words.text,
                             masked_address=mask_mobile(appeal.mobile), created_at=at))  # fmt: skip


def _moment(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
