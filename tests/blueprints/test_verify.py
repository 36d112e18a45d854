"""版本核验: what anybody may learn of a 版本号, and what not."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from files.storage import FolderStorage
from models.event import Actor
from models.filing import Filing
from models.material_version import MaterialVersion
from tests.blueprints.signing_in import page_of, post
from tests.build import NOW
from tests.submitting import complete_filing, finished_version, submitted_filing

ACTOR = Actor(None, "测试", "legal")


def verdict(client: FlaskClient, number: str) -> str:
    answer = client.get("/verify", query_string={"version_no": number}, follow_redirects=True)
    assert answer.status_code == 200, number
    return str(page_of(answer).select_one("[data-verdict]")["data-verdict"])


def test_anybody_may_ask_without_signing_in(client: FlaskClient) -> None:
    page = page_of(client.get("/verify"))
    assert page.select_one("form [name=version_no]")
    assert page.select("[data-verdict]") == []


def test_a_submitted_version_is_shown_with_its_filing(client: FlaskClient, session: Session) -> None:
    filing = submitted_filing(session)
    text = client.get(f"/verify/{filing.submitted_version_no}").text
    for word in (filing.name, filing.batch.name, "2021年11月10日", "7 页"):
        assert word in text


def test_a_number_is_read_as_people_type_it(client: FlaskClient, session: Session) -> None:
    filing = submitted_filing(session)
    version = session.scalars(select(MaterialVersion)).one()
    version.version_no = filing.submitted_version_no = "ZCKJ-2021-000318-005-0R1D"
    session.commit()
    for typed in (
        "ZCKJ-2021-000318-005-0R1D", "zckj-2021-000318-005-0r1d", "  zckj-2021-000318-005-0R1D ",
        "ZCKJ-2021-000318-005-OR1D", "ZCKJ-2021-000318-005-0RID", "zckj-2021-000318-005-orld",
        "ZCKJ 2021 000318 005 0R1D", "ＺＣＫＪ－２０２１－０００３１８－００５－０Ｒ１Ｄ", "ZCKJ—2021—000318—005—0R1D",
        "版本号:ZCKJ-2021-000318-005-0R1D", "版本号：ZCKJ-2021-000318-005-0R1D",
    ):  # fmt: skip
        assert verdict(client, typed) == "submitted", typed


@pytest.mark.parametrize(
    "typed",
    [
        "ZCKJ-2021-000318-005-9RWE",
        "ZCKJ",
        "-",
        "%",
        "x" * 500,
        "../../etc",
        "a/b",
        "版本号",
        "<script>",
        "' OR 1=1 --",
    ],
)
def test_anything_else_is_unknown(client: FlaskClient, session: Session, typed: str) -> None:
    submitted_filing(session)
    assert verdict(client, typed) == "unknown"


def test_an_unknown_number_is_not_echoed_as_markup(client: FlaskClient) -> None:
    answer = client.get("/verify/%3Cscript%3Ealert(1)%3C%2Fscript%3E", follow_redirects=True)
    assert "<script>alert" not in answer.text


def test_an_unsubmitted_version_tells_nothing_of_its_filing(client: FlaskClient, session: Session) -> None:
    filing = complete_filing(session)
    version = finished_version(session, filing)
    assert verdict(client, version.version_no) == "unsubmitted"
    text = client.get(f"/verify/{version.version_no}").text
    for word in (filing.name, filing.unit.name, filing.unit.uscc, filing.batch.name):
        assert word not in text


def test_every_move_of_the_filing_is_told(client: FlaskClient, session: Session) -> None:
    filing = submitted_filing(session)
    first = str(filing.submitted_version_no)
    assert verdict(client, first) == "submitted"
    filing.withdraw(ACTOR, NOW)
    session.commit()
    assert verdict(client, first) == "superseded"
    filing.resume(ACTOR, NOW)
    session.commit()
    assert verdict(client, first) == "superseded"
    assert filing.name not in client.get(f"/verify/{first}").text
    second = finished_version(session, filing)
    assert verdict(client, second.version_no) == "superseded"
    filing.submit(second, filing.receiving_office, {}, ACTOR, NOW)  # type: ignore[arg-type]
    session.commit()
    assert (verdict(client, first), verdict(client, second.version_no)) == ("superseded", "submitted")


@pytest.mark.parametrize("status", ["returned", "rejected", "approved", "publicity"])
def test_what_was_decided_on_was_submitted(client: FlaskClient, session: Session, status: str) -> None:
    filing = submitted_filing(session)
    filing.status = status
    session.commit()
    assert verdict(client, str(filing.submitted_version_no)) == "submitted"


def compared(client: FlaskClient, number: str, data: dict[str, object]) -> tuple[int, str]:
    answer = post(client, f"/verify/{number}", data)
    answer.request.environ["wsgi.input"].close()
    return answer.status_code, str(
        page_of(answer).select_one("[data-compared], [role=alert]").get_text(strip=True)
    )


def test_a_pdf_is_compared_by_digest(client: FlaskClient, session: Session, storage: FolderStorage) -> None:
    filing = submitted_filing(session)
    number, data = str(filing.submitted_version_no), b"%PDF " + b"x" * 5_000_000
    temp = storage.new_temp()
    temp.write_bytes(data)
    session.scalars(select(MaterialVersion)).one().pdf_sha256 = storage.put(temp)
    session.commit()
    for content, word in ((data, "一致"), (data + b" ", "不一致"), (b"", "不一致")):
        status, text = compared(client, number, {"file": (BytesIO(content), "申报书.pdf")})
        assert status == 200
        assert text.startswith(word)
    status, text = compared(client, number, {})
    assert (status, text) == (422, "请先选择要核对的 PDF 文件。")


def test_a_whole_material_may_be_compared_and_a_larger_file_is_told_why_not(client: FlaskClient) -> None:
    """34 attachments of 3 MB make more than 100 MB; who shrank his file would compare another one."""
    whole, larger = (
        client.post("/verify/ZCKJ-2021-000001-001-0000", input_stream=Unread(), content_type="multipart/form-data; boundary=x",
                    environ_overrides={"CONTENT_LENGTH": str(size * 1024**2)})
        for size in (102, 513)
    )  # fmt: skip
    assert whole.status_code == 400  # it was read, and there was nothing
    assert larger.status_code == 413
    assert "不得超过 512 MB" in larger.text
    assert "请压缩" not in larger.text


def test_comparing_with_an_unknown_number_does_no_harm(client: FlaskClient, session: Session) -> None:
    answer = post(client, "/verify/ZCKJ-2021-000001-001-0000", {"file": (BytesIO(b"x"), "a.pdf")})
    answer.request.environ["wsgi.input"].close()
    assert page_of(answer).select_one("[data-verdict]")["data-verdict"] == "unknown"
    assert session.scalars(select(Filing)).all() == []


def test_who_compares_too_often_waits_and_nobody_else_does(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.Settings.address_limit_factor", 1)
    number = str(submitted_filing(session).submitted_version_no)
    for _ in range(30):
        compared(client, number, {"file": (BytesIO(b"x"), "a.pdf")})
    body = Unread()
    answer = client.post(f"/verify/{number}", input_stream=body, content_length=100_000_000,
                         content_type="multipart/form-data; boundary=x")  # fmt: skip
    assert (answer.status_code, body.was_read) == (429, False)
    assert "操作次数过多，请 10 分钟后再试。" in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert verdict(client, number) == "submitted"  # asking is free
    client.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    assert compared(client, number, {"file": (BytesIO(b"x"), "a.pdf")})[0] == 200


class Unread(BytesIO):
    """A body that nobody should have to read."""

    was_read = False

    def read(self, *ignored: object) -> bytes:
        self.was_read = True
        return b""
