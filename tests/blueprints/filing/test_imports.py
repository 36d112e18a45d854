"""Pasting from Excel and workbooks, in a browser without JavaScript."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from extensions import db
from models.account import Account
from models.filing import Filing
from models.resident import Enterprise, Team
from models.table_import import TableImport
from models.venue import Venue
from tests.browsing import Clerk, codes, soup, values
from tests.build import build_account, build_batch, build_carrier, valid_uscc
from tests.sheets import clipboard, opened, workbook

HEAD = ["企业名称", "统一社会信用代码", "是否由创业团队转化为企业", "注册时间", "入驻时间", "是否迁出",
        "企业人员数量", "获得投融资情况"]  # fmt: skip
VENUES = [["孵化场地地址", "众创空间面积（平方米）"], ["科韵路 16 号", "10"], ["科韵路 18 号", "20.5"]]


def enterprise(number: int) -> list[str]:
    return [
        f"广州测试{number}科技有限公司",
        valid_uscc(number),
        "否",
        "2018-06-21",
        "2018/9/1",
        "否",
        "9",
        "否",
    ]


@pytest.fixture
def account(session: Session) -> Account:
    account = build_account(session)
    build_batch(session)
    build_carrier(session, account.unit)
    return account


@pytest.fixture
def clerk(client: FlaskClient, account: Account) -> Clerk:
    return Clerk(client, account)


@pytest.fixture
def filing(clerk: Clerk) -> str:
    return clerk.open_filing()


def paste(clerk: Clerk, filing: str, table: str, rows: list[list[str]]) -> str:
    """Paste rows and return the address of the preview."""
    answer = clerk.post(f"{filing}/{table}/import", {"block": clipboard(rows)})
    assert answer.status_code == 303, codes(soup(answer))
    return str(answer.headers["Location"])


def upload(clerk: Clerk, filing: str, table: str, data: bytes) -> str:
    answer = clerk.upload(f"{filing}/{table}/import", data, "表.xlsx")
    assert answer.status_code == 303, soup(answer).select_one("main").get_text()
    return str(answer.headers["Location"])


def verdict(page: BeautifulSoup) -> str:
    return "".join(page.select_one("#verdict").get_text().split())


def stored(session: Session, model: type[Any]) -> list[Any]:
    session.expire_all()
    return list(session.scalars(select(model).where(model.removed_at.is_(None)).order_by(model.place)))


def corrections(page: BeautifulSoup, **changes: str) -> dict[str, Any]:
    """Fill the open cells of a preview: what stands there, and what is changed."""
    cells = {str(tag["value"]): "" for tag in page.select("[name=open]")}
    for name in cells:
        box = page.find(attrs={"name": name})
        chosen = box.find("option", selected=True) if box.name == "select" else None
        cells[name] = box.get("value", "") if box.name == "input" else chosen["value"] if chosen else box.text
    assert set(changes) <= set(cells)
    return {"open": list(cells)} | cells | changes


def test_two_hundred_enterprises_are_pasted_corrected_and_stored_at_once(
    clerk: Clerk, filing: str, session: Session
) -> None:
    rows = [enterprise(number) for number in range(1, 201)]
    rows[3][1] = rows[3][1][:-1] + ("1" if rows[3][1][-1] != "1" else "2")
    rows[8][3] = "2021-13-02"
    preview = paste(clerk, filing, "enterprises", [HEAD, *rows])
    page = clerk.page(preview)
    assert verdict(page) == "从剪贴板读到200行：198行可导入（新增198，更新0），2行有2处须改"
    assert [tag["id"] for tag in page.select("tbody tr")] == ["line-5", "line-10"]
    bad = {str(tag["id"]): tag for tag in page.select("[data-error]")}
    assert bad["cell-5-uscc-error"]["data-error"] == "E_USCC"
    assert "校验位不符" in bad["cell-5-uscc-error"].text
    assert bad["cell-10-registered_on-error"]["data-error"] == "E_DATE"
    assert page.select_one("#line-10 [name='10-registered_on']")["value"] == "2021-13-02"
    assert stored(session, Enterprise) == []

    refused = clerk.post(f"{preview}/confirmation", corrections(page) | {"lines": "all"})
    assert refused.status_code == 422
    assert stored(session, Enterprise) == []

    mended = corrections(page, **{"5-uscc": valid_uscc(4), "10-registered_on": "2021-03-02"})
    answer = clerk.post(f"{preview}/confirmation", mended | {"lines": "all"})
    assert answer.status_code == 303, codes(soup(answer))
    there = stored(session, Enterprise)
    assert [row.enterprise_name for row in there] == [row[0] for row in rows]
    assert there[3].uscc == valid_uscc(4)
    assert there[8].registered_on.isoformat() == "2021-03-02"
    assert there[0].moved_in_on.isoformat() == "2018-09-01"
    assert there[0].missing_count == 2  # the files
    assert "撤销整批" in clerk.page(answer.headers["Location"]).get_text()


def test_a_preview_survives_a_reload_and_writes_no_row(clerk: Clerk, filing: str, session: Session) -> None:
    before = session.scalars(select(Filing)).one().updated_at
    preview = paste(clerk, filing, "venue_rows", VENUES)
    assert verdict(clerk.page(preview)) == verdict(clerk.page(preview))
    clerk.post(preview, {"open": "2-area_total", "2-area_total": "12"})
    session.expire_all()
    assert stored(session, Venue) == []
    assert session.scalars(select(Filing)).one().updated_at == before
    assert clerk.page(preview).select_one("#line-2").find_all("td")[2].text == "12"


def test_the_original_stands_under_what_was_understood(clerk: Clerk, filing: str) -> None:
    page = clerk.page(paste(clerk, filing, "enterprises", [HEAD, enterprise(1)]))
    assert "2018-09-01原文 2018/9/1" in page.select_one("#line-2").get_text()


def test_a_cell_that_may_not_be_filled_opens_the_answer_that_closes_it(clerk: Clerk, filing: str) -> None:
    rows = [["团队名称", "团队状态", "迁出时间"], ["芯舟团队", "众创空间内", "2020-01-01"]]
    preview = paste(clerk, filing, "teams", rows)
    page = clerk.page(preview)
    assert codes(page.select_one("#line-2")) == ["E_NOT_FILLABLE"]
    clerk.post(preview, corrections(page, **{"2-team_status": "moved_out"}))
    assert verdict(clerk.page(preview)).startswith("从剪贴板读到1行：1行可导入")


def test_only_the_good_lines_can_be_taken(clerk: Clerk, filing: str, session: Session) -> None:
    bad = ["广州坏代码有限公司", "123"]
    preview = paste(clerk, filing, "enterprises", [HEAD, enterprise(1), bad, enterprise(2)])
    page = clerk.page(preview)
    assert clerk.post(f"{preview}/confirmation", corrections(page) | {"lines": "good"}).status_code == 303
    assert [row.uscc for row in stored(session, Enterprise)] == [valid_uscc(1), valid_uscc(2)]
    assert "未导入1 行" in clerk.page(preview).select_one("dl.facts").get_text()
    rest = opened(clerk.get(f"{preview}/rest.xlsx").data).worksheets[0]
    assert [[cell.value for cell in row][:2] for row in rest.iter_rows(min_row=2)] == [bad]


def test_a_double_confirmation_acts_once(clerk: Clerk, filing: str, session: Session) -> None:
    preview = paste(clerk, filing, "venue_rows", VENUES)
    first = clerk.post(f"{preview}/confirmation")
    second = clerk.post(f"{preview}/confirmation")
    assert first.headers["Location"] == second.headers["Location"]
    assert len(stored(session, Venue)) == 2


def test_a_block_pasted_twice_is_noticed(clerk: Clerk, filing: str, session: Session) -> None:
    rows = [HEAD, enterprise(1), enterprise(2), enterprise(2)]
    preview = paste(clerk, filing, "enterprises", rows)
    page = clerk.page(preview)
    assert [tag["id"] for tag in page.select("tr.failed")] == ["line-4"]
    clerk.post(f"{preview}/confirmation", {"lines": "good"})
    page = clerk.page(paste(clerk, filing, "enterprises", rows))
    assert codes(page.select_one("tbody")) == ["E_DUPLICATE"] * 3
    assert len(stored(session, Enterprise)) == 2


def test_an_import_is_taken_back_as_a_whole(clerk: Clerk, filing: str, session: Session) -> None:
    clerk.post(f"{paste(clerk, filing, 'venue_rows', VENUES)}/confirmation")
    first, _ = stored(session, Venue)
    rows = [
        ["行标识", "面积", "众创空间面积", "孵化场地地址"],
        [str(first.id), "", "99", "新址"],
        ["", "", "7", "又一处"],
    ]
    preview = paste(clerk, filing, "venue_rows", rows)
    assert "更新1" in verdict(clerk.page(preview))
    assert "现为 10" in clerk.page(preview).select_one("#line-2").get_text()
    clerk.post(f"{preview}/confirmation")
    assert [(row.address, row.area_total) for row in stored(session, Venue)] == [
        ("新址", 99), ("科韵路 18 号", 20.5), ("又一处", 7),
    ]  # fmt: skip
    assert values(clerk.page(f"{filing}/venue"))["venue_total_area"] == "126.5"
    assert clerk.post(f"{preview}/undo").status_code == 303
    assert [(row.address, row.area_total) for row in stored(session, Venue)] == [
        ("科韵路 16 号", 10), ("科韵路 18 号", 20.5),
    ]  # fmt: skip
    assert values(clerk.page(f"{filing}/venue"))["venue_total_area"] == "30.5"
    clerk.post(f"{preview}/undo")
    clerk.post(f"{preview}/confirmation")
    assert len(stored(session, Venue)) == 2


def test_an_import_somebody_worked_on_is_not_taken_back(clerk: Clerk, filing: str, session: Session) -> None:
    preview = paste(clerk, filing, "venue_rows", VENUES)
    clerk.post(f"{preview}/confirmation")
    row = stored(session, Venue)[1]
    clerk.post(f"{filing}/venue_rows/{row.id}", {"address": "改过", "area_total": "5"})
    answer = clerk.post(f"{preview}/undo")
    assert answer.status_code == 409
    assert "1 行后来被修改" in soup(answer).get_text()
    assert [row.address for row in stored(session, Venue)] == ["科韵路 16 号", "改过"]


def test_a_row_changed_after_the_preview_is_shown_again_first(
    clerk: Clerk, filing: str, session: Session
) -> None:
    clerk.post(f"{paste(clerk, filing, 'venue_rows', VENUES)}/confirmation")
    first, _ = stored(session, Venue)
    preview = paste(clerk, filing, "venue_rows", [["行标识", "众创空间面积"], [str(first.id), "99"]])
    clerk.post(f"{filing}/venue_rows/{first.id}", {"address": "改过", "area_total": "55"})
    answer = clerk.post(f"{preview}/confirmation")
    assert answer.status_code == 409
    assert codes(soup(answer))[0] == "E_CONFLICT"
    assert "现为 55" in soup(answer).get_text()
    assert stored(session, Venue)[0].area_total == 55
    assert clerk.post(f"{preview}/confirmation").status_code == 303
    row = stored(session, Venue)[0]
    assert (row.area_total, row.address) == (99, "改过")


def test_rows_of_another_filing_cannot_be_reached(clerk: Clerk, filing: str, session: Session) -> None:
    clerk.post(f"{paste(clerk, filing, 'venue_rows', VENUES)}/confirmation")
    foreign = stored(session, Venue)[0]
    account = build_account(session)
    build_carrier(session, account.unit)
    stranger = Clerk(clerk.client.application.test_client(), account)
    theirs = stranger.open_filing()
    rows = [["行标识", "孵化场地地址", "众创空间面积"], [str(foreign.id), "夺来", "1"], ["=1+1", "夺来", "1"]]
    preview = paste(stranger, theirs, "venue_rows", rows)
    page = stranger.page(preview)
    assert codes(page.select_one("tbody")) == ["E_NOT_FOUND"] * 2
    assert stranger.post(f"{preview}/confirmation", {"lines": "good"}).status_code == 422
    assert [row.address for row in stored(session, Venue)] == ["科韵路 16 号", "科韵路 18 号"]
    for path in ("", "/confirmation", "/undo"):
        assert clerk.post(f"{preview}{path}").status_code == 404
    mine = session.scalars(select(TableImport).where(TableImport.confirmed_at.is_not(None))).one().id
    for path in (f"{filing}/venue_rows/import/{mine}", f"{filing}/venue_rows/export.xlsx",
                 f"{theirs}/venue_rows/import/{mine}", f"{theirs}/teams/import/{mine}"):  # fmt: skip
        assert stranger.get(path).status_code == 404


def test_renamed_teams_are_followed_and_followed_back(clerk: Clerk, filing: str, session: Session) -> None:
    teams = [["团队名称", "团队状态"], ["甲队", "转化为企业"], ["乙队", "转化为企业"]]
    clerk.post(f"{paste(clerk, filing, 'teams', teams)}/confirmation")
    firms = [
        ["企业名称", "是否由创业团队转化为企业", "团队名称"],
        ["甲公司", "是", "甲队"],
        ["乙公司", "是", "乙队"],
    ]
    clerk.post(f"{paste(clerk, filing, 'enterprises', firms)}/confirmation")
    first, second = stored(session, Team)
    swap = [["团队名称", "行标识"], ["乙队", str(first.id)], ["甲队", str(second.id)]]
    preview = paste(clerk, filing, "teams", swap)
    clerk.post(f"{preview}/confirmation")
    assert [row.source_team_name for row in stored(session, Enterprise)] == ["乙队", "甲队"]
    clerk.post(f"{preview}/undo")
    assert [row.source_team_name for row in stored(session, Enterprise)] == ["甲队", "乙队"]


def test_the_offer_to_undo_stands_only_where_the_import_was(
    clerk: Clerk, filing: str, session: Session
) -> None:
    there = clerk.post(f"{paste(clerk, filing, 'venue_rows', VENUES)}/confirmation").headers["Location"]
    offer = clerk.page(there).find(id="imported")
    assert "已导入 2 行" in offer.get_text()
    query = there.split("?")[1]
    for address in (f"{filing}/teams?{query}", f"{filing}/venue_rows?imported=../../elsewhere"):
        assert clerk.page(address).find(id="imported") is None
    clerk.post(str(offer["action"]))
    assert clerk.page(there).find(id="imported") is None


def test_a_workbook_of_another_program_is_understood(clerk: Clerk, filing: str, session: Session) -> None:
    rows = [
        ["2021 年企业名单"],
        ["序号", *HEAD, "备注"],
        [1, *enterprise(1)[:3], date(2018, 6, 21), "2018年9月1日", "否", 9.0, "否", "好"],
    ]
    preview = upload(clerk, filing, "enterprises", workbook(rows))
    assert "不会导入：备注" in clerk.page(preview).get_text()
    clerk.post(f"{preview}/confirmation")
    row = stored(session, Enterprise)[0]
    assert (row.registered_on, row.employee_count, row.uscc) == (date(2018, 6, 21), 9, valid_uscc(1))


def test_what_is_exported_comes_back_unchanged(clerk: Clerk, filing: str, session: Session) -> None:
    clerk.post(f"{paste(clerk, filing, 'enterprises', [HEAD, enterprise(1), enterprise(2)])}/confirmation")
    data = clerk.get(f"{filing}/enterprises/export.xlsx").data
    page = clerk.page(upload(clerk, filing, "enterprises", data))
    assert verdict(page) == "从工作簿读到2行：0行可导入，2行与现有内容相同"
    assert [row.version for row in stored(session, Enterprise)] == [1, 1]


def test_text_that_looks_like_a_formula_stays_text(clerk: Clerk, filing: str, session: Session) -> None:
    texts = ['=HYPERLINK("http://x","y")', "+1", "-2", "@SUM(A1)", "＝1"]
    clerk.post(
        f"{paste(clerk, filing, 'venue_rows', [['孵化场地地址', '众创空间面积'], *([t, '1'] for t in texts)])}/confirmation"
    )
    sheet = opened(clerk.get(f"{filing}/venue_rows/export.xlsx").data).worksheets[0]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("", "没有读到数据行"),
        ("孵化场地地址\t众创空间面积\r\n", "没有读到数据行"),
        ("a\t1\n" * 1001, "一次最多导入 1000 行"),
    ],
)
def test_a_block_without_lines_is_refused(clerk: Clerk, filing: str, block: str, reason: str) -> None:
    answer = clerk.post(f"{filing}/venue_rows/import", {"block": block})
    assert answer.status_code == 422
    assert reason in soup(answer).select_one("#block-error").get_text()


def test_a_refused_workbook_says_why(clerk: Clerk, filing: str) -> None:
    answer = clerk.upload(f"{filing}/venue_rows/import", b"%PDF-1.7", "表.xlsx")
    assert answer.status_code == 422
    assert codes(soup(answer)) == ["E_FILE_TYPE"]
    assert clerk.upload(f"{filing}/venue_rows/import", b"0" * 3_145_729, "表.xlsx").status_code == 413


def test_the_number_of_statements_does_not_grow_with_the_block(
    clerk: Clerk, filing: str, session: Session
) -> None:
    added, changed, undone = [], [], []
    for first, many in ((1, 2), (10, 120)):
        rows = [enterprise(number) for number in range(first, first + many)]
        preview = paste(clerk, filing, "enterprises", [HEAD, *rows])
        added.append(statements(clerk, f"{preview}/confirmation"))
        marks = [str(row.id) for row in stored(session, Enterprise)[-many:]]
        preview = paste(
            clerk, filing, "enterprises", [["行标识", "企业人员数量"], *([m, "77"] for m in marks)]
        )
        changed.append(statements(clerk, f"{preview}/confirmation"))
        undone.append(statements(clerk, f"{preview}/undo"))
    assert len({row.employee_count for row in stored(session, Enterprise)}) == 1
    for before, after in (added, changed, undone):
        assert before == after


def statements(clerk: Clerk, address: str) -> int:
    """Post and count what the database is asked; many rows in one statement are one."""
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    event.listen(db.engine, "before_cursor_execute", note)
    assert clerk.post(address).status_code == 303
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_submitted_filing_takes_nothing_in_and_still_gives_out(
    clerk: Clerk, filing: str, session: Session
) -> None:
    preview = paste(clerk, filing, "venue_rows", VENUES)
    session.expire_all()
    session.scalars(select(Filing)).one().status = "under_review"
    session.commit()
    for path in (f"{filing}/venue_rows/import", preview, f"{preview}/confirmation"):
        assert clerk.post(path, {"block": "x"}).status_code == 409
    assert clerk.get(f"{filing}/venue_rows/export.xlsx").status_code == 200


def test_a_removed_draft_takes_its_imports_along(clerk: Clerk, filing: str, session: Session) -> None:
    paste(clerk, filing, "venue_rows", VENUES)
    assert clerk.post(f"{filing}/removal").status_code == 303
    assert session.scalars(select(TableImport)).all() == []


def test_a_null_in_a_workbook_is_left_out(clerk: Clerk, filing: str, session: Session) -> None:
    rows = [*VENUES, ["科韵路_x0000_20 号", "10"]]
    answer = clerk.upload(f"{filing}/venue_rows/import", workbook(rows), "场地.xlsx")
    clerk.page(answer.headers["Location"])
    assert clerk.post(f"{answer.headers['Location']}/confirmation").status_code < 500
    session.expire_all()
    assert "\x00" not in "".join(venue.address or "" for venue in session.scalars(select(Venue)))
