"""The desk of the administrator: batches, offices, their people, regions, texts and days. It has no powers of review."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

from blueprints.admin import (  # noqa: E402  (views join)
    batches,  # noqa: F401
    days,  # noqa: F401
    notice_texts,  # noqa: F401
    offices,  # noqa: F401
    regions,  # noqa: F401
    staff_accounts,  # noqa: F401
)
