"""用户授权管理: whom a unit lets act for it."""

from flask import Blueprint

blueprint = Blueprint("grant", __name__, url_prefix="/grants")

from blueprints.grant import invitations, people, rights, search  # noqa: E402, F401  (views join)
