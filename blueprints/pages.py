"""The frame around all pages: settings of Flask, what templates may use, static files, health, the demo."""

import re
from collections.abc import Callable, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, current_app, make_response, redirect, render_template, request
from flask.templating import Environment
from flask.typing import ResponseReturnValue
from flask_login import current_user
from jinja2.ext import Extension
from whitenoise import WhiteNoise

import assets
import keys
from blueprints import filters, headers
from blueprints.access import public, signed_in
from blueprints.account.drafts import drafts_key, drafts_owner
from blueprints.idempotency import new_key
from blueprints.readiness import not_answering
from clock import SHANGHAI
from config import Settings
from extensions import clock

blueprint = Blueprint("pages", __name__)
MAX_REQUEST = 4 * 1024 * 1024
STATIC, TEMPLATES = (Path(__file__).parent.parent / name for name in ("static", "templates"))


class Templates(Environment):
    """Flask's templates, all with the very same globals.

    Jinja gives each template a layer of its own over them, though nothing stands in it, and compares the layers
    at every import of a macro: an eighth of the work of a page with a table.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


class WithoutIndents(Extension):
    """Templates as they are indented for who reads them, pages as a slow line wants them: a thirtieth lighter."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"^[ \t]+", "", source, flags=re.MULTILINE)


def flask_config(settings: Settings) -> dict[str, Any]:
    """Return the configuration of Flask and its extensions for `settings`."""
    secure = settings.public_url.startswith("https://")
    return {
        "SETTINGS": settings,
        "SECRET_KEY": keys.secret_key_of(settings),
        "TESTING": settings.testing,
        "MAX_CONTENT_LENGTH": MAX_REQUEST,
        "MAX_FORM_MEMORY_SIZE": MAX_REQUEST,  # a block pasted from Excel is text of this size
        "SESSION_COOKIE_NAME": _cookie_name("csrf", settings),
        "SIGN_IN_COOKIE": _cookie_name("session", settings),
        "CAPTCHA_COOKIE": _cookie_name("captcha", settings),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_CHECK_DEFAULT": False,  # the gate of access.py asks, after it knows who is there
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form may stay open for hours
        "TRUSTED_HOSTS": _trusted_hosts(settings),
    }


def _cookie_name(purpose: str, settings: Settings) -> str:
    """Name a cookie; browsers do not tell ports apart, so two demos on one machine must differ."""
    if settings.public_url.startswith("https://"):
        return f"__Host-{purpose}"
    return f"hatchery_{settings.port}_{purpose}"


def _trusted_hosts(settings: Settings) -> list[str] | None:
    """Return the only hosts whose name production answers to; a demo is shown under whatever name."""
    if settings.is_demo:
        return None
    return [urlsplit(settings.public_url).hostname or "", "127.0.0.1", "localhost"]


def init_app(app: Flask, settings: Settings) -> None:
    """Prepare templates, headers and static files."""
    names = assets.build(STATIC, settings.data_dir / "static")
    app.extensions["assets"] = names
    app.extensions["build"] = assets.build_id(names, TEMPLATES)
    app.jinja_env.globals.update(
        asset=_asset(names), current_user=current_user, is_demo=settings.is_demo, new_key=new_key,
        drafts_owner=drafts_owner, drafts_key=drafts_key, build=app.extensions["build"],
    )  # fmt: skip
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(WithoutIndents)
    filters.init_app(app)
    headers.init_app(app)
    _serve_static(app, settings.data_dir / "static", frozenset(names.values()))


def _asset(names: dict[str, str]) -> Callable[[str], str]:
    def asset(name: str) -> str:
        """Return the address of a static file; a name that is not there fails the page's test."""
        return f"/static/{names[name]}"

    return asset


def _serve_static(app: Flask, folder: Path, hashed: frozenset[str]) -> None:
    """Serve the built files in front of Flask, with the security headers of every answer."""
    common = headers.security_headers_of(secure=app.config["SESSION_COOKIE_SECURE"])

    def add_headers(response_headers: Any, path: str, url: str) -> None:
        for name, value in common.items():
            response_headers[name] = value

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=folder, prefix="static/", max_age=3600, add_headers_function=add_headers,
        immutable_file_test=lambda path, url: url.removeprefix("/static/") in hashed,
    )  # fmt: skip


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process is up."""
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say whether database, queue and storage answer; name those that do not."""
    missing = not_answering(current_app.config["SETTINGS"])
    text = "ok\n" if not missing else f"not answering: {', '.join(missing)}\n"
    return text, 503 if missing else 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/offline")
@public
def offline() -> ResponseReturnValue:
    """Show the page that the service worker keeps for a lost connection."""
    response = make_response(render_template("offline.html", bare=True))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@blueprint.get("/sw.js")
@public
def service_worker() -> ResponseReturnValue:
    """Give the service worker with the files of this build, or the one that removes it where it is switched off.

    Browsers must ask for it every time.
    """
    if current_app.config["SETTINGS"].service_worker:
        names, build = current_app.extensions["assets"], current_app.extensions["build"]
        script = assets.service_worker(STATIC, names, build)
    else:
        script = (STATIC / assets.NO_SERVICE_WORKER).read_text("utf-8")
    return script, {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache"}


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """Give the manifest of the installable application under an address that never changes."""
    folder = current_app.config["SETTINGS"].data_dir / "static"
    text = (folder / current_app.extensions["assets"]["manifest.webmanifest"]).read_text("utf-8")
    return text, {"Content-Type": "application/manifest+json", "Cache-Control": "public, max-age=3600"}


@blueprint.post("/demo/clock")
@signed_in
def move_clock() -> ResponseReturnValue:
    """Move the business clock of a demo forward, never back: what happened stays in the past."""
    if not current_app.config["SETTINGS"].is_demo:
        abort(404)
    moment = _moment(request.form.get("now", ""))
    if moment < clock.now():
        abort(422, "演示时钟只能向后调整，不能回到过去。")
    clock.move_to(moment)
    return redirect("/", 303)


def _moment(text: str) -> datetime:
    """Read the field `now`: ISO 8601, Shanghai time where no zone is given."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        abort(422, "请按 2021-11-20T10:00 的格式填写时间。")
    if not 2000 <= moment.year <= 2100:
        abort(422, "请填写 2000 年到 2100 年之间的时间。")
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
