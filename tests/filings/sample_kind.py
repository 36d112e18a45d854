"""A kind that exists only in the tests: 用房备案, small, and declared with every word there is.

Its tables live in no migration: `register` makes them in the database of one test.
"""

import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from extensions import db
from filings.figures import Figures
from filings.finding import Finding
from filings.kind import Automatic, Check, Condition, Derived, Judgement, Kind, Slot, Tab, Table
from filings.kinds import KINDS
from filings.rules.residents import duplicates
from filings.rules.thresholds import at_least
from forms.base import FilingForm, RequiredToSubmit
from forms.choices import ChoiceField, YesNoField
from forms.fields import AreaField, DateField, LongTextField, TextField
from forms.recognition import HonorForm
from models.base import Base, Hundredths
from models.batch import Batch
from models.filing import Filing
from models.recognition import Honor
from models.row import FilingRow
from tests.build import build_batch


class RoomFiling(Filing):
    """The answers that stand once."""

    __tablename__ = "room_filing"
    __mapper_args__ = {"polymorphic_identity": "rooms"}  # noqa: RUF012 (as in the models)

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    house_name: Mapped[str | None] = mapped_column(String(100))
    opened_on: Mapped[date | None]
    has_lift: Mapped[bool | None]
    lift_checked_on: Mapped[date | None]
    history: Mapped[str | None] = mapped_column(Text)


class Room(FilingRow, Base):
    """One room."""

    __tablename__ = "room"

    door: Mapped[str | None] = mapped_column(String(20))
    use: Mapped[str | None] = mapped_column(String(20))
    area: Mapped[Decimal | None] = mapped_column(Hundredths)
    let_on: Mapped[date | None]


# The migrations, and every test that looks at all tables, know nothing of these two.
TABLES = (RoomFiling.__table__, Room.__table__)
for _table in TABLES:
    Base.metadata.remove(_table)


class HouseForm(FilingForm):
    """房屋."""

    house_name = TextField("楼宇名称", [RequiredToSubmit()])
    opened_on = DateField("启用时间", [RequiredToSubmit()])
    has_lift = YesNoField("有无电梯", [RequiredToSubmit()])
    lift_checked_on = DateField("电梯年检时间", [RequiredToSubmit(when=lambda filing: bool(filing.has_lift))])


class HistoryForm(FilingForm):
    """沿革."""

    history = LongTextField("楼宇沿革", max_length=200)


class RoomForm(FilingForm):
    """One room; what is let says since when."""

    door = TextField("门牌", [RequiredToSubmit()], max_length=20)
    use = ChoiceField("用途", [RequiredToSubmit()], choices=[("own", "自用"), ("let", "出租")], decides=True)
    area = AreaField("房间面积", [RequiredToSubmit()], above_zero=True)
    let_on = DateField("出租时间", [RequiredToSubmit(when=lambda room: room.use == "let")])


def is_let(room: Any) -> bool:
    return bool(room.use == "let")


def closed_in_room(room: Any) -> dict[str, str]:
    return {"let_on": "自用", "lease": "自用"} if room.use == "own" else {}


def let_after_opening(room: Any, filing: Any) -> Iterator[Finding]:
    if room.let_on and filing.opened_on and room.let_on < filing.opened_on:
        yield Finding("let_on", "E_OUT_OF_PERIOD", f"出租时间不应早于启用时间 {filing.opened_on}")


def lift_checked_after_opening(filing: Any, _filing: Any) -> Iterator[Finding]:
    if filing.lift_checked_on and filing.opened_on and filing.lift_checked_on < filing.opened_on:
        yield Finding("lift_checked_on", "E_DATE_ORDER", "电梯年检时间不应早于启用时间")


def let_share(figures: Figures) -> Decimal | None:
    return None if not figures.count("rooms") else figures.sum("rooms", "area") / figures.count("rooms")


def age(figures: Figures) -> Judgement:
    opened = figures.filing.opened_on
    return Judgement("insufficient", "尚未填写") if opened is None else Judgement("pass", opened.isoformat())


ROOMS = Table(
    "rooms", "房间明细", Room, RoomForm, named_by="door", noun="房间", min_rows=1,
    slots=(Slot("lease", "租约", required=is_let, hint="已盖章的租约"),),
    columns=("door", "use", "area", "lease", "let_on"),
    checks=(Check(("let_on",), let_after_opening, reads=("opened_on",)),),
    closed=closed_in_room, totals=("area",), judged=("door",), scope="至今",
)  # fmt: skip

HONORS = Table("honors", "楼宇荣誉", Honor, HonorForm, named_by="honor_name", noun="荣誉")

ROOM_KIND = Kind(
    name="rooms",
    label="用房备案",
    title="孵化用房备案书",
    prefix="YFBA",
    model=RoomFiling,
    carrier_kind="incubator",
    carrier_noun="孵化器",
    named_by="house_name",
    levels=("district", "city"),
    tabs=(
        Tab("house", "房屋", HouseForm, tables=(ROOMS, HONORS), slots=(Slot("deed", "产权证"),),
            automatic=(Automatic("owner", "产权单位", lambda filing: filing.unit.name, "来自单位信息"),),
            derived=(
                Derived("room_area", "房间面积合计", lambda f: f.sum("rooms", "area"), "平方米", table="rooms"),
                Derived("room_mean", "平均面积", let_share, "平方米",
                        lambda f: f"{let_share(f)} = {f.sum('rooms', 'area')} / {f.count('rooms')}"),
                Derived("house_honor_count", "楼宇荣誉数量", lambda f: f.count("honors"), "项", table="honors"),
            ),
            checks=(Check(("lift_checked_on",), lift_checked_after_opening),), fields_label="楼宇"),
        Tab("house_history", "沿革", HistoryForm,
            slots=(Slot("plan", "平面图", required=False, hint="可不上传"),)),
    ),
    conditions=(
        Condition("YF-01", "房间数", lambda f: f"≥ {f.limit('rooms')} 间",
                  at_least(lambda f: f.count("rooms"), "rooms", "间"), "house"),
        Condition("YF-02", "已启用", lambda f: "是", age, "house"),
    ),
    cross_checks=(duplicates("rooms", "door", "门牌"),),
    conditions_label="用房条件自查",
    cover=lambda filing: [{"label": "楼宇名称", "text": filing.house_name or filing.name, "seal": True}],
    prefill=lambda filing: {"house_name": filing.carrier.name if filing.carrier else None},
    prefilled_from={"house_name": "来自孵化器信息"},
)  # fmt: skip


def register() -> None:
    """Make the tables and announce the kind, before the application is built."""
    for table in TABLES:
        table.create(db.engine)
    KINDS[ROOM_KIND.name] = ROOM_KIND


def forget() -> None:
    """Leave no trace, whatever the test stored."""
    del KINDS[ROOM_KIND.name]
    db.close()
    for table in TABLES:
        table.drop(db.engine)
    db.engine.dispose()


def build_room_batch(session: Session) -> Batch:
    return build_batch(session, kind="rooms", name="2021年度孵化用房备案", limits={"rooms": 2})
