"""Attachments through the browser: taken, replaced, refused, served, removed."""

import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import EnvironBuilder

from extensions import db
from files.admission import Admitted, admit
from files.storage import FolderStorage
from models.attachment import Attachment
from models.stored_file import StoredFile
from models.venue import Venue
from tests.browsing import Clerk, codes, soup, tab_states
from tests.build import build_account
from tests.completing import VENUE, small_pdf

COMMITMENT = "files/commitment_file"


@pytest.fixture
def row(clerk: Clerk, filing: str) -> str:
    """The address of a venue."""
    answer = clerk.post(f"{filing}/venue_rows", VENUE)
    return f"{filing}/venue_rows/" + answer.headers["Location"].split("#venue_rows-")[1]


def attachments(session: Session) -> list[Attachment]:
    session.expire_all()
    return list(session.scalars(select(Attachment)))


def test_a_file_is_taken_and_shown(clerk: Clerk, filing: str, session: Session) -> None:
    data = small_pdf(pages=3)
    answer = clerk.upload(f"{filing}/{COMMITMENT}", data, "承诺书 签字版.pdf")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{filing}/commitment")
    page = clerk.page(f"{filing}/commitment")
    slot = page.find(id="slot-commitment_file")
    assert "承诺书 ***.pdf" in slot.get_text()
    assert "3 页" in slot.get_text()
    assert tab_states(page)["commitment"] == "done"
    attachment = attachments(session)[0]
    assert (attachment.name, attachment.file.sha256) == (
        "承诺书 签字版.pdf",
        hashlib.sha256(data).hexdigest(),
    )


def test_it_is_served_as_something_that_can_only_be_read(clerk: Clerk, filing: str, session: Session) -> None:
    clerk.upload(f"{filing}/{COMMITMENT}", small_pdf(), "承诺书(1) 终.pdf")
    answer = clerk.get(f"{filing}/{COMMITMENT}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('inline; filename="')
    assert disposition.endswith("filename*=UTF-8''%E6%89%BF%E8%AF%BA%E4%B9%A6%281%29%20%E7%BB%88.pdf")
    assert disposition.isascii()
    assert hashlib.sha256(answer.data).hexdigest() == attachments(session)[0].file.clean_sha256
    assert len(pikepdf.open(BytesIO(answer.data)).pages) == 1


def test_a_file_of_a_row_leads_back_to_its_row(clerk: Clerk, filing: str, row: str, session: Session) -> None:
    answer = clerk.upload(f"{row}/files/evidence_file", small_pdf())
    identity = row.rsplit("/", 1)[1]
    assert answer.headers["Location"] == f"{filing}/venue_rows?page=1#venue_rows-{identity}"
    session.expire_all()
    assert session.scalars(select(Venue)).one().missing_count == 0
    assert clerk.get(f"{row}/files/evidence_file").status_code == 200


def test_htmx_gets_the_cell_with_the_file(clerk: Clerk, filing: str, row: str) -> None:
    answer = clerk.upload(f"{row}/files/evidence_file", small_pdf(), htmx=True)
    assert answer.status_code == 200
    assert soup(answer).find("a", href=f"{row}/files/evidence_file")
    answer = clerk.upload(f"{row}/files/evidence_file", b"no pdf", htmx=True)
    assert (answer.status_code, codes(soup(answer))) == (422, ["E_FILE_TYPE"])
    assert soup(answer).find("a", href=f"{row}/files/evidence_file")  # the old one is still offered


def test_a_slot_holds_one_file(clerk: Clerk, filing: str, session: Session) -> None:
    for word in ("first", "second"):
        clerk.upload(f"{filing}/{COMMITMENT}", small_pdf(word), f"{word}.pdf")
    assert [attachment.name for attachment in attachments(session)] == ["second.pdf"]
    assert len(session.scalars(select(StoredFile)).all()) == 2


@pytest.mark.parametrize(
    ("data", "name", "status", "code"),
    [
        (b"", "a.pdf", 422, "E_FILE_EMPTY"),
        (b"%PDF-1.7 broken", "a.pdf", 422, "E_FILE_DAMAGED"),
        (b"PK\x03\x04", "a.pdf", 422, "E_FILE_TYPE"),
        (small_pdf(), "a.docx", 422, "E_FILE_TYPE"),
        (small_pdf() + b"\n%" + b"x" * 3_145_728, "a.pdf", 413, "E_FILE_SIZE"),
    ],
    ids=["empty", "broken", "zip", "wrong name", "too large"],
)
def test_a_refused_replacement_leaves_the_old_file(
    clerk: Clerk, filing: str, session: Session, data: bytes, name: str, status: int, code: str
) -> None:
    clerk.upload(f"{filing}/{COMMITMENT}", small_pdf("old"), "old.pdf")
    served = clerk.get(f"{filing}/{COMMITMENT}").data
    answer = clerk.upload(f"{filing}/{COMMITMENT}", data, name)
    page = soup(answer)
    assert (answer.status_code, codes(page)) == (status, [code])
    assert page.select_one("[data-error]").get_text(strip=True)
    assert [attachment.name for attachment in attachments(session)] == ["old.pdf"]
    assert clerk.get(f"{filing}/{COMMITMENT}").data == served


def test_without_a_file_it_says_so(clerk: Clerk, filing: str) -> None:
    for answers in ({}, {"file": (BytesIO(), "")}, {"file": "text"}):
        answer = clerk.post(f"{filing}/{COMMITMENT}", answers)
        assert (answer.status_code, codes(soup(answer))) == (422, ["E_REQUIRED"])


def test_slots_that_are_not_there(clerk: Clerk, filing: str, row: str, session: Session) -> None:
    clerk.upload(f"{filing}/{COMMITMENT}", small_pdf())
    for path in (
        f"{filing}/files/evidence_file", f"{filing}/files/no_such_file", f"{row}/files/commitment_file",
        f"{row}/files/agreement_file", row.replace("venue_rows", "teams") + "/files/agreement_file",
        f"{filing}/venue_rows/{filing.rsplit('/', 1)[1]}/files/evidence_file",
    ):  # fmt: skip
        assert clerk.upload(path, small_pdf()).status_code == 404, path
        assert clerk.get(path).status_code == 404, path
        assert clerk.post(f"{path}/removal").status_code == 404, path
    assert clerk.get(f"{row}/files/evidence_file").status_code == 404  # there, but empty
    assert len(attachments(session)) == 1


def test_a_file_is_removed_after_asking(clerk: Clerk, filing: str, row: str, session: Session) -> None:
    for path, back in (
        (f"{filing}/{COMMITMENT}", f"{filing}/commitment"),
        (f"{row}/files/evidence_file", "venue_rows"),
    ):
        clerk.upload(path, small_pdf(), "证明.pdf")
        assert "证明.pdf" in clerk.page(f"{path}/removal").get_text()
        answer = clerk.post(f"{path}/removal")
        assert answer.status_code == 303
        assert back in answer.headers["Location"]
        assert clerk.get(path).status_code == 404
        assert clerk.get(f"{path}/removal").status_code == 404
        assert clerk.post(f"{path}/removal").status_code == 404
    assert attachments(session) == []
    session.expire_all()
    assert session.scalars(select(Venue)).one().missing_count == 1
    assert "E_REQUIRED" in codes(clerk.page(f"{filing}/commitment"))


def test_files_of_a_removed_row_come_back_with_it(clerk: Clerk, row: str) -> None:
    clerk.upload(f"{row}/files/evidence_file", small_pdf())
    clerk.post(f"{row}/removal")
    assert clerk.get(f"{row}/files/evidence_file").status_code == 404
    assert clerk.upload(f"{row}/files/evidence_file", small_pdf()).status_code == 404
    clerk.post(f"{row}/restoration")
    assert clerk.get(f"{row}/files/evidence_file").status_code == 200


def test_a_stranger_neither_reads_nor_writes_files(
    clerk: Clerk, filing: str, row: str, session: Session
) -> None:
    clerk.upload(f"{filing}/{COMMITMENT}", small_pdf(), "old.pdf")
    clerk.upload(f"{row}/files/evidence_file", small_pdf(), "old.pdf")
    stranger = Clerk(clerk.client.application.test_client(), build_account(session))
    for path in (f"{filing}/{COMMITMENT}", f"{row}/files/evidence_file"):
        assert stranger.get(path).status_code == 404
        assert stranger.upload(path, small_pdf(), "new.pdf").status_code == 404
        assert stranger.post(f"{path}/removal").status_code == 404
    assert {attachment.name for attachment in attachments(session)} == {"old.pdf"}


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "C:\\fakepath\\合同.pdf", "a\tb;.pdf", "‮fdp.pdf"])
def test_a_name_is_only_a_name(clerk: Clerk, filing: str, session: Session, name: str) -> None:
    assert clerk.upload(f"{filing}/{COMMITMENT}", small_pdf(), name).status_code == 303
    stored = attachments(session)[0].name
    assert not set(stored) & set("/\\\r\n\u202e")
    answer = clerk.get(f"{filing}/{COMMITMENT}")
    assert "Set-Cookie" not in answer.headers
    assert "\n" not in answer.headers["Content-Disposition"]


def test_the_template_of_the_commitment_is_filled_in(clerk: Clerk, filing: str) -> None:
    answer = clerk.get(f"{filing}/{COMMITMENT}/template.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert clerk.get(f"{filing}/files/staff_extra_file/template.pdf").status_code == 404
    link = clerk.page(f"{filing}/commitment").find("a", string=lambda text: text and "模板" in text)
    assert link is None or link["href"] == f"{filing}/{COMMITMENT}/template.pdf"


class SlowBody(BytesIO):
    """The body of an upload on a slow line: whenever a piece arrives, `meanwhile` happens."""

    def __init__(self, body: bytes, meanwhile: Callable[[], None]) -> None:
        super().__init__(body)
        self.meanwhile = meanwhile

    def read(self, *size: int) -> bytes:
        self.meanwhile()
        return super().read(*size)

    def readinto(self, buffer: Any) -> int:
        self.meanwhile()
        return super().readinto(buffer)


class Somebody:
    """Another process, which writes at once or fails."""

    def __init__(self) -> None:
        is_sqlite = db.engine.dialect.name == "sqlite"
        self.engine = create_engine(db.engine.url, connect_args={"timeout": 0} if is_sqlite else {})
        if not is_sqlite:
            event.listen(self.engine, "connect", lambda raw, _: raw.execute("SET lock_timeout = '500ms'"))
        self.written = 0

    def writes(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE counter SET value = value + 0"))
            connection.execute(text("UPDATE filing SET updated_by = 'somebody'"))
        self.written += 1


@pytest.fixture
def somebody(session: Session) -> Iterator[Somebody]:
    session.commit()
    somebody = Somebody()
    yield somebody
    somebody.engine.dispose()


def test_a_slow_upload_keeps_nobody_from_writing(
    clerk: Clerk, filing: str, session: Session, somebody: Somebody
) -> None:
    file = FileStorage(BytesIO(small_pdf()), "a.pdf")
    environ = EnvironBuilder(
        path=f"{filing}/{COMMITMENT}", method="POST", data={"csrf_token": clerk.token, "file": file}
    ).get_environ()
    environ["wsgi.input"] = SlowBody(environ["wsgi.input"].read(), somebody.writes)
    answer = clerk.client.open(environ, buffered=True)
    assert (answer.status_code, somebody.written > 0) == (303, True)
    assert len(attachments(session)) == 1


def test_nobody_waits_while_a_file_is_examined(
    clerk: Clerk, filing: str, session: Session, somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(temp: Path, storage: FolderStorage) -> Admitted:
        somebody.writes()
        return admit(temp, storage)

    monkeypatch.setattr("blueprints.received.admit", slowly)
    assert clerk.upload(f"{filing}/{COMMITMENT}", small_pdf()).status_code == 303
    assert somebody.written == 1


def test_a_filing_submitted_while_its_file_is_examined_is_left_alone(
    clerk: Clerk, filing: str, session: Session, somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(temp: Path, storage: FolderStorage) -> Admitted:
        with somebody.engine.begin() as connection:
            connection.execute(text("UPDATE filing SET status = 'under_review'"))
        return admit(temp, storage)

    monkeypatch.setattr("blueprints.received.admit", slowly)
    assert clerk.upload(f"{filing}/{COMMITMENT}", small_pdf()).status_code == 409
    assert attachments(session) == []
