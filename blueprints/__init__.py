"""The counters a person walks up to; each talks HTTP and knows no rules."""

from flask import Blueprint

from blueprints import (
    account,
    admin,
    appeal,
    approval,
    closure,
    filing,
    grant,
    handover,
    metrics,
    notice,
    pages,
    profile,
    review,
    service,
    verification,
    verify,
)

BLUEPRINTS: list[Blueprint] = [
    pages.blueprint,
    account.blueprint,
    admin.blueprint,
    appeal.blueprint,
    approval.blueprint,
    closure.blueprint,
    filing.blueprint,
    grant.blueprint,
    handover.blueprint,
    notice.blueprint,
    profile.blueprint,
    review.blueprint,
    service.blueprint,
    verification.blueprint,
    verify.blueprint,
    metrics.blueprint,
]
