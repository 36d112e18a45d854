"""版本核验: anybody who holds a paper or a PDF can check it, without signing in."""

from flask import Blueprint

blueprint = Blueprint("verify", __name__, url_prefix="/verify")

from blueprints.verify import version  # noqa: E402, F401
