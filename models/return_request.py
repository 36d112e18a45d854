"""Return requests (退回要求): what exactly an office wants mended, pinned to a spot of what was submitted."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.office import Office

FAULT_TEXTS = {"wrong": "错误", "missing": "缺失", "outdated": "过期"}


class ReturnRequest(HasUuid, Base):
    """One request. Unsent ones belong to the office alone; a 退回 sends them with its opinion.

    `spot` names a spot of the submitted snapshot: `tab`, `tab/field`, `tab/slot`, `table`, `table/row`,
    `table/row/field` or `table/row/slot`. `spot_text` and `value_text` are what the reviewer saw there.
    """

    __tablename__ = "return_request"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    opinion_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("opinion.id"), index=True, comment="the 退回 it was sent with; None while it is not sent"
    )
    round: Mapped[int] = mapped_column(comment="the submission it is about: 1, 2, 3 …")
    number: Mapped[int] = mapped_column(comment="1, 2, 3 … within the submission")
    spot: Mapped[str] = mapped_column(String(120))
    spot_text: Mapped[str] = mapped_column(String(300))
    value_text: Mapped[str] = mapped_column(Text, default="")
    fault: Mapped[str] = mapped_column(String(10), comment="wrong, missing, outdated")
    text: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reply: Mapped[str] = mapped_column(
        String(1000), default="", comment="the applicant's, instead of mending"
    )
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_by: Mapped[str] = mapped_column(String(50), default="", comment="login name")

    office: Mapped[Office] = relationship()
    author: Mapped[Account] = relationship()

    @property
    def fault_text(self) -> str:
        return FAULT_TEXTS[self.fault]

    @property
    def part(self) -> str:
        """The tab or table the spot lies in."""
        return self.spot.split("/")[0]

    def answer(self, reply: str, login_name: str, at: datetime) -> None:
        """Note why nothing had to be mended; empty text takes the reply back."""
        self.reply = reply
        self.replied_at, self.replied_by = (at, login_name) if reply else (None, "")
