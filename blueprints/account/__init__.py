"""Signing in and out, registering, one's own sessions, and the unit one acts for."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)

from blueprints.account import (  # noqa: E402, F401  (views join)
    activation,
    appealing,
    closing,
    closing_unit,
    data_copies,
    drafts,
    embedded_identity,
    federated,
    forgetting,
    invited,
    login_name,
    mobile,
    notifications,
    passwords,
    qr_sign_in,
    recovering,
    registering,
    resetting,
    second_factor,
    second_step,
    sessions,
    signing_in,
    units,
    unlinking,
)
