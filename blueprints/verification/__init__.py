"""实名认证 by people: papers that wait, and two different members of the staff who decide."""

from flask import Blueprint

blueprint = Blueprint("verification", __name__, url_prefix="/verifications")

from blueprints.verification import cases  # noqa: E402, F401  (views join)
