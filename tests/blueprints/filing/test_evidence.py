"""Evidence in bulk through the browser: taken, proposed, chosen, placed, discarded."""

import hashlib
import re
import threading
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from filings.bulk import evidence
from models.attachment import Attachment
from models.pending_file import PendingFile
from models.resident import Enterprise
from models.stored_file import StoredFile
from tests.browsing import Clerk, codes, soup
from tests.build import build_account, build_row, valid_uscc
from tests.completing import small_pdf

NAMES = ("广州云杉建筑科技有限公司", "广州珠水新材料有限公司", "广州众力人力资源有限公司")


@pytest.fixture
def enterprises(filing: str, session: Session) -> list[Enterprise]:
    """Three enterprises of which the last has no financing."""
    from models.makerspace_filing import MakerspaceFiling

    owner = session.scalars(select(MakerspaceFiling)).one()
    return [
        build_row(session, owner, Enterprise, enterprise_name=name, uscc=valid_uscc(number),
                  has_financing=number < 3)
        for number, name in enumerate(NAMES, 1)
    ]  # fmt: skip


def send(clerk: Clerk, filing: str, *names: str, htmx: bool = False, **answers: str) -> Any:
    files = [(BytesIO(small_pdf(name)), name) for name in names]
    return clerk.post(f"{filing}/evidence", {"file": files, **answers}, htmx=htmx)


def waiting(session: Session) -> dict[str, PendingFile]:
    session.expire_all()
    found = session.scalars(select(PendingFile).where(PendingFile.placed_at.is_(None)))
    return {one.name: one for one in found}


def placed(session: Session) -> set[tuple[str, str]]:
    """Read (slot, file name) of all attachments."""
    session.expire_all()
    return {(one.slot, one.name) for one in session.scalars(select(Attachment))}


def proposed(clerk: Clerk, filing: str) -> dict[str, tuple[str, bool]]:
    """Read from the page, by file name, where each is to go and whether it is ticked."""
    found = {}
    for row in clerk.page(f"{filing}/evidence").select("tr[id^=pending-]"):
        chosen = row.select_one("option[selected]")
        name = row.select_one(".lead a").get_text()
        found[name] = (chosen["value"] if chosen else "", row.select_one("[name=file]").has_attr("checked"))
    return found


def form(clerk: Clerk, filing: str) -> dict[str, Any]:
    """Return what the page would post as it stands."""
    answers: dict[str, Any] = {"file": []}
    for row in clerk.page(f"{filing}/evidence").select("tr[id^=pending-]"):
        box, select_, chosen = (
            row.select_one("[name=file]"),
            row.select_one("select"),
            row.select_one("option[selected]"),
        )
        answers[select_["name"]] = chosen["value"] if chosen else ""
        if box.has_attr("checked"):
            answers["file"].append(box["value"])
    return answers


def test_many_files_wait_with_a_proposal_and_are_placed_at_once(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    names = [f"{name}_{kind}.pdf" for name in NAMES for kind in ("入驻协议", "营业执照")]
    answer = send(clerk, filing, *names, "扫描0001.pdf")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{filing}/evidence#pending")
    found = proposed(clerk, filing)
    row = enterprises[1].id
    assert found["广州珠水新材料有限公司_营业执照.pdf"] == (f"enterprises/{row}/license_file", True)
    assert found["扫描0001.pdf"] == ("", False)
    assert placed(session) == set()
    answer = clerk.post(f"{filing}/evidence/placement", form(clerk, filing))
    assert answer.status_code == 303
    assert len(placed(session)) == 6
    assert set(waiting(session)) == {"扫描0001.pdf"}
    page = clerk.page(f"{filing}/evidence")
    assert "已归入 6 份" in page.get_text()
    link = page.find("a", string=re.compile("第 2 行 广州珠水新材料有限公司 · 营业执照"))
    assert link["href"] == f"{filing}/enterprises?page=1#enterprises-{row}-license_file"
    assert clerk.get(f"{filing}/enterprises/{row}/files/license_file").status_code == 200


def test_placing_counts_what_is_missing_as_a_single_upload_does(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    for row in enterprises[:2]:
        clerk.upload(f"{filing}/enterprises/{row.id}/files/agreement_file", small_pdf())
    session.expire_all()
    before = [row.missing_count for row in enterprises]
    send(clerk, filing, f"{NAMES[0]}营业执照.pdf", f"{NAMES[1]}营业执照.pdf")
    clerk.post(f"{filing}/evidence/placement", form(clerk, filing))
    session.expire_all()
    assert [row.missing_count for row in enterprises] == [before[0] - 1, before[1] - 1, before[2]]


def test_a_confirmation_that_arrives_twice_acts_once(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    send(clerk, filing, f"{NAMES[0]}营业执照.pdf")
    answers = form(clerk, filing)
    clerk.post(f"{filing}/evidence/placement", answers)
    row = session.scalars(select(Attachment)).one()
    uploaded_at, said = row.uploaded_at, clerk.page(f"{filing}/evidence").find(id="placed-title").get_text()
    assert clerk.post(f"{filing}/evidence/placement", answers).status_code == 303
    session.expire_all()
    assert session.scalars(select(Attachment)).one().uploaded_at == uploaded_at
    assert clerk.page(f"{filing}/evidence").find(id="placed-title").get_text() == said


def test_a_file_that_is_sent_twice_waits_once(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    data = small_pdf()
    for _ in range(2):
        answer = clerk.post(
            f"{filing}/evidence", {"file": (BytesIO(data), "03 云杉/营业执照.pdf")}, htmx=True
        )
        assert answer.status_code == 201
        assert soup(answer).select_one("[data-pending]")
    one = session.scalars(select(PendingFile)).one()
    assert (one.folder, one.name) == ("03 云杉", "营业执照.pdf")
    known = clerk.get(f"{filing}/evidence/known")
    assert known.mimetype == "text/plain"
    assert known.get_data(as_text=True) == f"{hashlib.sha256(data).hexdigest()} 03 云杉/营业执照.pdf\n"
    clerk.post(f"{filing}/evidence/placement", form(clerk, filing))
    assert "营业执照.pdf" in clerk.get(f"{filing}/evidence/known").get_data(as_text=True)


def test_each_file_says_why_it_was_refused_and_the_others_come_in(
    clerk: Clerk, filing: str, session: Session
) -> None:
    files = [
        (BytesIO(small_pdf()), "好.pdf"), (BytesIO(b"PK\x03\x04"), "改名的.pdf"), (BytesIO(b""), "空.pdf"),
        (BytesIO(small_pdf() + b"\n%" + b"x" * 3_145_728), "大.pdf"), (BytesIO(b"x"), "说明.docx"),
    ]  # fmt: skip
    answer = clerk.post(f"{filing}/evidence", {"file": files})
    page = soup(answer)
    assert answer.status_code == 422
    assert codes(page.find(role="alert")) == ["E_FILE_TYPE", "E_FILE_EMPTY", "E_FILE_SIZE", "E_FILE_TYPE"]
    for words in ("大.pdf：文件比 3 MB 多", "说明.docx：文件名的后缀不是 .pdf"):
        assert words in page.find(role="alert").get_text()
    assert set(waiting(session)) == {"好.pdf"}
    assert "好.pdf" in page.find(id="pending").get_text()


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [(b"%PDF-1.7 torn", 422, "E_FILE_DAMAGED"), (b"%PDF-" + b"x" * 3_145_728, 413, "E_FILE_SIZE")],
)
def test_a_script_gets_the_reason_of_one_file(
    clerk: Clerk, filing: str, data: bytes, status: int, code: str
) -> None:
    answer = clerk.post(f"{filing}/evidence", {"file": (BytesIO(data), "a.pdf")}, htmx=True)
    assert (answer.status_code, codes(soup(answer))) == (status, [code])


def test_a_script_may_try_again_what_was_not_read_in_time(
    clerk: Clerk, filing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.child_process.TURN_SECONDS", 0)
    monkeypatch.setattr("files.admission._places", threading.Semaphore(0))  # others have all of them
    answer = clerk.post(f"{filing}/evidence", {"file": (BytesIO(small_pdf()), "a.pdf")}, htmx=True)
    assert (answer.status_code, codes(soup(answer))) == (429, ["E_FILE_BUSY"])


def test_nothing_chosen_and_too_much_at_once(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = clerk.post(f"{filing}/evidence", {"file": (BytesIO(), "")})
    assert (answer.status_code, codes(soup(answer).find(role="alert"))) == (422, ["E_REQUIRED"])
    monkeypatch.setattr("blueprints.filing.evidence.FILES_AT_ONCE", 2)
    answer = send(clerk, filing, "1.pdf", "2.pdf", "3.pdf")
    assert (answer.status_code, codes(soup(answer).find(role="alert"))) == (422, ["E_FILE_COUNT"])
    assert set(waiting(session)) == {"1.pdf", "2.pdf"}


def test_only_so_many_files_and_bytes_may_wait(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_FILES", 2)
    answer = send(clerk, filing, "1.pdf", "2.pdf", "3.pdf")
    assert codes(soup(answer).find(role="alert")) == ["E_FILE_COUNT"]
    answer = send(clerk, filing, "4.pdf")
    assert answer.status_code == 422
    assert "已有 2 份" in answer.get_data(as_text=True)
    assert len(waiting(session)) == 2
    monkeypatch.setattr(evidence, "MOST_FILES", 9)
    monkeypatch.setattr(evidence, "MOST_BYTES", 2_000)
    assert "1 GB" in send(clerk, filing, "5.pdf").get_data(as_text=True)


def test_an_occupied_place_is_replaced_only_when_that_is_ticked(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    clerk.upload(f"{filing}/enterprises/{enterprises[0].id}/files/license_file", small_pdf("old"), "旧.pdf")
    send(clerk, filing, "云杉建筑科技营业执照.pdf")
    where, ticked = proposed(clerk, filing)["云杉建筑科技营业执照.pdf"]
    assert (where.endswith("license_file"), ticked) == (True, False)
    one = waiting(session)["云杉建筑科技营业执照.pdf"]
    answers = {"file": str(one.id), f"place-{one.id}": where}
    clerk.post(f"{filing}/evidence/placement", answers)
    assert placed(session) == {("license_file", "旧.pdf")}
    page = clerk.page(f"{filing}/evidence")
    assert "这一处已有「旧.pdf」" in page.find(id=f"pending-{one.id}").get_text()
    clerk.post(f"{filing}/evidence/placement", answers | {"replace": str(one.id)})
    assert placed(session) == {("license_file", "云杉建筑科技营业执照.pdf")}


def test_somebody_moves_a_file_elsewhere(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    send(clerk, filing, f"{NAMES[0]}营业执照.pdf", f"{NAMES[1]}营业执照.pdf")
    one = waiting(session)[f"{NAMES[0]}营业执照.pdf"]
    path = f"{filing}/evidence/{one.id}"
    wanted = f"enterprises/{enterprises[1].id}/license_file"
    answer = clerk.get(path)
    assert answer.status_code == 303
    options = clerk.page(answer.headers["Location"]).select(f"#pending-{one.id} option")
    assert wanted in [option["value"] for option in options]
    # 12 places: seven of the enterprises, the closed one left out, those of the tabs, and 请选择
    assert f"enterprises/{enterprises[2].id}/financing_file" not in [option["value"] for option in options]
    assert "commitment_file" in [option["value"] for option in options]
    row = soup(clerk.post(path, {f"place-{one.id}": wanted}, htmx=True))
    assert row.select_one("option[selected]")["value"] == wanted
    found = proposed(clerk, filing)
    assert found[f"{NAMES[0]}营业执照.pdf"] == (wanted, True)  # kept on the server
    assert found[f"{NAMES[1]}营业执照.pdf"] == ("", False)  # its place is taken by the choice
    assert clerk.post(path, {f"place-{one.id}": ""}).status_code == 303
    assert proposed(clerk, filing)[f"{NAMES[0]}营业执照.pdf"] == ("", False)
    assert proposed(clerk, filing)[f"{NAMES[1]}营业执照.pdf"] == (wanted, True)


def test_what_cannot_be_placed_says_why_and_the_rest_is_placed(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    send(clerk, filing, "a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf")
    files = waiting(session)
    row = f"enterprises/{enterprises[2].id}"
    gone = f"enterprises/{enterprises[0].id}/license_file"
    clerk.post(f"{filing}/enterprises/{enterprises[0].id}/removal")
    places = {"a": f"{row}/license_file", "b": f"{row}/license_file", "c": f"{row}/financing_file",
              "d": gone, "e": ""}  # fmt: skip
    answers = {f"place-{files[f'{name}.pdf'].id}": place for name, place in places.items()}
    clerk.post(f"{filing}/evidence/placement", answers | {"file": [str(one.id) for one in files.values()]})
    assert len(placed(session)) == 1
    remarks = [one.remark for _, one in sorted(waiting(session).items())]
    assert len(remarks) == 4
    for words in ("一处只放一个文件", "不可填项（无投融资）", "已经删除", "请先选择"):
        assert any(words in remark for remark in remarks), (words, remarks)
    assert codes(clerk.page(f"{filing}/evidence").find(id="pending")) == ["E_NOT_PLACED"] * 4


def test_places_of_tabs_are_filled_too(clerk: Clerk, filing: str, session: Session) -> None:
    send(clerk, filing, "承诺书（盖章）.pdf")
    assert proposed(clerk, filing) == {"承诺书（盖章）.pdf": ("commitment_file", True)}
    clerk.post(f"{filing}/evidence/placement", form(clerk, filing))
    assert placed(session) == {("commitment_file", "承诺书（盖章）.pdf")}


def test_the_table_somebody_named_decides(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    assert (
        clerk.page(f"{filing}/evidence?table=enterprises").select_one("#table option[selected]")["value"]
        == "enterprises"
    )
    send(clerk, filing, "2-1.pdf", table="enterprises")
    send(clerk, filing, "1-1.pdf", table="no_such_table")
    assert waiting(session)["1-1.pdf"].table_name == ""
    assert proposed(clerk, filing)["2-1.pdf"] == (f"enterprises/{enterprises[1].id}/agreement_file", True)


def test_files_are_discarded_and_only_seen_by_their_unit(clerk: Clerk, filing: str, session: Session) -> None:
    send(clerk, filing, "a.pdf", "b.pdf")
    file_id = waiting(session)["a.pdf"].id
    answer = clerk.get(f"{filing}/evidence/{file_id}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    stranger = Clerk(clerk.client.application.test_client(), build_account(session))
    for path in ("", f"/{file_id}", f"/{file_id}.pdf", "/known"):
        assert stranger.get(f"{filing}/evidence{path}").status_code == 404
    for path in ("", f"/{file_id}", "/placement", "/discard"):
        assert stranger.post(f"{filing}/evidence{path}", {"file": str(file_id)}).status_code == 404
    other = stranger.open_filing()
    assert stranger.get(f"{other}/evidence/{file_id}.pdf").status_code == 404
    stranger.post(f"{other}/evidence/discard", {"file": str(file_id)})
    stranger.post(
        f"{other}/evidence/placement", {"file": str(file_id), f"place-{file_id}": "commitment_file"}
    )
    assert len(waiting(session)) == 2
    assert placed(session) == set()
    clerk.post(f"{filing}/evidence/discard", {"file": ["nonsense", str(file_id)]})
    assert set(waiting(session)) == {"b.pdf"}
    assert clerk.get(f"{filing}/evidence/{file_id}.pdf").status_code == 404


def test_files_that_wait_go_with_the_draft_and_their_bytes_by_the_common_rule(
    clerk: Clerk, filing: str, session: Session
) -> None:
    send(clerk, filing, "a.pdf")
    assert clerk.post(f"{filing}/removal").status_code == 303
    session.expire_all()
    assert session.scalars(select(PendingFile)).all() == []
    assert len(session.scalars(select(StoredFile)).all()) == 1


def test_a_filing_that_is_no_draft_takes_nothing(clerk: Clerk, filing: str, session: Session) -> None:
    send(clerk, filing, "a.pdf")
    one = waiting(session)["a.pdf"]
    session.execute(text("UPDATE filing SET status = 'under_review'"))
    assert send(clerk, filing, "b.pdf").status_code == 409
    assert clerk.get(f"{filing}/evidence").status_code == 409
    assert clerk.post(f"{filing}/evidence/placement", {"file": str(one.id)}).status_code == 409
    assert clerk.get(f"{filing}/evidence/{one.id}.pdf").status_code == 200
    assert set(waiting(session)) == {"a.pdf"}


def test_clerks_find_the_page_where_they_look_for_it(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    links = {
        "enterprises": f"{filing}/evidence?table=enterprises", "problems": f"{filing}/evidence",
        "materials": f"{filing}/evidence", "commitment": None,
    }  # fmt: skip
    for path, link in links.items():
        found = [a["href"] for a in clerk.page(f"{filing}/{path}").select("main a[href*='/evidence']")]
        assert found[:1] == ([link] if link else []), path
    send(clerk, filing, "a.pdf")
    assert "还有 1 份上传的附件没有归入" in clerk.page(f"{filing}/materials").get_text()
    assert "还有 1 份上传的附件没有归入" in clerk.page(f"{filing}/problems").get_text()


def test_the_page_asks_no_more_of_the_database_when_more_files_wait(
    clerk: Clerk, filing: str, enterprises: list[Enterprise], session: Session
) -> None:
    from sqlalchemy import event

    from extensions import db

    counts = []
    clerk.page(f"{filing}/evidence")  # notes that somebody is there now
    for lot in (["a.pdf"], [f"{n}.pdf" for n in range(8)]):
        send(clerk, filing, *lot)
        said: list[str] = []
        listen = lambda *args, said=said: said.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        clerk.page(f"{filing}/evidence")
        event.remove(db.engine, "before_cursor_execute", listen)
        counts.append(len(said))
    print("statements:", counts)
    assert counts[0] == counts[1]
