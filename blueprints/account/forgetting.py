"""Ways back into an account whose name or password was forgotten."""

from flask import render_template, request

from blueprints.access import public
from blueprints.account import blueprint


@blueprint.get("/login/forgotten")
@public
def forgotten() -> str:
    """Show the ways back."""
    account_type = "natural" if request.args.get("account_type") == "natural" else "legal"
    return render_template("account/forgotten.html", account_type=account_type)
