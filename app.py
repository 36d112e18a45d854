"""The Flask application: settings → extensions → blueprints → errors."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import models  # noqa: F401  (maps every table)
from adapters.federation import federated_login
from blueprints import BLUEPRINTS, access, errors, pages
from config import Settings
from extensions import clock, csrf, db, keyring, login_manager
from keys import data_secrets


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application for `settings`, by default those of the environment."""
    settings = settings or Settings.from_env()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__, static_folder=None)
    app.jinja_environment = pages.Templates
    app.config.from_mapping(pages.flask_config(settings))
    clock.offset_file = settings.clock_file if settings.now else None
    db.connect(settings.database_url)
    keyring.load(data_secrets(settings))
    csrf.init_app(app)
    app.extensions["federated_login"] = federated_login(settings)
    login_manager.init_app(app, add_context_processor=False)
    pages.init_app(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.init_app(app)
    errors.init_app(app)
    if not settings.is_demo:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app
