"""服务事项: the catalogue of all systems, and the way into each."""

from flask import Blueprint

blueprint = Blueprint("service", __name__, url_prefix="/services")

from blueprints.service import catalogue, entry  # noqa: E402, F401  (views join)
