"""What everybody may read: public notices with objections, published lists, the register, certificates."""

from flask import Blueprint

blueprint = Blueprint("notice", __name__)

from blueprints.notice import lists, notices  # noqa: E402, F401  (their views join the blueprint)
