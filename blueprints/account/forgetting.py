"""Ways back into an account whose name or password was forgotten."""

from flask import render_template

from blueprints.access import public
from blueprints.account import blueprint


@blueprint.get("/login/forgotten")
@public
def forgotten() -> str:
    """Show the ways back."""
    return render_template("account/forgotten.html")
