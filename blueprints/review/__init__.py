"""The receiving office's counter: its queue and the filings in front of it."""

from flask import Blueprint

blueprint = Blueprint("review", __name__, url_prefix="/review")

from blueprints.review import (  # noqa: E402, F401
    compare,
    data,
    evidence,
    figures,
    handling,
    history,
    notes,
    opinion,
    opinionfiles,
    paper,
    publicity,
    queue,
    recommending,
    register,
    requests,
    sending,
)
