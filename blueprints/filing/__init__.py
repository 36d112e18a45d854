"""The applicant's counter: home, list, tabs, tables, files, materials, submission."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from blueprints.filing import links
from filings.kinds import KINDS

blueprint = Blueprint("filing", __name__)


@blueprint.record_once
def _know_names(state: BlueprintSetupState) -> None:
    """Let URLs name tabs and tables: `<tab:…>` and `<table:…>` match what some kind declares."""
    tab_names = {tab.name for kind in KINDS.values() for tab in kind.tabs}
    table_names = {table.name for kind in KINDS.values() for table in kind.tables}
    for name, words in (("tab", tab_names), ("table", table_names)):
        converter = type(f"{name.title()}Converter", (BaseConverter,), {"regex": "|".join(sorted(words))})
        state.app.url_map.converters[name] = converter
    links.register(state)


from blueprints.filing import (  # noqa: E402, F401  (the views use the converters above)
    compare,
    copying,
    evidence,
    files,
    home,
    imports,
    listing,
    materials,
    presence,
    reading,
    requests,
    rows,
    submission,
    tabs,
)
