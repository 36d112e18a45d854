"""授权操作, first step: find the person, by exact words only."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.granted import find_person
from accounts.granting import NOT_FOUND
from blueprints.access import role
from blueprints.grant import blueprint
from blueprints.grant.granting import proof_of_search
from blueprints.limits import at_most
from extensions import db
from forms.grant import PersonSearchForm


@blueprint.get("/search")
@role("legal", "unit_admin")
def search() -> str:
    """Ask whom to authorise."""
    return _page(PersonSearchForm())


@blueprint.post("/search")
@role("legal", "unit_admin")
@at_most(30, timedelta(hours=1))
def find() -> ResponseReturnValue:
    """Find a real-named person; one answer for all that does not fit, so that nobody learns who exists."""
    form = PersonSearchForm(request.form)
    if not form.accepts():
        return _page(form), 422
    login_name, id_number = form["login_name"].data or "", form["id_number"].data or ""
    person = find_person(db.session(), form["person_name"].data, login_name, id_number)
    if person is None:
        return _page(form, NOT_FOUND), 422
    return redirect(url_for("grant.person", account_id=person.id, found=proof_of_search(person)), 303)


def _page(form: PersonSearchForm, refused: str = "") -> str:
    return render_template("grant/search.html", form=form, refused=refused)
