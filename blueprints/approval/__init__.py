"""服务事项报备: whom the owners of services let in, kept by the staff."""

from flask import Blueprint

blueprint = Blueprint("approval", __name__, url_prefix="/approvals")

from blueprints.approval import reports  # noqa: E402, F401  (views join)
