"""Deciding about appeals (申诉审核): a plain list, and two different members of the staff for each case."""

from flask import Blueprint

blueprint = Blueprint("appeal", __name__, url_prefix="/appeals")

from blueprints.appeal import cases  # noqa: E402, F401  (views join)
