"""Grants (授权): what a unit lets a natural person do for it."""

import uuid
from datetime import date, datetime

from sqlalchemy import BindParameter, ColumnElement, ForeignKey, String, and_, exists, or_
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.service import services
from models.service_permission import ServicePermission
from models.unit import Unit

ROLE_TEXTS = {
    "item_handler": "事项办理员",
    "unit_admin": "单位管理员",
    "unit_maintainer": "维护法人（单位）信息",
}
# What only the unit's own account gives, never an administrator. Source: accounts, 用户授权管理.
BY_THE_UNIT_ITSELF = ("unit_admin", "unit_maintainer")


def right_text(role: str, item: str = "") -> str:
    """Name a right as pages show it: the service and the role in it, or the role in the unit."""
    service = services().get(item)
    return f"{service.name} · {ROLE_TEXTS[role]}" if service else ROLE_TEXTS[role]


class Grant(HasUuid, Base):
    """A right of one person in one unit, for a time.

    item_handler 事项办理员 handles one service; unit_admin 单位管理员 manages people; unit_maintainer keeps the
    unit's own data. What an administrator gives derives from his own grant, its `source`, and falls with it.
    """

    __tablename__ = "grant"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    grantee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    item: Mapped[str] = mapped_column(
        String(40), default="", comment="service of an item_handler, else empty"
    )
    valid_from: Mapped[date]
    valid_to: Mapped[date] = mapped_column(index=True, comment="last valid day")
    state: Mapped[str] = mapped_column(String(20), default="active", comment="active, disabled")
    granted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    granted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("grant.id"),
        index=True,
        comment="the administrator's grant it derives from; None: the unit",
    )
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(200), default="", comment="why it was ended")
    reminded_days: Mapped[int | None] = mapped_column(
        comment="the last reminder: 30 or 7 days before, 0 after"
    )

    unit: Mapped[Unit] = relationship()
    grantee: Mapped[Account] = relationship(foreign_keys=[grantee_id])

    @property
    def right(self) -> tuple[str, str]:
        return self.role, self.item

    @property
    def right_text(self) -> str:
        return right_text(self.role, self.item)

    def change(self, valid_to: date, source: "Grant | None") -> None:
        """Let it count until another day. Who makes it longer answers for it from then on."""
        if valid_to > self.valid_to:
            self.source_id = source.id if source else None
        self.valid_to, self.reminded_days = valid_to, None

    def renew(self, valid_to: date, source: "Grant | None") -> None:
        """Let it count by another source, as the one it derived from counts no more."""
        self.valid_to, self.source_id, self.reminded_days = valid_to, source.id if source else None, None

    def end(self, by: uuid.UUID | None, at: datetime, reason: str) -> None:
        """停用: it counts no more; what derives from it falls by itself."""
        self.state, self.ended_by_id, self.ended_at, self.reason = "disabled", by, at, reason[:200]


def effective_on(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a grant counts on `day`.

    It is active and in its time, its unit is not disabled and holds the service, and where an administrator
    gave it, he still is one.
    """
    source, giver = aliased(Grant), aliased(Account)
    held = exists().where(ServicePermission.unit_id == Grant.unit_id, ServicePermission.item == Grant.item)
    given = exists().where(
        source.id == Grant.source_id, _in_time(source, day), source.role == "unit_admin",
        giver.id == source.grantee_id, giver.state == "active",
    )  # fmt: skip
    enabled = exists().where(Unit.id == Grant.unit_id, Unit.is_active)
    return and_(
        _in_time(Grant, day),
        enabled.correlate(Grant),
        or_(Grant.item == "", held.correlate(Grant)),
        or_(Grant.source_id.is_(None), given.correlate(Grant)),
    )


def _in_time(grant: type[Grant], day: date | BindParameter[date]) -> ColumnElement[bool]:
    return and_(grant.state == "active", grant.valid_from <= day, grant.valid_to >= day)
