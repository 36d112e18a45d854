"""Every region's own way to the published list, through the pages, and who never sees the filing.

Source: workflow.md §3 and §5: 深圳 reports past 广东, a municipality has no city level, 兵团 is a province.
"""

import re
from datetime import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from extensions import clock
from models.account import Account
from models.filing import Filing
from models.material_version import MaterialVersion
from tests.browsing import Clerk, soup
from tests.build import build_account, build_filing, build_reviewer, build_unit
from tests.reviewing import PASSING
from tests.submitting import complete, finished_version

Place = tuple[str, str]  # level and code of the region of an office
TORCH: Place = ("torch", "000000")
GUANGDONG: Place = ("province", "440000")
WAYS: dict[str, tuple[str, tuple[Place, ...]]] = {
    "佛山": ("440604", (("city", "440600"), GUANGDONG, TORCH)),
    "深圳": ("440305", (("province", "440300"), TORCH)),
    "北京": ("110108", (("province", "110000"), TORCH)),
    "天津": ("120116", (("province", "120000"), TORCH)),
    "兵团": ("659001", (("city", "659001"), ("province", "660000"), TORCH)),
}
# Offices that look on: neighbours, the province around a city that reports past it, and a district.
WATCHERS: tuple[Place, ...] = (
    GUANGDONG, ("province", "440300"), ("province", "110000"), ("province", "120000"), ("province", "650000"),
    ("city", "440100"), ("city", "440600"), ("district", "440106"),
)  # fmt: skip
NOTICES = {
    "province": ("2021-11-10", "2021-11-16", "2021-11-17T09:00+08:00"),
    "torch": ("2021-11-17", "2021-11-23", "2021-11-24T09:00+08:00"),
}
LISTS = ("/review?desk=all", "/review?desk=sent", "/review", "/review/figures", "/review/publicity")


class Way:
    """One filing on its way, and everybody who looks at it, one after the other at one browser."""

    def __init__(self, client: FlaskClient, session: Session, region: str, route: tuple[Place, ...]) -> None:
        self.client, self.session, self.route = client, session, route
        self.people = {place: build_reviewer(session, *place) for place in {*route, *WATCHERS}}
        unit = build_unit(session, region_code=region)
        self.owner = build_account(session, unit=unit)
        self.filing: Filing = complete(session, build_filing(session, unit=unit))

    @property
    def case(self) -> str:
        return f"/review/{self.filing.id}"

    def as_(self, who: Place | Account) -> Clerk:
        """Sign somebody in."""
        return Clerk(self.client, who if isinstance(who, Account) else self.people[who])

    def submit(self) -> list[str]:
        """Submit to the office that stands first; return the offices that were offered."""
        finished_version(self.session, self.filing, self.owner)
        clerk = self.as_(self.owner)
        page = clerk.page(f"/filings/{self.filing.id}/submission")
        offered = [
            label.get_text(" ", strip=True) for label in page.select("label:has([name=receiving_office])")
        ]
        answer = send(clerk, page, "form:has([name=receiving_office])", confirm_conditions="yes")
        assert answer.status_code == 303, answer.text
        return offered

    def sees(self, place: Place) -> bool:
        """Say whether an office finds the filing; that it stands in no list it may not open is checked."""
        desk = self.as_(place)
        may_open = desk.get(self.case).status_code == 200
        found = self.filing.unit.name in desk.page("/review?desk=all").get_text()
        assert found == may_open, place
        return may_open

    def pass_(self, level: str) -> None:
        """Save the opinion, read what sending will do, send; then the notice and what follows it."""
        desk = self.as_(next(place for place in self.route if place[0] == level))
        answers = PASSING[level] | {"intention": "pass"}
        assert send(desk, desk.page(f"{self.case}/opinion"), "#opinion-form", **answers).status_code == 303
        checked = send(desk, desk.page(f"{self.case}/opinion"), "form[action$='/sending/check']")
        sent = send(desk, soup(checked), "form[action$='/sending']")
        assert "已发送 1 件" in sent.text, sent.text
        if level in NOTICES:
            assert "下一步：公示这 1 件申报" in sent.text
            self._give_notice(desk, level)

    def _give_notice(self, desk: Clerk, level: str) -> None:
        first, last, afterwards = NOTICES[level]
        said = {"title": "名单公示", "contact": "010-00000000", "starts_on": first, "ends_on": last}
        answer = send(desk, desk.page("/review/publicity"), "form[action$='/publicity']", **said)
        assert answer.status_code == 303, answer.text
        clock.move_to(datetime.fromisoformat(afterwards))
        page, day = desk.page("/review/publicity"), afterwards[:10]
        if level == "torch":
            answer = send(desk, page, "form[action$='/publications']", document_no="国科火字〔2021〕1号",
                          published_on=day)  # fmt: skip
        else:
            answer = send(desk, page, "form[action$='/recommendations']", letter_no="1号", letter_on=day)
        assert answer.status_code == 303, answer.text


def send(clerk: Clerk, page: BeautifulSoup, form: str, **typed: Any) -> TestResponse:
    """Send a form of the page as a browser would, with what is typed over what stands in it."""
    found = page.select_one(form)
    assert found is not None, (form, page.get_text(" ", strip=True)[:500])
    return clerk.post(str(found["action"]), _standing(found) | typed)


def _standing(form: Tag) -> dict[str, Any]:
    """Read what a form holds: hidden and typed fields, and what is ticked."""
    held = {}
    for field in form.select("input[name]"):
        if field.get("type") not in ("radio", "checkbox") or field.has_attr("checked"):
            held[str(field["name"])] = str(field.get("value", ""))
    return held


@pytest.mark.parametrize("region", WAYS)
def test_a_region_goes_its_own_way(client: FlaskClient, session: Session, region: str) -> None:
    code, route = WAYS[region]
    way = Way(client, session, code, route)
    assert not any(way.sees(place) for place in way.people)  # a draft is nobody's
    offered = way.submit()
    assert len(offered) == len(route) - 1  # the nearest and the next, and never the national office
    for number, place in enumerate(route):
        session.refresh(way.filing)
        assert (way.filing.current_level, way.filing.current_office) == (place[0], way.people[place].office)
        assert {seen for seen in way.people if way.sees(seen)} == set(route[: number + 1])
        way.pass_(place[0])
    session.refresh(way.filing)
    assert (way.filing.status_text, way.filing.carrier.state_text) == ("已通过", "国家备案，2021年")
    assert {seen for seen in way.people if way.sees(seen)} == set(route)
    receipt = way.as_(way.owner).page(f"/filings/{way.filing.id}/receipt").get_text()
    assert "已通过，国家备案，2021年" in receipt
    for place in route:
        assert f"{way.people[place].office.name}" in receipt
    log = way.as_(TORCH).page(f"{way.case}/history").select("ol.timeline b")
    assert len(log) > len(route)
    assert not any(re.search("[a-z]", step.get_text()) for step in log)  # every act is told in words
    client.delete_cookie(client.application.config["SIGN_IN_COOKIE"])
    assert way.filing.name in client.get(f"/register-of-carriers?q={way.filing.name}").text


def test_guangdong_never_sees_shenzhen(client: FlaskClient, session: Session) -> None:
    code, route = WAYS["深圳"]
    way = Way(client, session, code, route)
    (offered,) = way.submit()
    assert offered.startswith("深圳市科技创新委员会")
    shenzhen = way.as_(route[0])
    version = session.scalars(select(MaterialVersion)).one().version_no
    doors = [f"{way.case}{page}" for page in (
        "", "/evidence", "/evidence/1.pdf", "/opinion", "/paper", "/history", "/compare", "/recusal",
        f"/materials/{version}.pdf",
    )]  # fmt: skip
    assert {shenzhen.get(door).status_code for door in doors[:-1] if not door.endswith(".pdf")} == {200}
    guangdong = way.as_(GUANGDONG)
    assert {guangdong.get(door).status_code for door in doors} == {404}
    for act in ("/opinion", "/requests", "/notes", "/assignment", "/recusal", "/correction", "/paper"):
        assert guangdong.post(f"{way.case}{act}", {"intention": "pass"}).status_code == 404, act
    for step in route:
        way.pass_(step[0])
        guangdong = way.as_(GUANGDONG)
        for path in (*LISTS, f"/review?desk=all&q={way.filing.name}"):
            text = guangdong.page(path).get_text()
            assert way.filing.unit.name not in text, path
            assert version not in text, path
    ticked = {"filing": f"{way.filing.id}:1"}
    assert "已发送 1 件" not in guangdong.post("/review/sending", ticked).text
    assert (
        guangdong.post(
            "/review/recommendations", ticked | {"letter_no": "1号", "letter_on": "2021-11-24"}
        ).status_code
        == 422
    )
