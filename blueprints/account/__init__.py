"""Signing in and out, one's own sessions, and the unit one acts for."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)

from blueprints.account import activation, drafts, notifications, sessions, signing_in, units  # noqa: E402, F401  (views join)
