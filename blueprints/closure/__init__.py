"""Deciding about units that want their account closed (注销审核): two different members of the staff for each."""

from flask import Blueprint

blueprint = Blueprint("closure", __name__, url_prefix="/closures")

from blueprints.closure import cases  # noqa: E402, F401  (views join)
