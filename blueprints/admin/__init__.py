"""The desk of the administrator: batches, offices, regions, texts and days. It has no powers of review."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

from blueprints.admin import batches, days, notice_texts, offices, regions  # noqa: E402, F401  (views join)
