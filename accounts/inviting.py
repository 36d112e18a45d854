"""创建用户: a unit invites somebody; he alone chooses login name and password, and the unit learns when he came."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from accounts.granted import granters_of
from accounts.granting import Grantor
from clock import shanghai_day
from extensions import keyring
from models.account import Account, holder_of_id_number
from models.delivery import Delivery
from models.event import Actor, record_event
from models.invitation import ACCEPTED, CANCELLED, LIFETIME, PENDING, Invitation, pending_invitation
from models.notice_text import wording
from models.notification import notify
from models.person import Person
from models.throttle import Limit, take_try
from models.unit import name_key

PER_UNIT = Limit(tries=50, window=timedelta(days=1), block=timedelta(days=1))
PER_MOBILE = Limit(tries=3, window=timedelta(days=1), block=timedelta(days=1))
KEPT = timedelta(days=30)  # one whose time is over, so that it can be sent again
LINK = "/grants/invitations"
NOT_VERIFIED_UNIT = "本单位完成法人实名认证后，才能创建用户"
ALREADY = "已经为这位用户创建过，正在等他激活；没有收到短信的，可以在下面重新发送"
NOT_VERIFIED = "这位用户已有账号，但还没有完成个人实名认证。请他登录后先完成实名认证，再在“授权操作”中授权"
HAS_ACCOUNT = "这位用户已有账号，不需要创建，可以直接授权"
OVER = "这条邀请已经激活或取消，请刷新查看"


class NotInvited(Exception):
    """Nobody was invited; the message says why. `account`: the person has one and can be authorised at once."""

    def __init__(self, message: str, account: Account | None = None) -> None:
        super().__init__(message)
        self.account = account


class TooOften(Exception):
    """So many messages are not sent; `wait` says for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many messages")
        self.wait = wait


def invite_person(
    session: Session, grantor: Grantor, answers: Mapping[str, str], site: str, now: datetime, at: datetime
) -> Invitation:
    """Invite somebody without an account by SMS, or raise NotInvited or TooOften.

    `answers`: person_name, id_type, id_number, mobile. That somebody has an account is told only to who names
    both his name and his number. `now` is real time and counts, `at` is business time.
    """
    if not grantor.unit.is_active or not grantor.unit.is_real_named:
        raise NotInvited(NOT_VERIFIED_UNIT)
    _refuse_holder(session, answers)
    earlier = pending_invitation(session, grantor.unit.id, answers["id_type"], answers["id_number"])
    if earlier is not None and earlier.is_open(now):
        raise NotInvited(ALREADY)
    _count(session, grantor.unit.id, answers["mobile"], now)
    if earlier is not None:  # its time is over
        earlier.leave(session, CANCELLED)
    invitation = Invitation(
        id=uuid.uuid4(), unit_id=grantor.unit.id, person_name=answers["person_name"], mobile=answers["mobile"],
        created_at=at, invited_by_id=grantor.actor.account_id, state=PENDING, sent_count=1,
    )  # fmt: skip
    invitation.set_id_number(answers["id_type"], answers["id_number"])
    token = invitation.renew_token(now)
    try:
        with session.begin_nested():
            session.add(invitation)
    except IntegrityError as error:  # a colleague was faster by a moment
        raise NotInvited(ALREADY) from error
    _send(session, invitation, token, grantor.unit.name, site, at)
    _record(session, invitation, "invite_user", grantor.actor, at)
    return invitation


def _refuse_holder(session: Session, answers: Mapping[str, str]) -> None:
    holder = holder_of_id_number(session, answers["id_type"], answers["id_number"])
    if holder is None or name_key(holder.person_name) != name_key(answers["person_name"]):
        return
    person = session.get(Person, holder.id)
    if holder.state == "active" and person is not None and person.is_real_named:
        raise NotInvited(HAS_ACCOUNT, holder)
    raise NotInvited(NOT_VERIFIED)


def send_again(
    session: Session, invitation: Invitation, grantor: Grantor, site: str, now: datetime, at: datetime
) -> None:
    """Send another link; the one before ends. Raises NotInvited or TooOften."""
    if invitation.state != PENDING or invitation.mobile is None:
        raise NotInvited(OVER)
    _count(session, grantor.unit.id, invitation.mobile, now)
    token = invitation.renew_token(now)
    invitation.sent_count += 1
    _send(session, invitation, token, grantor.unit.name, site, at)
    _record(session, invitation, "invite_user_again", grantor.actor, at)


def cancel(session: Session, invitation: Invitation, grantor: Grantor, at: datetime) -> None:
    """End an invitation: its link is good no more. Raises NotInvited when it is accepted or cancelled."""
    details = _details(invitation)
    if not invitation.leave(session, CANCELLED):
        raise NotInvited(OVER)
    record_event(session, invitation.unit_id, "cancel_invitation", grantor.actor, at, details=details)


def accept(session: Session, invitation: Invitation, account: Account, actor: Actor, at: datetime) -> None:
    """Note that the person made the account, and tell those who can authorise him now.

    One that was cancelled meanwhile changes nothing: the account is the person's own.
    """
    if not invitation.leave(session, ACCEPTED, account.id):
        return
    details = {"person": account.login_name, "invitation": str(invitation.id)}
    record_event(session, invitation.unit_id, "accept_invitation", actor, at, details=details)
    values = {"姓名": account.person_name, "登录名": account.login_name, "单位": invitation.unit.name}
    granters = granters_of(session, invitation.unit, shanghai_day(at))
    notify(session, granters, "invitation_accepted", values, LINK, at)


def invitations_of(session: Session, unit_id: uuid.UUID) -> Sequence[Invitation]:
    """Read the unit's invitations that were not cancelled, the newest first."""
    query = select(Invitation).where(Invitation.unit_id == unit_id, Invitation.state != CANCELLED)
    return session.scalars(
        query.options(joinedload(Invitation.account))
        .order_by(Invitation.created_at.desc(), Invitation.id)
        .limit(200)
    ).all()


def forget_old_invitations(session: Session, _at: datetime) -> int:
    """Delete invitations that nobody followed for a month after their time; returns how many."""
    over = delete(Invitation).where(
        Invitation.state == PENDING, Invitation.expires_at < datetime.now(UTC) - KEPT
    )
    return len(session.scalars(over.returning(Invitation.id)).all())


def _count(session: Session, unit_id: uuid.UUID, mobile: str, now: datetime) -> None:
    """Count a message to the mobile in the name of the unit, or raise TooOften."""
    digest = keyring.digest(mobile, "mobile")
    for key, limit in ((f"invite:{digest}", PER_MOBILE), (f"invite-unit:{unit_id.hex}", PER_UNIT)):
        if wait := take_try(session, key, limit, now):
            raise TooOften(wait)


def _send(
    session: Session, invitation: Invitation, token: str, unit_name: str, site: str, at: datetime
) -> None:
    words = wording(session, "user_invited")
    if words is None or invitation.mobile is None:
        return
    link = f"{site}/register/invitation/{token}"
    words = words.filled({"单位": unit_name, "天数": LIFETIME.days, "链接": link})
    session.add(
        Delivery.secret(invitation.mobile, words.title, words.text, "user_invited", at, invitation.expires_at)
    )


def _record(session: Session, invitation: Invitation, act: str, actor: Actor, at: datetime) -> None:
    record_event(session, invitation.unit_id, act, actor, at, details=_details(invitation))


def _details(invitation: Invitation) -> dict[str, str]:
    return {
        "invitation": str(invitation.id),
        "id_number": invitation.masked_id_number, "mobile": invitation.masked_mobile,
    }  # fmt: skip
