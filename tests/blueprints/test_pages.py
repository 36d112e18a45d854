"""The frame: health, the service worker, the demo's clock, the demo's key."""

import re
import stat
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from blueprints.pages import flask_config
from clock import SHANGHAI
from config import Settings, UnsafeSettings
from extensions import clock
from tests.blueprints.signing_in import page_of, post
from tests.build import NOW, build_account, sign_in


def status_of(client: FlaskClient, address: str) -> int:
    with client.get(address) as response:
        return response.status_code


def test_the_process_says_that_it_is_up(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"


def test_readiness_names_what_does_not_answer(app: Flask, client: FlaskClient, settings: Settings) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not answering: queue, storage\n")
    Path(settings.data_dir / "files").mkdir()
    assert client.get("/readyz").text == "not answering: queue\n"
    app.config["SETTINGS"] = replace(settings, redis_url="redis://127.0.0.1:1/0")
    assert client.get("/readyz").text == "not answering: queue\n"


def test_the_service_worker_keeps_files_of_this_build_only(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "__" not in answer.text
    kept = re.findall(r'"(/[^"]+)"', answer.text)
    assert kept
    for address in kept:
        assert address.startswith("/static/")
        assert status_of(client, address) == 200


def test_an_operator_can_switch_the_service_worker_off(app: Flask, client: FlaskClient) -> None:
    assert not page_of(client.get("/login")).select("#update[data-off]")
    off = Settings.from_env({"HATCHERY_SERVICE_WORKER": "off"}).service_worker
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], service_worker=off)
    script = client.get("/sw.js").text
    assert "registration.unregister()" in script
    assert "'fetch'" not in script
    assert page_of(client.get("/login")).select("#update[data-off]")
    with pytest.raises(UnsafeSettings, match="HATCHERY_SERVICE_WORKER"):
        Settings.from_env({"HATCHERY_SERVICE_WORKER": "no"})


def test_the_manifest_names_icons_that_are_there(client: FlaskClient) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    assert (manifest.json["start_url"], manifest.json["name"]) == ("/", "孵化申报")
    for icon in manifest.json["icons"]:
        assert status_of(client, icon["src"]) == 200


def test_pages_name_only_files_that_are_there(client: FlaskClient) -> None:
    page = page_of(client.get("/login"))
    for tag in page.select("link[href], script[src], use[href]"):
        address = str(tag.get("href") or tag.get("src")).split("#")[0]
        assert status_of(client, address) == 200, address


def test_the_clock_of_the_demo_goes_forward_only(client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session))
    answer = post(client, "/demo/clock", {"now": "2021-11-20T10:00"})
    assert answer.status_code == 303
    assert abs(clock.now() - datetime(2021, 11, 20, 10, tzinfo=SHANGHAI)).total_seconds() < 5
    refused = post(client, "/demo/clock", {"now": "2021-11-19T10:00+08:00"})
    assert (refused.status_code, "只能向后调整" in refused.text) == (422, True)
    assert clock.now() > datetime(2021, 11, 20, tzinfo=SHANGHAI)


@pytest.mark.parametrize("text", ["", "tomorrow", "2021-13-01", "99999-01-01T00:00"])
def test_a_time_that_is_none_leaves_the_clock(client: FlaskClient, session: Session, text: str) -> None:
    sign_in(client, build_account(session))
    assert post(client, "/demo/clock", {"now": text}).status_code == 422
    assert (clock.now() - NOW).total_seconds() < 60


def test_the_clock_is_nobodys_who_is_not_signed_in(client: FlaskClient) -> None:
    assert post(client, "/demo/clock", {"now": "2021-11-20T10:00"}).status_code == 401


def test_production_has_no_clock_to_move(app: Flask, client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session))
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], env="production")
    assert post(client, "/demo/clock", {"now": "2021-11-20T10:00"}).status_code == 404


def test_a_demo_makes_its_key_once_for_its_owner_only(settings: Settings) -> None:
    keyless = replace(settings, secret_key="")
    first, second = flask_config(keyless)["SECRET_KEY"], flask_config(keyless)["SECRET_KEY"]
    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE((settings.data_dir / "secret_key").stat().st_mode) == 0o600


def test_two_demos_on_one_machine_have_their_own_cookies(settings: Settings) -> None:
    names = [
        {value for name, value in flask_config(replace(settings, port=port)).items() if "COOKIE" in name
         and isinstance(value, str) and "hatchery" in value}
        for port in (8000, 8001)
    ]  # fmt: skip
    assert len(names[0]) == 3
    assert not names[0] & names[1]
