"""The counters a person walks up to; each talks HTTP and knows no rules."""

from flask import Blueprint

from blueprints import account, admin, filing, grant, metrics, notice, pages, review, verify

BLUEPRINTS: list[Blueprint] = [
    pages.blueprint,
    account.blueprint,
    admin.blueprint,
    filing.blueprint,
    grant.blueprint,
    notice.blueprint,
    review.blueprint,
    verify.blueprint,
    metrics.blueprint,
]
