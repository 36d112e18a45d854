"""我的信息: the sheets of a person and of a unit, what is missing in them, and what a change of them means."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.base import Refusal
from forms.profile import AgentForm, HeldPaper, PersonForm, UnitForm, UnitOtherForm
from models.account import Account, holder_of_id_number
from models.event import Actor, Event, record_event
from models.former_name import note_former_name
from models.person import Person
from models.real_name import PASSED, HasRealName
from models.region import NATION, Region
from models.sealed import mask_id_number
from models.unit import Unit, unit_named, unit_of_code
from models.unit_profile import UnitProfile

ACT = "change_profile"
RECOVER = "如果这是您的，请通过 用户登录→忘记密码 找回原来的账号，使用原账号办理"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its form, the parts it is shown in, and the answers whose change asks for a new 实名认证."""

    name: str
    label: str
    title: str
    form: type[Any]
    keys: frozenset[str] = frozenset()
    parts: tuple[tuple[str, str], ...] = ()


PERSON = Sheet("person", "自然人用户信息", "自然人用户信息", PersonForm,
               frozenset({"person_name", "id_type", "id_number"}))  # fmt: skip
AGENT = Sheet("agent", "主代办人信息", "系统已确认的主代办人信息", AgentForm,
              frozenset({"person_name", "id_type", "id_number"}))  # fmt: skip
UNIT = Sheet(
    "unit", "法人单位基本信息", "系统已确认的法人信息", UnitForm,
    frozenset({"name", "uscc", "legal_representative", "rep_id_type", "rep_id_number"}),
    # The first field of each part.
    (("name", "法人单位基本信息"), ("authorised_person", "法人授权信息"), ("legal_representative", "法定代表人信息")),
)  # fmt: skip
OTHER = Sheet(
    "other", "法人单位其他信息", "系统已确认的法人其他信息(高企/科技型中小企业请完善以下内容)", UnitOtherForm
)
SHEETS = {sheet.name: sheet for sheet in (PERSON, AGENT, UNIT, OTHER)}
NUMBERS = ("id_number", "rep_id_number")


class Record:
    """What the fields of a sheet are stored in; the first owner that has a name owns it."""

    def __init__(self, subject_id: uuid.UUID, subject: HasRealName | None, *owners: Any) -> None:
        self.subject_id, self.subject, self.owners = subject_id, subject, owners

    def get(self, name: str) -> Any:
        """Return the stored answer; None for none."""
        value = getattr(self.owner(name), "region" if name == "region" else name)
        return value.full_name if isinstance(value, Region) else value or None

    def owner(self, name: str) -> Any:
        return next(owner for owner in self.owners if hasattr(owner, name))


def record_of_person(session: Session, account: Account) -> Record:
    """Return the record of a person, or of the 主代办人 of a legal account; it begins empty."""
    person = session.get(Person, account.id) or Person(account_id=account.id, real_name_state="none")
    return Record(account.id, person, account, person)


def record_of_unit(session: Session, unit: Unit) -> Record:
    """Return the record of a unit; what was never said begins empty."""
    profile = session.get(UnitProfile, unit.id) or UnitProfile(unit_id=unit.id)
    return Record(unit.id, unit, unit, profile)


def missing_fields(sheet: Sheet, record: Record) -> list[tuple[str, str]]:
    """List name and label of the answers that are asked for and not there, in the order of the sheet."""
    return [
        (field.name, field.label.text)
        for field in sheet.form()
        if field.is_asked and record.get(field.name) is None
    ]


def answers(sheet: Sheet, record: Record) -> dict[str, Any]:
    """Return the stored answers, those of identity papers left out."""
    return {field.name: record.get(field.name) for field in sheet.form() if field.name not in NUMBERS}


def shown(sheet: Sheet, record: Record) -> dict[str, str]:
    """Return the answers as pages show them, numbers masked."""
    return {field.name: _shown(field, record.get(field.name)) for field in sheet.form()}


def _shown(field: Any, value: Any) -> str:
    return mask_id_number(value or "") if field.name in NUMBERS else field.show(value)


def held_paper(sheet: Sheet, record: Record) -> HeldPaper | None:
    """Return the identity paper that is stored for the sheet; None while no number is."""
    number = record.get(f"{sheet.form.prefix}id_number")
    return HeldPaper(record.get(f"{sheet.form.prefix}id_type"), number) if number else None


def refuse_taken(session: Session, sheet: Sheet, record: Record, form: Any) -> bool:
    """Put a refusal at what another account holds already; returns whether something was refused."""
    if sheet is UNIT:
        _refuse_holder(form["name"], unit_named(session, form["name"].data or ""), record, "单位名称已存在")
        _refuse_holder(form["uscc"], unit_of_code(session, form["uscc"].data or ""), record, "信用代码已存在")
    if sheet is PERSON and (number := form["id_number"].data or record.get("id_number")):
        holder = holder_of_id_number(session, form["id_type"].data, number)
        _refuse_holder(form["id_number"], holder, record, "证件号码已存在")
    return any(field.errors for field in form)


def _refuse_holder(field: Any, holder: Any, record: Record, words: str) -> None:
    if holder is not None and holder.id != record.subject_id and not field.errors:
        field.errors = [Refusal("E_TAKEN", f"{words}。{RECOVER}")]


def find_region(session: Session, text: str) -> Region | None:
    """Return the region of a six-digit code or of a place as written in an address; None when none is meant."""
    wanted = "".join(text.split())
    if wanted.isdigit():
        found = session.get(Region, wanted)
        return found if found is not None and found.code != NATION else None
    alike = [
        one for one in session.scalars(select(Region)) if wanted.endswith(one.name) and one.code != NATION
    ]
    exact = [one for one in alike if "".join(one.full_name.split()) == wanted]
    named = [one for one in alike if one.name == wanted]
    return exact[0] if exact else named[0] if len(named) == 1 else None


def save_sheet(
    session: Session,
    sheet: Sheet,
    record: Record,
    form: Any,
    region: Region | None,
    actor: Actor,
    now: datetime,
) -> dict[str, list[str]]:
    """Store the answers and write down what changed: label → before and after, numbers masked.

    A change of a key after the 实名认证 makes it stale: what was verified is another name or number now.
    """
    session.add_all(record.owners)
    before, changed = shown(sheet, record), set()
    for field in form:
        if _store(record, form, field, region):
            changed.add(field.name)
    after = shown(sheet, record)
    changes = {form[name].label.text: [before[name], after[name]] for name in form._fields if name in changed}
    if sheet is UNIT and "name" in changed:
        note_former_name(session, record.owner("name"), before["name"], now)
    if changes:
        record_event(session, record.subject_id, ACT, actor, now, note=sheet.label, details=changes)
    if changed & sheet.keys and record.subject is not None and record.subject.real_name_state != "none":
        record.subject.real_name_state = (
            "stale" if record.subject.real_name_state in (*PASSED, "stale") else "none"
        )
    return changes


def _store(record: Record, form: Any, field: Any, region: Region | None) -> bool:
    """Store one answer; returns whether it is another one than before. An empty number keeps the stored one."""
    if field.name == "region":
        unit = record.owner("region")
        before, unit.region = unit.region_code, region
        return region is not None and region.code != before
    before, value = record.get(field.name), field.data if field.data not in ("", False) else None
    if (field.name in NUMBERS and value is None) or before == value:
        return False
    owner = record.owner(field.name)
    if field.name == "id_number":
        owner.set_id_number(form["id_type"].data, value)
    else:
        setattr(owner, field.name, _empty(owner, field.name) if value is None else value)
    if field.name == "id_type" and owner.id_number and not form["id_number"].data:
        owner.set_id_number(value, owner.id_number)
    return True


def _empty(owner: Any, name: str) -> Any:
    """Return what no answer means for a column that must hold something."""
    column = owner.__table__.columns[name]
    if column.nullable:
        return None
    return False if column.type.python_type is bool else ""


def history(session: Session, subject_id: uuid.UUID) -> Sequence[Event]:
    """Read the changes of a subject, the newest first (信息更新记录)."""
    query = select(Event).where(Event.stream_id == subject_id, Event.act == ACT)
    return session.scalars(query.order_by(Event.number.desc()).limit(200)).all()
