"""The counters a person walks up to; each talks HTTP and knows no rules."""

from flask import Blueprint

from blueprints import account, pages

BLUEPRINTS: list[Blueprint] = [pages.blueprint, account.blueprint]
