"""Paper is taken in when it is of the submitted version; otherwise it is said how it differs."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Account
from models.event import first_broken_link
from models.filing import Filing
from models.material_version import MaterialVersion
from models.paper_receipt import PaperReceipt
from tests.browsing import Clerk, codes, soup
from tests.build import build_account, build_reviewer
from tests.completing import BASIC_INFO
from tests.drafting import Draft
from tests.reviewing import Desk
from tests.submitting import finished_version, submitted_filing


@pytest.fixture
def account(session: Session) -> Account:
    return build_account(session)


@pytest.fixture
def filing(session: Session, account: Account) -> Filing:
    return submitted_filing(session, unit=account.unit)


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Clerk:
    return Clerk(client, build_reviewer(session, person_name="邓文杰"))


def sign(desk: Clerk, filing: Filing, version_no: str, **changes: str) -> Any:
    answers = {"version_no": version_no, "copies": "5", "has_disc": "yes"}
    return desk.post(f"/review/{filing.id}/paper", answers | changes)


def test_paper_of_the_submitted_version_is_taken_in(
    session: Session, client: FlaskClient, desk: Clerk, filing: Filing, account: Account
) -> None:
    typed = filing.submitted_version_no.lower().replace("-", " ")
    answer = sign(desk, filing, typed)
    assert answer.status_code == 303
    page = desk.page(answer.headers["Location"])
    assert "已签收，申报单位可以在申报进度中看到" in page.get_text()
    row = page.select_one("#receipts tbody tr").get_text(" ")
    assert all(words in row for words in ("5 份，附光盘", "邓文杰", "广州市", filing.submitted_version_no))
    assert first_broken_link(session, filing.id) is None
    applicant = Clerk(client, account)
    steps = applicant.page(f"/filings/{filing.id}/receipt").select_one(".timeline").get_text(" ")
    assert "签收纸质材料" in steps
    assert "5 份，附光盘" in steps
    assert "纸质材料已签收" in applicant.page("/account/notifications").get_text()


def test_an_older_version_is_refused_with_what_differs(
    session: Session, desk: Clerk, filing: Filing, account: Account
) -> None:
    old = filing.submitted_version_no
    Desk(session).return_(filing)
    draft = Draft(session, filing)
    draft.save("basic_info", **(BASIC_INFO | {"makerspace_name": "改名后的空间"}))
    finished_version(session, filing, account)
    versions = session.scalars(select(MaterialVersion).order_by(MaterialVersion.number)).all()
    filing.status, filing.submitted_version_no = "under_review", versions[-1].version_no
    session.commit()
    answer = sign(desk, filing, old)
    assert answer.status_code == 422
    page = soup(answer)
    assert codes(page) == ["E_PAPER_VERSION"]
    assert "这是第 1 个版本，早于提交的第 2 个版本" in page.get_text()
    assert page.select_one("[name=version_no]")["value"] == old
    assert int(page.select_one("[data-differences]")["data-differences"]) > 0
    assert "基础信息 1 处" in page.select_one("[data-differences]").get_text()
    assert session.scalars(select(PaperReceipt)).all() == []


def test_other_numbers_are_refused(session: Session, desk: Clerk, filing: Filing) -> None:
    foreign = submitted_filing(session)
    for number, words in (
        ("ZCKJ-2021-000001-001-0000", "没有这个版本号"),
        (foreign.submitted_version_no, "另一份申报"),
    ):
        answer = sign(desk, filing, number)
        assert answer.status_code == 422
        assert words in soup(answer).select_one("[data-error=E_PAPER_VERSION]").get_text()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"version_no": ""}, "E_REQUIRED"),
        ({"copies": "0"}, "E_RANGE"),
        ({"copies": "两份"}, "E_NUMBER"),
        ({"has_disc": ""}, "E_REQUIRED"),
        ({"has_disc": "maybe"}, "E_CHOICE"),
    ],
)
def test_bad_answers(desk: Clerk, filing: Filing, typed: dict[str, str], code: str) -> None:
    answer = sign(desk, filing, **({"version_no": filing.submitted_version_no} | typed))
    assert answer.status_code == 422
    assert codes(soup(answer)) == [code]


def test_what_was_withdrawn_meanwhile_is_not_there(session: Session, desk: Clerk, filing: Filing) -> None:
    number = filing.submitted_version_no
    filing.status = "withdrawn"
    assert sign(desk, filing, number).status_code == 404


def test_the_code_on_the_cover_leads_reviewers_to_the_receipt(
    session: Session, client: FlaskClient, desk: Clerk, filing: Filing, account: Account
) -> None:
    path = f"/verify/{filing.submitted_version_no}"
    link = desk.page(path).select_one(f"a[href^='/review/{filing.id}/paper']")
    form = desk.page(str(link["href"]))
    assert form.select_one("[name=version_no]")["value"] == filing.submitted_version_no
    assert form.select("[data-error]") == []
    for person in (account, build_reviewer(session, "city", "440600"), build_account(session, "natural")):
        assert Clerk(client, person).page(path).select("a[href^='/review/']") == []
    client.delete_cookie(client.application.config["SIGN_IN_COOKIE"])
    assert "/paper" not in client.get(path).get_data(as_text=True)
