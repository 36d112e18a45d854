"""Proof that one declaration drives everything: a kind of the tests gets all pages, totals, checks and the PDF.

No view and no template knows the kind of `sample_kind`; only its declaration, its forms and its tables do.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from files.storage import FolderStorage
from filings.snapshot import snapshot
from materials.generate import VersionStamp, build
from models.account import Account
from models.filing import Filing
from tests.browsing import Clerk, codes, conditions, soup, tab_states, values
from tests.build import build_account, build_carrier, build_reviewer
from tests.completing import generate, small_pdf, submit
from tests.filings import sample_kind
from tests.filings.sample_kind import Room, RoomFiling, build_room_batch

HOUSE = {"house_name": "启航楼", "opened_on": "2018-05-01", "has_lift": "no"}
ROOM = {"door": "301", "use": "own", "area": "120.5"}


@pytest.fixture
def _registered(database_url: str) -> Iterator[None]:
    sample_kind.register()
    yield
    sample_kind.forget()


@pytest.fixture
def account(_registered: None, session: Session) -> Account:
    account = build_account(session)
    build_room_batch(session)
    build_carrier(session, account.unit, kind="incubator", name="启航孵化器")
    return account


@pytest.fixture
def clerk(account: Account, client: FlaskClient) -> Clerk:
    return Clerk(client, account)


@pytest.fixture
def filing(clerk: Clerk) -> str:
    answer = clerk.post("/filings", {"kind": "rooms"})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/house")
    return str(answer.headers["Location"].rsplit("/", 1)[0])


def stored(session: Session) -> RoomFiling:
    session.expire_all()
    return session.scalars(select(RoomFiling)).one()


def add(clerk: Clerk, filing: str, table: str = "rooms", **answers: Any) -> str:
    """Add a row and return its address."""
    answer = clerk.post(f"{filing}/{table}", answers or ROOM)
    assert answer.status_code == 303, codes(soup(answer))
    return f"{filing}/{table}/" + answer.headers["Location"].split(f"#{table}-")[1]


def complete(clerk: Clerk, filing: str) -> None:
    clerk.post(f"{filing}/house", HOUSE)
    clerk.upload(f"{filing}/files/deed", small_pdf("deed"))
    add(clerk, filing)
    let = add(clerk, filing, door="302", use="let", area="79.5", let_on="2019-01-01")
    clerk.upload(f"{let}/files/lease", small_pdf("lease", 2))
    add(clerk, filing, "honors", honor_name="优秀楼宇", granted_by="区政府", granted_on="2020-01-01")
    clerk.post(f"{filing}/house_history", {"history": "始建于 2015 年。\n\n2018 年启用。"})


def main_text(page: BeautifulSoup) -> str:
    """Read the page without its frame; the unit's own name may speak of makerspaces."""
    text = " ".join(page.select_one("main").get_text(" ").split())
    return re.sub(r"广州测试\d+众创空间有限公司", "单位", text)


def test_it_is_offered_opened_and_filled_with_what_is_known(clerk: Clerk, session: Session) -> None:
    offered = clerk.page("/filings")
    assert "新建用房备案申报书" in main_text(offered)
    filing = clerk.post("/filings", {"kind": "rooms"}).headers["Location"].rsplit("/", 1)[0]
    page = clerk.page(f"{filing}/house")
    assert page.find(id="house_name")["value"] == "启航孵化器"
    assert "来自孵化器信息" in page.get_text()
    assert values(page)["owner"] == stored(session).unit.name
    assert "启航孵化器" in main_text(clerk.page("/filings"))
    assert "用房备案" in main_text(clerk.page("/"))
    assert clerk.post("/filings", {"kind": "rooms"}).status_code == 422  # one carrier, one batch, one filing


def test_every_page_of_it_opens_and_speaks_of_no_other_kind(clerk: Clerk, filing: str) -> None:
    row = add(clerk, filing)
    paths = ("house", "rooms", "honors", "house_history", "problems", "conditions", "preview", "materials",
             "submission", "removal")  # fmt: skip
    pages = [clerk.page(f"{filing}/{path}") for path in paths] + [clerk.page(f"{row}/edit")]
    for page in pages:
        assert "众创空间" not in main_text(page)
        assert "备案条件" not in main_text(page)
    labels = {tag.get_text(strip=True) for tag in pages[0].select("#filing-status .tasks span:not(.state)")}
    assert labels == {"房屋", "沿革"}
    parts = [" ".join(tag.get_text(" ").split()) for tag in pages[0].select(".subtabs a")]
    assert parts == ["楼宇", "房间明细 1", "楼宇荣誉 0"]


def test_names_of_another_kind_are_not_there(clerk: Clerk, filing: str) -> None:
    for path in ("venue", "venue_rows", "teams", "basic_info"):
        assert clerk.get(f"{filing}/{path}").status_code == 404
        assert clerk.post(f"{filing}/{path}", {}).status_code == 404
    for slot in ("commitment_file", "lease", "evidence_file"):
        assert clerk.get(f"{filing}/files/{slot}").status_code == 404
        assert clerk.upload(f"{filing}/files/{slot}", small_pdf()).status_code == 404


def test_typed_answers_are_judged(clerk: Clerk, filing: str, session: Session) -> None:
    answer = clerk.post(f"{filing}/house", HOUSE | {"opened_on": "2018-02-30", "has_lift": "maybe"})
    assert (answer.status_code, sorted(set(codes(soup(answer))))) == (
        422,
        ["E_CHOICE", "E_DATE", "E_REQUIRED"],
    )
    assert (stored(session).house_name, stored(session).opened_on) == ("启航楼", None)
    assert "2018-02-30" in str(clerk.page(f"{filing}/house").find(id="opened_on"))
    answer = clerk.post(f"{filing}/rooms", ROOM | {"area": "0", "let_on": "2019-01-01", "use": "own"})
    assert (answer.status_code, codes(soup(answer).find(id="rooms-new"))) == (
        422,
        ["E_RANGE", "E_NOT_FILLABLE"],
    )


def test_a_check_of_a_tab_stands_at_its_field(clerk: Clerk, filing: str) -> None:
    clerk.post(f"{filing}/house", HOUSE | {"has_lift": "yes", "lift_checked_on": "2018-04-30"})
    page = clerk.page(f"{filing}/house")
    field = page.find(id="lift_checked_on").find_parent(class_="field")
    assert codes(field) == ["E_DATE_ORDER"]
    assert tab_states(page)["house"] == "errors"


def test_totals_follow_the_rows(clerk: Clerk, filing: str) -> None:
    add(clerk, filing)
    row = add(clerk, filing, door="302", use="own", area="79.5")
    for path in ("house", "rooms", "honors"):
        found = values(clerk.page(f"{filing}/{path}"))
        assert (found["room_area"], found["room_mean"], found["house_honor_count"]) == ("200", "100", "0")
    assert "= 200.00 / 2" in main_text(clerk.page(f"{filing}/rooms"))
    clerk.post(f"{row}/removal")
    assert values(clerk.page(f"{filing}/rooms"))["room_mean"] == "120.5"
    clerk.post(f"{row}/restoration")
    answer = clerk.post(f"{filing}/rooms", ROOM | {"door": "303"}, htmx=True)
    fragment = soup(answer)
    assert fragment.find(attrs={"data-name": "room_area"})["data-value"] == "320.5"
    assert fragment.select_one("[id^=task-]")["hx-swap-oob"] == "true"


def test_conditions_are_judged_by_the_limits_of_the_batch(clerk: Clerk, filing: str) -> None:
    add(clerk, filing)
    assert conditions(clerk.page(f"{filing}/conditions")) == {"YF-01": "fail", "YF-02": "insufficient"}
    add(clerk, filing, door="302", use="own", area="79.5")
    clerk.post(f"{filing}/house", HOUSE)
    assert conditions(clerk.page(f"{filing}/rooms")) == {"YF-01": "pass", "YF-02": "pass"}
    page = clerk.page(f"{filing}/conditions")
    assert "用房条件自查" in main_text(page)
    assert "≥ 2 间" in main_text(page)


def test_checks_of_rows_and_across_rows(clerk: Clerk, filing: str) -> None:
    clerk.post(f"{filing}/house", HOUSE)
    early = add(clerk, filing, door="301", use="let", area="10", let_on="2018-04-30")
    row = clerk.page(f"{filing}/rooms").find(id=f"rooms-{early.rsplit('/', 1)[1]}")
    assert sorted(codes(row)) == ["E_OUT_OF_PERIOD", "E_REQUIRED"]  # too early; no lease
    add(clerk, filing)
    assert codes(clerk.page(f"{filing}/rooms")).count("E_DUPLICATE") == 2
    clerk.post(f"{filing}/house", HOUSE | {"opened_on": "2018-04-01"})
    assert "E_OUT_OF_PERIOD" not in codes(clerk.page(f"{filing}/rooms"))
    preview = soup(clerk.post(f"{early}/preview", {"use": "own", "let_on": "2018-04-30"}))
    assert preview.find(attrs={"name": "let_on", "data-closed": "自用"})["value"] == ""


def test_what_is_missing_leads_to_its_cell(clerk: Clerk, filing: str) -> None:
    row = add(clerk, filing, door="301", use="let")
    links = clerk.page(f"{filing}/problems").select(".missing li")
    found = {
        (link.select_one(".where").get_text(), link.select_one("[data-error]")["data-error"]): link.a["href"]
        for link in links
    }
    assert {code for _, code in found} == {"E_REQUIRED"}
    identity = row.rsplit("/", 1)[1]
    assert found["产权证", "E_REQUIRED"] == f"{filing}/house#slot-deed"
    assert found["启用时间", "E_REQUIRED"] == f"{filing}/house#opened_on"
    assert found["第 1 行 租约", "E_REQUIRED"] == f"{row}/edit#rooms-{identity}-lease"
    assert found["第 1 行 房间面积", "E_REQUIRED"] == f"{row}/edit#row-{identity}-area"
    for address in found.values():
        page, anchor = str(address).split("#")
        assert clerk.page(page).find(id=anchor), address


def test_states_of_tabs_follow_the_answers(clerk: Clerk, filing: str) -> None:
    page = clerk.page(f"{filing}/house")
    assert tab_states(page) == {"house": "in_progress", "house_history": "empty"}
    complete(clerk, filing)
    assert tab_states(clerk.page(f"{filing}/house")) == {"house": "done", "house_history": "done"}
    assert "没有缺项" in main_text(clerk.page(f"{filing}/problems"))


def test_the_preview_is_read_only_and_whole(clerk: Clerk, filing: str) -> None:
    complete(clerk, filing)
    page = clerk.page(f"{filing}/preview")
    text = main_text(page)
    for word in (
        "启航楼",
        "301",
        "302",
        "出租",
        "2019-01-01",
        "优秀楼宇",
        "始建于 2015 年。",
        "至今",
        "自用",
    ):
        assert word in text
    assert page.select("#document input, #document select, #document textarea") == []
    assert values(page)["room_area"] == "200"
    for link in page.select("#p-attachments a"):
        assert clerk.get(str(link["href"])).mimetype == "application/pdf"
    assert len(page.select("#p-attachments a")) == 2


def test_its_snapshot_becomes_a_pdf(
    clerk: Clerk, filing: str, session: Session, storage: FolderStorage, tmp_path: Path
) -> None:
    complete(clerk, filing)
    document = json.loads(json.dumps(snapshot(session, stored(session))))
    stamp = VersionStamp(
        "YFBA-2021-000001-001-0000", datetime(2021, 11, 10, tzinfo=UTC), "http://localhost/v"
    )
    built = build(document, stamp, storage.path, tmp_path / "out.pdf", lambda *progress: None)
    pages = [page.extract_text() for page in PdfReader(tmp_path / "out.pdf").pages]
    assert len(pages) == built.pages
    assert all("YFBA-2021-000001-001-0000" in page for page in pages)
    text = re.sub(r"\s", "", "".join(pages))
    for word in (
        "孵化用房备案书",
        "启航楼",
        "房间明细",
        "302",
        "楼宇荣誉",
        "优秀楼宇",
        "用房条件自查",
        "deed1",
        "lease2",
    ):
        assert word in text
    assert "备案条件" not in text
    assert "众创空间" not in text.replace(stored(session).unit.name, "")


def test_it_is_generated_submitted_and_read_by_its_office(
    clerk: Clerk, filing: str, session: Session, storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    version = generate(clerk, filing, session, monkeypatch)
    assert (version.state, version.version_no[:10]) == ("ready", "YFBA-2021-")
    assert submit(clerk, filing).status_code == 303
    assert session.scalars(select(Filing)).one().submitted_values["derived"]["room_area"] == "200"
    for path in ("receipt", "paper", "withdrawal", "preview", "house", "rooms"):
        assert "众创空间" not in main_text(clerk.page(f"{filing}/{path}")).replace(
            stored(session).unit.name, ""
        )
    assert clerk.post(f"{filing}/rooms", ROOM).status_code == 409
    office = build_reviewer(session, "district", "440106")
    reviewer = Clerk(clerk.client.application.test_client(), office)
    assert version.version_no in reviewer.page("/review").get_text()
    page = reviewer.page(f"/review/{filing.rsplit('/', 1)[1]}")
    assert conditions(page) == {"YF-01": "pass", "YF-02": "pass"}
    house = reviewer.page(str(page.select_one("nav.toc a:-soup-contains('房屋')")["href"]))
    honors = house.select_one("nav.subtabs a:-soup-contains('荣誉')")
    assert "优秀楼宇" in reviewer.page(str(honors["href"])).get_text()


def test_a_draft_of_it_is_removed_with_its_rows(clerk: Clerk, filing: str, session: Session) -> None:
    complete(clerk, filing)
    assert clerk.post(f"{filing}/removal").status_code == 303
    assert session.scalars(select(Room)).all() == []
    assert session.scalars(select(Filing)).all() == []


def test_two_who_edit_one_row_of_it_see_both_sides(clerk: Clerk, filing: str) -> None:
    row = add(clerk, filing)
    clerk.post(row, ROOM | {"area": "99", "version": "1"})
    answer = clerk.post(row, ROOM | {"area": "88", "version": "1"})
    assert answer.status_code == 409
    assert [tag["name"] for tag in soup(answer).select("[type=radio]")] == ["keep_area"] * 2


def test_without_the_kind_nothing_of_it_is_known(app: Flask, session: Session) -> None:
    assert "rooms" not in str(list(app.url_map.iter_rules()))
    client = app.test_client()
    clerk = Clerk(client, build_account(session))
    assert clerk.post("/filings", {"kind": "rooms"}).status_code == 404


def test_its_rows_come_from_a_sheet_and_go_back(clerk: Clerk, filing: str, session: Session) -> None:
    block = "用途\t门牌\t房间面积（平方米）\t出租时间\n自用\t301\t120.5\t\n出租\t302\t79.5\t2019/1/1\n"
    preview = clerk.post(f"{filing}/rooms/import", {"block": block}).headers["Location"]
    assert clerk.post(f"{preview}/confirmation").status_code == 303
    assert values(clerk.page(f"{filing}/house"))["room_area"] == "200"
    data = clerk.get(f"{filing}/rooms/export.xlsx").data
    preview = clerk.upload(f"{filing}/rooms/import", data, "房间.xlsx").headers["Location"]
    assert "2 行与现有内容相同" in main_text(clerk.page(preview))
    assert len(session.scalars(select(Room)).all()) == 2


def test_its_evidence_is_taken_in_bulk(clerk: Clerk, filing: str) -> None:
    """No word of it stands in the matcher: labels and names of rows are enough."""
    row = add(clerk, filing, door="A座302", use="let", let_on="2019-01-01").rsplit("/", 1)[1]
    files = [
        (BytesIO(small_pdf(name)), name) for name in ("A座302租约.pdf", "产权证（盖章）.pdf", "不知道.pdf")
    ]
    clerk.post(f"{filing}/evidence", {"file": files})
    page = clerk.page(f"{filing}/evidence")
    assert "众创空间" not in main_text(page)
    chosen = [option["value"] for option in page.select("#pending option[selected]")]
    assert sorted(chosen) == ["deed", f"rooms/{row}/lease"]
    ticked = [box["value"] for box in page.select("#pending input[name=file][checked]")]
    places = {tag["name"]: tag.select_one("[selected]")["value"] for tag in page.select("select[name^=place-]")
              if tag.select_one("[selected]")}  # fmt: skip
    clerk.post(f"{filing}/evidence/placement", {"file": ticked, **places})
    assert clerk.get(f"{filing}/rooms/{row}/files/lease").status_code == 200
    assert clerk.get(f"{filing}/files/deed").status_code == 200
