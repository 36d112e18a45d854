"""授权操作 and 修改授权: what one person may do for the unit, and until when."""

import uuid
from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from accounts.granted import grants_of
from accounts.granting import Grantor, GrantRefused, Right, grantable_rights, longest, save_rights
from blueprints.access import role
from blueprints.grant import blueprint
from blueprints.grant.granting import grantor, own_person, today
from blueprints.idempotency import remember, was_done
from extensions import clock, db
from forms.admin import AdminForm
from forms.base import Refusal
from forms.grant import rights_form
from models.account import Account
from models.grant import Grant, effective_on
from models.person import Person
from models.service import services


@dataclass(frozen=True)
class Line:
    """One right on the page: whether it is ticked, the field of its last day, and how it stands now."""

    right: Right
    is_ticked: bool
    field: object
    remark: str


@blueprint.get("/people/<uuid:account_id>")
@role("legal", "unit_admin")
def person(account_id: uuid.UUID) -> str:
    """Show what a person may do for the unit, as a form."""
    account, found = own_person(account_id, request.args.get("found", "")), request.args.get("found", "")
    by = grantor()
    active = _active(by, account)
    rights = grantable_rights(db.session(), by)
    until = {right.key: active[right].valid_to if right in active else _usual_end(by) for right in rights}
    form = _form_of(rights)(data={f"until_{i}": until[right.key] for i, right in enumerate(rights)})
    ticked = {right.key for right in rights if right in active and active[right].valid_to >= today()}
    return _page(by, account, form, ticked, found)


@blueprint.post("/people/<uuid:account_id>")
@role("legal", "unit_admin")
def save_person(account_id: uuid.UUID) -> ResponseReturnValue:
    """Let the person do exactly what is ticked, each until its day."""
    found = request.form.get("found", "")
    account, by = own_person(account_id, found), grantor()
    rights = grantable_rights(db.session(), by)
    form, ticked = _form_of(rights)(request.form), set(request.form.getlist("right"))
    refused = _refused(form, rights, ticked)
    if refused is None and not was_done():
        try:
            wanted = {right: form[f"until_{i}"].data for i, right in enumerate(rights) if right.key in ticked}
            wanted |= {_unheld(key): today() for key in ticked - {right.key for right in rights}}
            save_rights(db.session(), by, account, wanted, clock.now())
            remember(account_id)
            db.session.commit()
        except GrantRefused as refusal:
            db.session.rollback()
            account, by, refused = own_person(account_id, found), grantor(), str(refusal)
    if refused is not None:
        return _page(by, account, form, ticked, found, refused), 422
    is_known = bool(grants_of(db.session(), by.unit.id, account_id))  # then the proof of the search may go
    return redirect(
        url_for("grant.person", account_id=account_id, found=None if is_known else found or None, saved=1),
        303,
    )


def _unheld(key: str) -> Right:
    """Return the right that a forged form names; it is refused for not being offered."""
    role_name, _, item = key[:100].partition(":")
    return Right(role_name, item)


def _refused(form: AdminForm, rights: list[Right], ticked: set[str]) -> str | None:
    """Return what is wrong with the days of the ticked rights; those of others do not matter."""
    form.validate()
    is_wrong = False
    for number, right in enumerate(rights):
        field = form[f"until_{number}"]
        if right.key not in ticked:
            field.errors = []
        elif not field.errors and field.data is None:
            field.errors = [Refusal("E_REQUIRED", "请填写授权截止日")]
        is_wrong = is_wrong or bool(field.errors)
    return "" if is_wrong else None


def _form_of(rights: list[Right]) -> type[AdminForm]:
    return rights_form({right.key: f"{right.label}的截止日" for right in rights})


def _usual_end(by: Grantor) -> date:
    """Return the last day of a new grant when nobody says another: a year, or as long as the giver has."""
    year = longest(today(), 1)
    return min(year, by.source.valid_to) if by.source else year


def _active(by: Grantor, account: Account) -> dict[Right, Grant]:
    grants = sorted(grants_of(db.session(), by.unit.id, account.id), key=lambda one: one.valid_to)
    return {Right(*one.right): one for one in grants if one.state == "active"}


def _page(
    by: Grantor, account: Account, form: AdminForm, ticked: set[str], found: str, refused: str | None = None
) -> str:
    rights, active = grantable_rights(db.session(), by), _active(by, account)
    counting = set(db.session.scalars(
        select(Grant.id).where(Grant.grantee_id == account.id, effective_on(today()))
    ))  # fmt: skip
    lines = [
        Line(right, right.key in ticked, form[f"until_{number}"], _remark(active.get(right), counting))
        for number, right in enumerate(rights) if f"until_{number}" in form
    ]  # fmt: skip
    others = [
        (right, grant) for right, grant in active.items() if right not in rights and grant.id in counting
    ]
    return render_template(
        "grant/person.html", account=account, person_of=db.session.get(Person, account.id), lines=lines, found=found,
        others=others, refused=refused, history=grants_of(db.session(), by.unit.id, account.id), grantor=by,
        missing=[one for one in services().values() if one.is_granted and one.key not in {r.item for r in rights}],
    )  # fmt: skip


def _remark(grant: Grant | None, counting: set[uuid.UUID]) -> str:
    if grant is None:
        return "未授权"
    if grant.valid_to < today():
        return f"已于 {grant.valid_to} 到期"
    return "有效" if grant.id in counting else "已失效：授权人不再是单位管理员"
