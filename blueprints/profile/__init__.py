"""我的信息: what a person and a unit say about themselves, and how far their 实名认证 got."""

from flask import Blueprint

blueprint = Blueprint("profile", __name__, url_prefix="/profile")

from blueprints.profile import letter, papers, security, sheets, units  # noqa: E402, F401  (views join)
