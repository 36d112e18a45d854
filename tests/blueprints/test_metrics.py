"""Figures for Prometheus: what they say, and to whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import Settings
from files.storage import FolderStorage
from models.throttle import Limit, take_try
from tests.build import build_filing
from tests.ops.installation import build_installation

TOKEN = "a token that only tests may use"
LIMIT = Limit(tries=3, window=timedelta(minutes=15), block=timedelta(minutes=15))


def figures(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_figures_come_from_the_database(
    client: FlaskClient, session: Session, storage: FolderStorage
) -> None:
    at = build_installation(session, storage)
    build_filing(session)
    at.job.created_at = datetime.now(UTC) - timedelta(seconds=90)
    for _ in range(3):
        take_try(session, "lock:somebody", LIMIT, datetime.now(UTC))
    take_try(session, "address:10.0.0.0", LIMIT, datetime.now(UTC))
    found = figures(client)
    assert found['hatchery_filings{kind="makerspace",status="draft"}'] == 1
    assert found['hatchery_filings{kind="makerspace",status="under_review"}'] == 1
    assert found['hatchery_jobs{state="queued"}'] == 1
    assert 90 <= found["hatchery_oldest_queued_job_age_seconds"] < 120
    assert found['hatchery_sign_in_tries{by="lock"}'] == 3
    assert found['hatchery_sign_in_tries{by="address"}'] == 1
    assert found["hatchery_sign_in_blocks"] == 1
    assert found['hatchery_stored_bytes{of="originals"}'] == 8
    assert found['hatchery_stored_bytes{of="clean_copies"}'] == 10
    assert found['hatchery_stored_bytes{of="materials"}'] == 20
    assert found["process_start_time_seconds"] == pytest.approx(datetime.now().timestamp(), abs=86400)


def test_an_empty_installation_has_figures_too(client: FlaskClient) -> None:
    found = figures(client)
    assert found["hatchery_oldest_queued_job_age_seconds"] == 0
    assert found['hatchery_stored_bytes{of="originals"}'] == 0
    assert found['hatchery_sign_in_tries{by="lock"}'] == 0


def test_the_text_keeps_to_the_format(client: FlaskClient) -> None:
    text = client.get("/metrics").text
    assert text.endswith("\n")
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    for line in text.splitlines():
        if not line.startswith("#"):
            assert line.split("{")[0].split(" ")[0] in names


@pytest.mark.parametrize(
    ("address", "host", "is_answered"),
    [
        ("127.0.0.1", "127.0.0.1:8000", True),
        ("127.0.0.1", "localhost", True),
        ("::1", "[::1]:8000", True),
        ("::1", "[::1]", True),
        ("10.0.0.7", "127.0.0.1", False),
        ("127.0.0.1", "hatchery.example.cn", False),  # a proxy on this machine that hands everything on
        ("", "localhost", False),
    ],
)
def test_only_this_machine_is_answered(
    client: FlaskClient, address: str, host: str, is_answered: bool
) -> None:
    answer = client.get("/metrics", headers={"Host": host}, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == (200 if is_answered else 404)


def test_an_address_claimed_in_a_header_does_not_count(client: FlaskClient) -> None:
    orig = {"werkzeug.proxy_fix.orig": {"REMOTE_ADDR": "10.0.0.7"}, "REMOTE_ADDR": "127.0.0.1"}
    assert client.get("/metrics", environ_overrides=orig).status_code == 404


@pytest.mark.parametrize(
    ("header", "is_answered"),
    [(f"Bearer {TOKEN}", True), ("Bearer wrong", False), ("Bearer 令牌", False), ("", False)],
)
def test_others_need_the_token(
    app: Flask, client: FlaskClient, settings: Settings, header: str, is_answered: bool
) -> None:
    app.config["SETTINGS"] = replace(settings, metrics_token=TOKEN)
    headers = {"Authorization": header.encode().decode("latin-1")}
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.7"})
    assert answer.status_code == (200 if is_answered else 404)


def test_without_a_token_nobody_elsewhere_is_answered(client: FlaskClient) -> None:
    for header in ("Bearer ", ""):
        answer = client.get(
            "/metrics", headers={"Authorization": header}, environ_base={"REMOTE_ADDR": "10.0.0.7"}
        )
        assert answer.status_code == 404
