"""Appeals (申诉找回): who lost login name or mobile asks for the account back, with papers."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from clock import shanghai_day
from extensions import keyring
from models.account import Account, holder_of_id_number
from models.activation import ACTIVE, PENDING
from models.base import Base, HasUuid, UtcDateTime
from models.counter import next_number
from models.delivery import Delivery
from models.event import Actor, record_event
from models.former_name import units_once_named
from models.id_rules import ID_TYPES
from models.notice_text import wording
from models.sealed import Sealed, mask_id_number, mask_mobile
from models.stored_file import StoredFile
from models.two_reviews import TooLate, TwoReviews
from models.unit import Unit, unit_named, unit_of_code

STATE_TEXTS = {
    "submitted": "已提交", "in_review": "审核中", "second_review": "复核中", "approved": "已通过",
    "rejected": "未通过", "no_match": "没有找到与证件匹配的账号",
}  # fmt: skip
# Name of a paper → label and what to scan, by type of account. Source: 科技部政务服务平台常见问题 3.
PAPERS = {
    "natural": {
        "id_front": ("证件正面", "身份证件有照片的一面"),
        "id_back": ("证件反面", "身份证件的另一面"),
    },
    "legal": {
        "id_front": (
            "证件正面",
            "主代办人身份证件正面。单位名称变更过的：证件正反面复印件，本人签字并盖公章",
        ),
        "id_back": ("证件反面", "主代办人身份证件反面。单位名称变更过的：变更声明，盖公章"),
        "licence": ("营业执照", "或法人证书"),
        "authorisation": ("授权书", "单位授权主代办人的授权书，盖公章"),
    },
}


class Appeal(TwoReviews, Base):
    """One appeal. Who decides about it reads this row, its papers and the accounts that match.

    Verdicts: approve:<id of the account>, reject, no_match.
    """

    __tablename__ = "appeal"
    outcomes: ClassVar[Mapping[str, str]] = {
        "approve": "approved", "reject": "rejected", "no_match": "no_match",
    }  # fmt: skip
    noun: ClassVar[str] = "appeal"

    case_no: Mapped[str] = mapped_column(String(20), unique=True, comment="SS-2021-000001")
    account_type: Mapped[str] = mapped_column(String(10), comment="natural, legal")
    person_name: Mapped[str] = mapped_column(String(50), comment="of the person, or of the 主代办人")
    id_type: Mapped[str] = mapped_column(String(30))
    id_number: Mapped[str] = mapped_column(Sealed)
    unit_name: Mapped[str] = mapped_column(String(100), default="", comment="legal only")
    former_name: Mapped[str] = mapped_column(String(100), default="", comment="legal only, if it changed")
    uscc: Mapped[str] = mapped_column(String(18), default="", comment="legal only")
    mobile: Mapped[str] = mapped_column(Sealed, comment="proven; the result goes there")
    mobile_digest: Mapped[str] = mapped_column(String(64), index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment="the match")
    hold_until: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="business time; approved, but the old mobile may still object until then"
    )
    recovered_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="business time; mobile replaced and link sent"
    )

    papers: Mapped[list["AppealPaper"]] = relationship(back_populates="appeal", order_by="AppealPaper.paper")
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])

    @property
    def state_text(self) -> str:
        return STATE_TEXTS[self.state]

    @property
    def name(self) -> str:
        """The unit or person that asks."""
        return self.unit_name or self.person_name

    @property
    def id_type_text(self) -> str:
        return ID_TYPES[self.id_type]

    @property
    def is_held(self) -> bool:
        """Whether it is approved and the account is not handed over yet."""
        return self.state == "approved" and self.recovered_at is None

    @property
    def masked_mobile(self) -> str:
        return mask_mobile(self.mobile)

    @property
    def masked_id_number(self) -> str:
        return mask_id_number(self.id_number)

    def halt(self, session: Session, seen: int, actor: Actor, reason: str, at: datetime) -> None:
        """Take an approval back while it is held, because whoever has the old mobile objected."""
        if not self.is_held:
            raise TooLate
        self._move(session, seen, "halt", actor, at, "rejected", note=reason, reason=reason, hold_until=None,
                   decided_by_id=actor.account_id, decided_at=at)  # fmt: skip

    def note_recovered(self, session: Session, actor: Actor, at: datetime) -> None:
        """Note that the account is handed over; fails when somebody else just did or took it back."""
        if not self.is_held:
            raise TooLate
        self._move(session, self.version, "carry_out", actor, at, "approved", recovered_at=at)


class AppealPaper(HasUuid, Base):
    """One uploaded paper of an appeal."""

    __tablename__ = "appeal_paper"

    appeal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appeal.id"), index=True)
    paper: Mapped[str] = mapped_column(String(20), comment="as in PAPERS")
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))

    appeal: Mapped[Appeal] = relationship(back_populates="papers")
    file: Mapped[StoredFile] = relationship()


def submit_appeal(
    session: Session, account_type: str, answers: Mapping[str, str], mobile: str,
    papers: Mapping[str, tuple[str, str]], address: str, at: datetime,
) -> Appeal:  # fmt: skip
    """Store an appeal with its papers (name → file name and sha256) and tell the case number by SMS.

    Without a matching account it ends at once, with the text of the platform. The files must be noted already.
    """
    account = next((match.account for match in matches(session, account_type, answers)), None)
    appeal = Appeal(
        id=uuid.uuid4(), case_no=f"SS-{shanghai_day(at).year}-{next_number(session, 'appeal'):06d}", account_type=account_type,
        mobile=mobile, mobile_digest=keyring.digest(mobile, "mobile"), created_at=at, **answers,
        state="submitted" if account else "no_match", account_id=account.id if account else None,
        decided_at=None if account else at,
    )  # fmt: skip
    appeal.papers = [AppealPaper(paper=paper, name=name, sha256=sha) for paper, (name, sha) in papers.items()]
    session.add(appeal)
    actor = Actor(None, appeal.person_name, account_type, None, address)
    record_event(session, appeal.id, "submit_appeal", actor, at, to_status=appeal.state)
    words = wording(session, "appeal_received" if account else "appeal_no_match")
    if words is not None:
        words = words.filled({"编号": appeal.case_no})
        session.add(Delivery(
            channel="sms", name="appeal", address=mobile, masked_address=mask_mobile(mobile), title=words.title,
            words=words.text, created_at=at,
        ))  # fmt: skip
    return appeal


@dataclass(frozen=True)
class Match:
    """An account that the words of an appeal fit, and which of them do."""

    account: Account
    by: str


def matches(session: Session, account_type: str, answers: Mapping[str, str]) -> list[Match]:
    """Find the accounts that may be meant, the likeliest first: of a person the one of his identity paper.

    Of a unit by its code, then by its present or former name, also one that the unit has given up since. What was
    disabled or merged cannot be recovered.
    """
    if account_type == "natural":
        holder = holder_of_id_number(session, answers["id_type"], answers["id_number"])
        return [Match(holder, "证件号码")] if holder and holder.state in (ACTIVE, PENDING) else []
    found: dict[uuid.UUID, Match] = {}
    for unit, by in _units(session, answers):
        held = select(Account).where(
            Account.unit_id == unit.id, Account.account_type == "legal", Account.state.in_((ACTIVE, PENDING))
        )
        for account in session.scalars(held.order_by(Account.created_at)):
            found.setdefault(account.id, Match(account, by))
    return list(found.values())


def _units(session: Session, answers: Mapping[str, str]) -> Iterator[tuple[Unit, str]]:
    coded = unit_of_code(session, answers["uscc"])
    if coded is not None:
        yield coded, "统一社会信用代码"
    for field, by in (("unit_name", "单位名称"), ("former_name", "原单位名称")):
        if answers[field]:
            named = unit_named(session, answers[field])
            if named is not None:
                yield named, by
            yield from ((unit, f"{by}（曾用名）") for unit in units_once_named(session, answers[field]))


def matches_of(session: Session, appeal: Appeal) -> list[Match]:
    """Find the accounts that an appeal may mean as things are now."""
    names = ("id_type", "id_number", "unit_name", "former_name", "uscc")
    return matches(session, appeal.account_type, {name: getattr(appeal, name) for name in names})


def appeal_of(session: Session, case_no: str, mobile: str) -> Appeal | None:
    """Return the appeal of this number if it was made with this mobile; None else."""
    digests = keyring.digests(mobile, "mobile")
    wanted = select(Appeal).where(Appeal.case_no == case_no, Appeal.mobile_digest.in_(digests))
    return session.scalars(wanted).first()
