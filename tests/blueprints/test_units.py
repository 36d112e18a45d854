"""Examples E12, E15 and E17 of the account platform: the unit a person acts for."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from blueprints.access import me, role
from models.account import Account
from models.unit import Unit
from tests.blueprints.signing_in import page_of, post, sign_in_as
from tests.browsing import Clerk
from tests.build import build_account, build_batch, build_carrier, build_grant, build_unit, sign_in

EXPIRED = {"valid_to": date(2021, 11, 9)}


@pytest.fixture(autouse=True)
def _desk(app: Flask) -> None:
    app.add_url_rule("/desk", "desk", role("legal", "item_handler")(lambda: me().unit_name))


@pytest.fixture
def clerk(session: Session) -> Account:
    return build_account(session, "natural")


@pytest.fixture
def units(session: Session) -> list[Unit]:
    return [build_unit(session, name=f"单位{name}") for name in "甲乙"]


def offered(client: FlaskClient) -> list[str]:
    return [str(box["value"]) for box in page_of(client.get("/account/unit")).select("input[name=unit]")]


def test_a_person_with_one_unit_is_not_asked(
    client: FlaskClient, session: Session, clerk: Account, units: list[Unit]
) -> None:
    build_grant(session, units[0], clerk)
    build_grant(session, units[1], clerk, **EXPIRED)
    assert sign_in_as(client, clerk.login_name, account_type="natural").location == "/"
    assert client.get("/desk").text == "单位甲"


def test_a_person_with_two_units_chooses_once_in_a_session(
    client: FlaskClient, session: Session, clerk: Account, units: list[Unit]
) -> None:
    for unit in units:
        build_grant(session, unit, clerk)
    first = sign_in_as(client, clerk.login_name, path="/login?next=/desk", account_type="natural")
    assert first.location == "/account/unit?next=/desk"
    stopped = client.get("/desk?tab=1")
    assert (stopped.status_code, stopped.location) == (303, "/account/unit?next=/desk?tab%3D1")
    assert set(offered(client)) == {str(unit.id) for unit in units}
    chosen = post(client, "/account/unit", {"unit": units[1].id, "next": "/desk"})
    assert (chosen.status_code, chosen.location) == (303, "/desk")
    assert client.get("/desk").text == "单位乙"
    assert "单位乙" in page_of(client.get("/account/unit")).select_one("header").text
    post(client, "/account/unit", {"unit": units[0].id})
    assert client.get("/desk").text == "单位甲"


def test_the_choice_belongs_to_the_session(
    app: Flask, client: FlaskClient, session: Session, clerk: Account, units: list[Unit]
) -> None:
    for unit in units:
        build_grant(session, unit, clerk)
    other = app.test_client()
    sign_in(client, clerk)
    sign_in(other, clerk)
    post(client, "/account/unit", {"unit": units[0].id})
    assert client.get("/desk").text == "单位甲"
    assert other.get("/desk").status_code == 303


def test_a_second_authorisation_in_mid_work_loses_nothing_that_was_typed(
    client: FlaskClient, session: Session, clerk: Account, units: list[Unit]
) -> None:
    """What is saved meanwhile is refused in words, and goes through once a unit is chosen in another window."""
    build_batch(session)
    build_carrier(session, units[0])
    build_grant(session, units[0], clerk)
    person = Clerk(client, clerk)
    rows = f"{person.open_filing()}/venue_rows"
    build_grant(session, units[1], clerk)
    typed = {"address": "科韵路16号", "area_total": "100"}
    refused = person.post(rows, typed, htmx=True)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (403, "#dialog")
    assert "没有保存" in refused.text
    assert page_of(refused).select_one("a[href='/account/unit'][target=_blank]")
    plain = page_of(person.post(rows, typed))
    assert (plain.h1.text, "没有权限" in refused.text) == ("请选择办理单位", False)
    again = {str(one["name"]): str(one["value"]) for one in plain.select(f"form[action^='{rows}'] input")}
    assert again.items() >= typed.items()
    post(client, "/account/unit", {"unit": units[0].id})
    assert person.post(rows, again).status_code == 303
    assert "科韵路16号" in person.get(rows).text


def test_an_expired_authorisation_stops_the_work_and_a_new_one_opens_it(
    client: FlaskClient, session: Session, clerk: Account, units: list[Unit]
) -> None:
    build_grant(session, units[0], clerk, **EXPIRED)
    sign_in(client, clerk)
    refused = client.get("/desk")
    assert (refused.status_code, "授权已过期，请联系单位法人账号重新授权" in refused.text) == (403, True)
    build_grant(session, units[0], clerk)
    assert client.get("/desk").text == "单位甲"


def test_an_authorisation_that_runs_out_while_one_works_does_not_jump_to_another_unit(
    client: FlaskClient, session: Session, clerk: Account, units: list[Unit]
) -> None:
    grant = build_grant(session, units[0], clerk)
    build_grant(session, units[1], clerk)
    sign_in(client, clerk)
    post(client, "/account/unit", {"unit": units[0].id})
    grant.valid_to = date(2021, 11, 9)
    refused = client.get("/desk")
    assert (refused.status_code, "授权已过期" in refused.text) == (403, True)


def test_a_disabled_unit_vanishes_from_the_switcher(
    client: FlaskClient, session: Session, clerk: Account, units: list[Unit]
) -> None:
    for unit in units:
        build_grant(session, unit, clerk)
    sign_in(client, clerk)
    post(client, "/account/unit", {"unit": units[0].id})
    units[0].is_active = False
    session.commit()
    assert offered(client) == [str(units[1].id)]
    assert client.get("/desk").location == "/account/unit?next=/desk"  # he is asked, not moved
    assert "已停用" in client.get("/account/unit").text
    assert post(client, "/account/unit", {"unit": units[0].id}).status_code == 404
    post(client, "/account/unit", {"unit": units[1].id})
    assert client.get("/desk").text == "单位乙"


def test_a_disabled_grant_vanishes_from_the_switcher(
    client: FlaskClient, session: Session, clerk: Account, units: list[Unit]
) -> None:
    build_grant(session, units[0], clerk, state="disabled")
    build_grant(session, units[1], clerk)
    sign_in(client, clerk)
    assert offered(client) == [str(units[1].id)]


@pytest.mark.parametrize("value", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_nobody_acts_for_a_unit_that_did_not_ask_him(
    client: FlaskClient, session: Session, clerk: Account, units: list[Unit], value: str
) -> None:
    build_grant(session, units[0], clerk)
    sign_in(client, clerk)
    assert post(client, "/account/unit", {"unit": value}).status_code == 404
    assert post(client, "/account/unit", {"unit": units[1].id}).status_code == 404
    assert client.get("/desk").text == "单位甲"


def test_the_legal_account_is_its_unit(client: FlaskClient, session: Session, units: list[Unit]) -> None:
    sign_in(client, build_account(session, unit=units[0]))
    assert client.get("/desk").text == "单位甲"
    assert offered(client) == []
    assert post(client, "/account/unit", {"unit": units[1].id}).status_code == 404


def test_a_person_nobody_authorised_learns_whom_to_ask(
    client: FlaskClient, session: Session, clerk: Account
) -> None:
    sign_in(client, clerk)
    assert client.get("/desk").status_code == 403
    assert "请单位法人账号（或单位管理员）" in client.get("/account/unit").text
