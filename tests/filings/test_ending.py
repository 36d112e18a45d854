"""What the end of a batch does: 作废, copying into the next one, and the daily digest of offices."""

from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions import clock
from filings.copying import copy_into_open_batch
from filings.expiry import expire_overdue
from filings.refused import Refused
from filings.reminders import remind_of_deadlines, remind_reviewers
from filings.snapshot import snapshot
from models.attachment import Attachment
from models.event import Event, first_broken_link
from models.filing import Filing
from models.notification import Notification
from tests.browsing import Clerk, soup
from tests.build import NOW, SYSTEM, build_account, build_batch, build_filing, build_reviewer
from tests.drafting import Draft
from tests.reviewing import Desk
from tests.submitting import complete_filing, submitted_filing


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


AFTER = at("2021-12-01T00:00")


def next_batch(session: Session) -> None:
    """Open the batch of 2022, from March to the end of May."""
    build_batch(
        session, year=2022, name="2022年度国家备案众创空间", period_start=date(2021, 3, 1),
        period_end=date(2022, 2, 28), cutoff_date=date(2022, 2, 28), open_at=date(2022, 3, 1),
        applicant_deadline=date(2022, 5, 31), city_deadline=None, province_deadline=None,
    )  # fmt: skip


IN_MAY = at("2022-05-10T10:00")


def test_drafts_end_with_the_batch_and_not_before(session: Session) -> None:
    draft, handed_in = build_filing(session), submitted_filing(session)
    assert expire_overdue(session, at("2021-11-30T23:59")) == 0
    assert expire_overdue(session, AFTER) == 1
    assert (draft.status, handed_in.status) == ("void", "under_review")
    event = session.scalars(select(Event).where(Event.stream_id == draft.id, Event.act == "expire")).one()
    assert (event.actor_role, event.actor_name) == ("system", "系统")
    assert first_broken_link(session, draft.id) is None
    assert expire_overdue(session, AFTER) == 0


def test_a_returned_filing_keeps_until_the_day_the_office_gave(session: Session) -> None:
    filing, other = submitted_filing(session), submitted_filing(session)
    Desk(session).return_(filing, resubmit_by="2021-12-10")
    Desk(session).return_(other)
    assert expire_overdue(session, at("2021-12-10T12:00")) == 1
    assert (filing.status, other.status) == ("returned", "void")
    assert expire_overdue(session, at("2021-12-11T00:00")) == 1
    assert filing.status == "void"


def test_the_day_the_office_gave_is_the_one_reminded_of(session: Session) -> None:
    filing = submitted_filing(session)
    Desk(session).return_(filing, resubmit_by="2021-12-10")
    assert remind_of_deadlines(session, at("2021-11-29T09:00")) == 0, "the day before the batch ends"
    for days_before in ("2021-12-03T09:00", "2021-12-09T09:00"):
        assert remind_of_deadlines(session, at(days_before)) == 1
    assert remind_of_deadlines(session, at("2021-12-10T09:00")) == 0
    told = session.scalars(select(Notification.text).where(Notification.name == "deadline_near")).all()
    left = sorted(text.partition("截止，还有 ")[2][:3] for text in told)
    assert left == ["1 天", "7 天"]
    assert all("2021年12月10日截止" in text for text in told)


def test_a_day_before_the_end_of_the_batch_shortens_nothing(session: Session) -> None:
    filing = submitted_filing(session)
    Desk(session).return_(filing)
    filing.resubmit_by = date(2021, 11, 20)
    session.flush()
    assert remind_of_deadlines(session, at("2021-11-19T09:00")) == 0
    assert remind_of_deadlines(session, at("2021-11-29T09:00")) == 1
    assert expire_overdue(session, at("2021-11-30T23:59")) == 0


def test_the_pages_tell_the_day_the_office_gave(client: FlaskClient, session: Session) -> None:
    filing = submitted_filing(session)
    clerk = Clerk(client, build_account(session, unit=filing.unit))
    filing.resubmit_by = date(2021, 12, 10)
    session.commit()
    clock.move_to(at("2021-12-05T09:00"))
    assert "2021年12月10日前交到" in clerk.page(f"/filings/{filing.id}/paper").text
    withdrawal = clerk.page(f"/filings/{filing.id}/withdrawal").text
    assert "申报截止 2021年12月10日 24:00" in withdrawal
    assert "撤回后不能再修改" not in withdrawal


def test_a_copy_says_the_same_but_for_what_was_signed(session: Session) -> None:
    filing = complete_filing(session)
    draft = Draft(session, filing)
    removed = draft.add("venue_rows", address="已删除的场地", area_total="10")
    removed.removed_at = NOW
    session.commit()
    expire_overdue(session, AFTER)
    next_batch(session)
    copy = copy_into_open_batch(session, filing, SYSTEM, IN_MAY)
    session.commit()
    assert (copy.status, copy.batch.year, copy.carrier_id) == ("draft", 2022, filing.carrier_id)
    before, after = (snapshot(session, one) for one in (filing, copy))
    for old, new in zip(before["tabs"], after["tabs"], strict=True):
        if old["name"] not in ("instructions", "commitment"):
            assert [field["value"] for field in old["fields"]] == [field["value"] for field in new["fields"]]
        for table, copied in zip(old["tables"], new["tables"], strict=True):
            assert [[cell["value"] for cell in row["cells"]] for row in table["rows"]] == [
                [cell["value"] for cell in row["cells"]] for row in copied["rows"]
            ]
    assert copy.instructions_read is None
    files = session.scalars(select(Attachment).where(Attachment.filing_id == copy.id)).all()
    assert [file.slot for file in files] == ["evidence_file"]
    assert len(before["attachments"]) == 2
    # The old one is untouched, and the copy lacks exactly what is given for every batch anew.
    assert filing.status == "void"
    assert Draft(session, copy).problems() == ["E_REQUIRED", "E_REQUIRED"]


@pytest.mark.parametrize("status", ["draft", "returned", "under_review", "publicity", "approved"])
def test_what_still_counts_is_not_copied(session: Session, status: str) -> None:
    filing = build_filing(session)
    filing.status = status
    next_batch(session)
    with pytest.raises(Refused):
        copy_into_open_batch(session, filing, SYSTEM, IN_MAY)


def test_nothing_is_copied_into_the_same_batch_or_into_none(session: Session) -> None:
    filing = build_filing(session)
    filing.status = "rejected"
    for when in (NOW, IN_MAY):
        with pytest.raises(Refused):
            copy_into_open_batch(session, filing, SYSTEM, when)


def test_the_clerk_copies_from_the_list_and_once(client: FlaskClient, session: Session) -> None:
    filing = build_filing(session)
    filing.status = "void"
    build_batch(session, year=2022, name="下一批次", open_at=date(2021, 11, 2))
    clerk = Clerk(client, build_account(session, unit=filing.unit))
    form = clerk.page("/filings").select_one("form[action$='/copy']")
    assert "复制到「下一批次」" in form.get_text()
    answer = clerk.post(str(form["action"]), {"idempotency_key": "k" * 32})
    again = clerk.post(str(form["action"]), {"idempotency_key": "k" * 32})
    assert answer.status_code == again.status_code == 303
    assert answer.headers["Location"] == again.headers["Location"]
    assert clerk.page(answer.headers["Location"])
    refused = clerk.post(str(form["action"]))
    assert refused.status_code == 409
    assert "已有正在办理的同类申报" in soup(refused).get_text()
    stranger = Clerk(client, build_account(session))
    assert stranger.post(str(form["action"])).status_code == 404


def test_offices_are_told_what_waits_on_working_days(session: Session) -> None:
    person = build_reviewer(session)
    build_reviewer(session, "city", "440600")
    build_reviewer(session, state="disabled")
    submitted_filing(session, at=NOW)
    old: Filing = submitted_filing(session, at=at("2021-10-26T10:00"))
    Desk(session, "province", "440000")
    assert remind_reviewers(session, at("2021-11-10T08:30")) == 1
    notice = session.scalars(select(Notification).where(Notification.name == "reviewer_digest")).one()
    assert notice.account_id == person.id
    assert "现有 2 件申报待审核，其中 1 件已等待超过 10 个工作日" in notice.text
    assert remind_reviewers(session, at("2021-11-13T08:30")) == 0  # a Saturday
    assert old.status == "under_review"
