"""创建用户: invite somebody who has no account yet; nobody but he ever knows his password."""

import uuid
from datetime import UTC, datetime, timedelta

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.inviting import NotInvited, TooOften, cancel, invitations_of, invite_person, send_again
from blueprints.access import me, role
from blueprints.grant import blueprint
from blueprints.grant.granting import grantor, proof_of_search, today
from blueprints.idempotency import remember, was_done
from blueprints.limits import at_most, waiting_text
from extensions import clock, db
from forms.grant import InvitationForm
from models.account import Account
from models.invitation import Invitation
from models.person import Person


@blueprint.get("/invitations")
@role("legal", "unit_admin")
def invitations() -> str:
    """Ask whom to invite, and list who was."""
    return _page(InvitationForm())


@blueprint.post("/invitations")
@role("legal", "unit_admin")
@at_most(30, timedelta(hours=1))
def invite() -> ResponseReturnValue:
    """Invite somebody by SMS; who has an account already is offered for authorisation instead."""
    form = InvitationForm(request.form)
    if not form.accepts_on(today()):
        return _page(form), 422
    if not was_done():
        try:
            invite_person(db.session(), grantor(), form.data, _site(), datetime.now(UTC), clock.now())
            remember()
        except NotInvited as refused:
            db.session.rollback()
            return _page(form, str(refused), refused.account), 422
        except TooOften as often:
            db.session.commit()
            return _page(form, _wait(often)), 429
        db.session.commit()
    return redirect(url_for("grant.invitations", sent=1), 303)


@blueprint.post("/invitations/<uuid:invitation_id>/resend")
@role("legal", "unit_admin")
def invite_again(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Send another link to the same mobile."""
    if not was_done():
        try:
            send_again(db.session(), _own(invitation_id), grantor(), _site(), datetime.now(UTC), clock.now())
            remember()
        except NotInvited as refused:
            db.session.rollback()
            return _page(InvitationForm(), str(refused)), 422
        except TooOften as often:
            db.session.commit()
            return _page(InvitationForm(), _wait(often)), 429
        db.session.commit()
    return redirect(url_for("grant.invitations", sent=1), 303)


@blueprint.post("/invitations/<uuid:invitation_id>/removal")
@role("legal", "unit_admin")
def cancel_invitation(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """End an invitation that nobody followed."""
    if not was_done():
        try:
            cancel(db.session(), _own(invitation_id), grantor(), clock.now())
        except NotInvited as refused:
            db.session.rollback()
            return _page(InvitationForm(), str(refused)), 422
        remember()
        db.session.commit()
    return redirect(url_for("grant.invitations", cancelled=1), 303)


def _own(invitation_id: uuid.UUID) -> Invitation:
    """Return an invitation of the acting unit, locked, else answer 404."""
    found = db.session.get(Invitation, invitation_id, with_for_update=True)
    return found if found is not None and found.unit_id == me().unit_id else abort(404)


def _site() -> str:
    site: str = current_app.config["SETTINGS"].public_url
    return site


def _wait(often: TooOften) -> str:
    return f"给这个手机号或由本单位发出的邀请过多，请 {waiting_text(often.wait)}后再试"


def _page(form: InvitationForm, refused: str = "", account: Account | None = None) -> str:
    lines = [(one, *_state_of(one)) for one in invitations_of(db.session(), grantor().unit.id)]
    proof = proof_of_search(account) if account else ""
    return render_template(
        "grant/invitations.html", form=form, refused=refused, account=account, proof=proof, lines=lines,
        is_verified=grantor().unit.is_real_named,
    )  # fmt: skip


def _state_of(invitation: Invitation) -> tuple[str, str, str]:
    """Return tint and words of how an invitation stands, and for who can be authorised the proof that he may be."""
    if invitation.account is None:
        is_open = invitation.is_open(datetime.now(UTC))
        return ("info", "等待激活", "") if is_open else ("warn", "链接已过期", "")
    person = db.session.get(Person, invitation.account.id)
    if invitation.account.state != "active":
        return "", "账号已停用或注销", ""
    if person is None or not person.is_real_named:
        return "warn", "已激活，待其实名认证", ""
    return "ok", "已激活，已实名认证", proof_of_search(invitation.account)
