"""申报交接: a unit asks that filings change hands, and two different members of the staff see to it."""

from flask import Blueprint

blueprint = Blueprint("handover", __name__, url_prefix="/handovers")

from blueprints.handover import cases, relinking, requests, transferring  # noqa: E402, F401  (views join)
