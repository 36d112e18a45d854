"""What somebody new is told to do first."""

from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.first_steps import Step, steps_of_person, steps_of_unit
from models.service import INCUBATION
from models.service_permission import acquire
from tests.browsing import Clerk
from tests.build import NOW, build_account, build_batch, build_grant, build_person, build_unit

DAY = date(2021, 11, 10)


def states(steps: list[Step]) -> str:
    """d for done, N for what comes next, o for open, - for later."""
    return "".join(
        "d" if one.is_done else "N" if one.is_next else "o" if one.is_open else "-" for one in steps
    )


def test_a_unit_is_led_from_its_real_name_to_its_first_filing(session: Session) -> None:
    unit = build_unit(session, real_name_state="none")
    assert states(steps_of_unit(session, unit, DAY)) == "N---"
    unit.real_name_state = "auto_failed"
    assert "实名认证失败" in steps_of_unit(session, unit, DAY)[0].text
    unit.real_name_state = "manual_passed"
    assert states(steps_of_unit(session, unit, DAY)) == "dN-o"
    acquire(session, unit.id, INCUBATION, None, NOW)
    assert states(steps_of_unit(session, unit, DAY)) == "ddNo"
    build_grant(session, unit, build_person(session))
    assert states(steps_of_unit(session, unit, DAY)) == "dddN"
    assert states(steps_of_unit(session, unit, date(2030, 1, 1))) == "ddNo", "the grant is over"


def test_a_person_is_told_what_his_unit_needs_to_know(app: Flask, session: Session) -> None:
    assert states(steps_of_person(None, "郑小新", "zheng")) == "N-"
    clerk = Clerk(app.test_client(), build_person(session, person_name="郑小新", login_name="zheng_x"))
    steps = clerk.page("/account/unit").select("#first-steps li")
    assert [one.select_one(".tag").text for one in steps] == ["已完成", "待办理"]
    assert "“郑小新”" in steps[1].text
    assert "“zheng_x”" in steps[1].text


def test_the_desk_of_a_unit_shows_the_steps_until_there_is_a_filing(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    unit, person = build_unit(session, real_name_state="stale"), build_person(session)
    acquire(session, unit.id, INCUBATION, None, NOW)
    legal = Clerk(client, build_account(session, unit=unit))
    build_grant(session, unit, person)
    build_batch(session)
    assert len(legal.page("/").select("#first-steps li")) == 4
    assert "认证后才能新建" in legal.page("/filings").text
    assert not legal.page("/filings").select("form[action='/filings']")
    handler = Clerk(app.test_client(), person)
    assert not handler.page("/").select("#first-steps")
    assert "请联系单位法人账号先完成认证" in handler.page("/").text
    unit.real_name_state = "auto_passed"
    session.commit()
    assert legal.open_filing()
    assert not legal.page("/").select("#first-steps")
