"""Consents: who agreed to which edition of the user agreement and the privacy policy, and when."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime

# Name of a document → its title and the edition that is shown now. A change of its text is a new edition.
DOCUMENTS = {"terms": ("用户协议", "1.0"), "privacy": ("隐私政策", "1.0")}


class Consent(HasUuid, Base):
    """One agreement to one edition. Source: 个人信息保护法 第十三条、第十四条."""

    __tablename__ = "consent"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    document: Mapped[str] = mapped_column(String(20), comment="terms, privacy")
    edition: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="business time")
    address: Mapped[str] = mapped_column(String(45), default="")


def record_consents(session: Session, account: Account, at: datetime, address: str) -> dict[str, str]:
    """Store that the account agreed to the present editions and return them by document."""
    editions = {name: edition for name, (_, edition) in DOCUMENTS.items()}
    session.add_all(
        Consent(account_id=account.id, document=name, edition=edition, given_at=at, address=address)
        for name, edition in editions.items()
    )
    return editions
