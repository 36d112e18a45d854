"""Whose sheet a request is about, and the page around it."""

from flask import abort, render_template
from sqlalchemy import select

from accounts.profile import (
    AGENT,
    PERSON,
    SHEETS,
    UNIT,
    Record,
    Sheet,
    record_of_person,
    record_of_unit,
    shown,
)
from accounts.verifying import current_case
from blueprints.access import me
from extensions import db
from forms.admin import AdminForm
from models.account import Account
from models.unit_profile import UnitProfile


def sheet_named(name: str) -> Sheet:
    """Return the sheet if it is one of the person's or unit's that is signed in, else answer 404."""
    sheet = SHEETS.get(name) or abort(404)
    return sheet if name in own_sheets() else abort(404)


def own_sheets() -> list[str]:
    """List the names of the sheets that may be seen and changed in this request."""
    person = me()
    own = [PERSON.name] if person.account_type == "natural" else []
    keeps_unit = person.account_type == "legal" or "unit_maintainer" in person.roles
    return own + (["unit", "other", "agent"] if keeps_unit and person.unit_id else [])


def record_of(sheet: Sheet) -> Record:
    """Return what the sheet of this request is stored in."""
    if sheet is PERSON:
        return record_of_person(db.session(), me().account)
    if sheet is AGENT:
        return record_of_person(db.session(), legal_account())
    return record_of_unit(db.session(), me().unit or abort(404))


def account_of(sheet: Sheet) -> Account:
    """Return the account a case about the sheet belongs to: the person's own, or the unit's."""
    return me().account if sheet is PERSON else legal_account()


def legal_account() -> Account:
    """Return the unit's own account, on which its 主代办人 stands."""
    query = select(Account).where(Account.unit_id == me().unit_id, Account.account_type == "legal")
    return db.session.scalars(query.order_by(Account.created_at)).first() or abort(404)


def sheet_page(sheet: Sheet, form: AdminForm, record: Record) -> str:
    """Render a sheet as a form, one part after the other, what is refused first."""
    own = own_sheets()
    starts = dict(sheet.parts)
    account = account_of(sheet) if sheet in (PERSON, AGENT) else None
    return render_template(
        "profile/sheet.html", sheet=sheet, form=form, starts=starts, shown=shown(sheet, record), account=account,
        subject=record.subject if sheet.keys else None, tabs=[SHEETS[name] for name in own],
        refused=[field for field in form if field.errors],
        case=current_case(db.session(), sheet, record) if sheet.keys else None,
        unit_profile=db.session.get(UnitProfile, me().unit_id) if sheet is UNIT else None,
    )  # fmt: skip
