"""From desk to desk: what offices send, what becomes of it, and what cannot be done."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from filings.bars import barred_until
from filings.editing import Conflict
from filings.kinds import KINDS
from filings.refused import Refused
from filings.review.opinions import (
    assign,
    correct,
    correctable_opinion,
    opinion_in_hand,
    recuse,
    sent_opinions,
)
from filings.review.requests import open_requests, reply, requests_of, todo_list
from filings.review.sending import consequence_of, send_opinions
from filings.snapshot import snapshot
from filings.submission import NotReady, open_filing, submit
from models.event import Actor, Event, first_broken_link
from models.filing import Filing
from models.moves import IllegalMove
from models.opinion import Frozen
from models.venue import Venue
from tests.build import NOW, build_account, build_carrier, build_unit
from tests.reviewing import PASSING, QUALIFIED, Desk, codes, filings_before
from tests.submitting import finished_version, submitted_filing

LATER = NOW + timedelta(hours=1)
LEGAL = Actor(None, "测试", "legal")


@pytest.fixture
def city(session: Session) -> Desk:
    return Desk(session)


@pytest.fixture
def filing(session: Session, city: Desk) -> Filing:
    return submitted_filing(session)


def sees(desk: Desk, filing: Filing) -> bool:
    return filing in filings_before(desk.session, desk.office, desk.account.id)


def acts(session: Session, filing: Filing) -> list[str]:
    query = select(Event.act).where(Event.stream_id == filing.id).order_by(Event.number)
    return list(session.scalars(query))


def test_a_saved_opinion_is_the_offices_alone(session: Session, city: Desk, filing: Filing) -> None:
    opinion = city.save(filing, intention="pass", **QUALIFIED)
    assert (filing.status, filing.current_level) == ("under_review", "city")
    assert sent_opinions(session, filing.id) == []
    assert acts(session, filing) == ["open", "submit", "assign"]
    city.save(filing, version=opinion.version, intention="reject", reason="面积不足。", **QUALIFIED)
    assert (opinion.intention, opinion.version) == ("reject", 2)
    assert [answer["label"] for answer in opinion.answers] == [
        "是否已实地核查", "材料是否真实完整", "是否符合申报条件",
    ]  # fmt: skip


def test_two_who_save_one_opinion_do_not_overwrite_each_other(city: Desk, filing: Filing) -> None:
    city.save(filing, version=0, intention="pass", **QUALIFIED)
    with pytest.raises(Conflict):
        city.save(filing, version=0, intention="pass", **QUALIFIED)


def test_a_sent_opinion_is_frozen(session: Session, city: Desk, filing: Filing) -> None:
    city.pass_(filing)
    (opinion,) = sent_opinions(session, filing.id)
    with pytest.raises(Frozen):
        opinion.save(city.actor, NOW, reason="后来改的")
    with pytest.raises(IllegalMove):
        city.save(filing, intention="pass", **QUALIFIED)


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("440106", [("city", "440100"), ("province", "440000"), ("torch", "000000")]),
        ("440604", [("city", "440600"), ("province", "440000"), ("torch", "000000")]),
        ("330108", [("city", "330100"), ("province", "330000"), ("torch", "000000")]),
        ("440305", [("province", "440300"), ("torch", "000000")]),
        ("330212", [("province", "330200"), ("torch", "000000")]),
        ("110108", [("province", "110000"), ("torch", "000000")]),
        ("120116", [("province", "120000"), ("torch", "000000")]),
        ("659001", [("city", "659001"), ("province", "660000"), ("torch", "000000")]),
        ("469002", [("province", "460000"), ("torch", "000000")]),
    ],
)
def test_every_region_takes_its_own_way_to_the_top(
    session: Session, place: str, path: list[tuple[str, str]]
) -> None:
    filing = submitted_filing(session, unit=build_unit(session, region_code=place))
    desks = [Desk(session, *where) for where in path]
    bystander = Desk(session, "province", "440000" if place != "440106" and place != "440604" else "330000")
    for number, desk in enumerate(desks):
        assert filing.current_office_id == desk.account.office_id
        assert [sees(other, filing) for other in desks] == [n <= number for n in range(len(desks))]
        assert not sees(bystander, filing)
        outcome = desk.pass_(filing)
        assert outcome.refused is None
        if desk.level in ("province", "torch"):
            assert filing.status_text == "公示中"
        if desk.level == "province":
            filing.recommend(desks[-1].office, desk.actor, NOW)
        if desk.level == "torch":
            filing.publish(desk.actor, NOW)
        session.commit()
    assert filing.status == "approved"
    assert first_broken_link(session, filing.id) is None


def test_a_rejection_is_final_and_seen_by_who_saw_it_before(
    session: Session, filing: Filing, city: Desk
) -> None:
    province = Desk(session, "province", "440000")
    city.pass_(filing)
    province.reject(filing, is_fraud="yes")
    assert (filing.status, filing.current_office_id) == ("rejected", None)
    assert sees(city, filing)
    assert sees(province, filing)
    assert codes(city.send(filing)) == ["E_CONFLICT"]


def test_a_return_goes_to_the_applicant_and_comes_back_to_the_first_level(
    session: Session, filing: Filing, city: Desk
) -> None:
    province = Desk(session, "province", "440000")
    city.pass_(filing)
    province.return_(filing)
    assert (filing.status, filing.is_editable, filing.current_level) == ("returned", True, None)
    assert sees(city, filing)
    assert sees(province, filing)
    with pytest.raises(Refused, match="退回后还没有生成申报材料"):
        submit(session, filing, None, str(city.office.id), True, LEGAL, LATER)
    version = finished_version(session, filing)
    submit(session, filing, None, str(city.office.id), True, LEGAL, LATER)
    assert (filing.round, filing.current_level, filing.submitted_version_no) == (
        2,
        "city",
        version.version_no,
    )
    assert filing.current_office_id == city.account.office_id
    city.pass_(filing, LATER)
    assert [opinion.round for opinion in sent_opinions(session, filing.id)] == [1, 1, 2]
    assert filing.current_office_id == province.account.office_id


def test_requests_are_answered_by_mending_or_by_a_reply(session: Session, filing: Filing, city: Desk) -> None:
    row = session.scalars(select(Venue).where(Venue.filing_id == filing.id)).one()
    city.pin(filing, f"venue_rows/{row.id}/area_total", "wrong", "与合同不一致，请核对。")
    city.pin(filing, "basic_info/introduction", "missing", "请写明服务对象。")
    city.pin(filing, "commitment/commitment_file", "outdated", "请用今年的承诺书。")
    live = snapshot(session, filing)
    assert todo_list(session, filing, live) == []
    city.return_(filing)
    (opinion,) = sent_opinions(session, filing.id)
    area, introduction, commitment = requests_of(session, opinion)
    assert area.spot_text == "服务场地 · 服务场地明细 · 第 1 行 · 众创空间面积"
    assert area.value_text == "600"
    assert open_requests(session, filing, live) == 3
    row.area_total = row.area_total + 1
    session.flush()
    reply(session, filing, introduction, "简介中已写明，见第二段。", LEGAL, LATER)
    live = snapshot(session, filing)
    assert [todo.state_text for todo in todo_list(session, filing, live)] == ["已修改", "已说明", "待处理"]
    row.area_total = row.area_total - 1
    reply(session, filing, introduction, "", LEGAL, LATER)
    session.flush()
    finished_version(session, filing)
    with pytest.raises(Refused) as refused:
        submit(session, filing, None, str(city.office.id), True, LEGAL, LATER)
    assert refused.value.code == "E_REQUEST_OPEN"
    for request in (area, introduction, commitment):
        reply(session, filing, request, "无须修改。", LEGAL, LATER)
    submit(session, filing, None, str(city.office.id), True, LEGAL, LATER)
    assert filing.round == 2
    assert todo_list(session, filing, live) == []


def test_pinned_requests_of_one_office_stay_with_it_until_sent(
    session: Session, filing: Filing, city: Desk
) -> None:
    first = city.pin(filing, "venue", "wrong", "请核对。")
    city.pass_(filing)
    assert first.opinion_id is None
    province = Desk(session, "province", "440000")
    second = province.pin(filing, "staff", "wrong", "请核对。")
    province.return_(filing)
    assert (first.opinion_id, second.opinion_id is None) == (None, False)


@pytest.mark.parametrize(
    ("spot", "fault", "text", "code"),
    [
        ("nowhere", "wrong", "x", "E_CHOICE"),
        ("venue", "bad", "x", "E_CHOICE"),
        ("venue", "wrong", "", "E_REQUIRED"),
        ("venue", "wrong", "长" * 1001, "E_TEXT_TOO_LONG"),
    ],
)
def test_a_request_says_where_what_and_how(
    city: Desk, filing: Filing, spot: str, fault: str, text: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        city.pin(filing, spot, fault, text)
    assert refused.value.code == code


def test_ticked_rows_without_an_opinion_stop_the_sending(
    session: Session, city: Desk, filing: Filing
) -> None:
    other = submitted_filing(session)
    city.save(filing, intention="pass", **QUALIFIED)
    outcomes = city.send(filing, other)
    assert codes(outcomes) == ["E_OPINION_NOT_SAVED"]
    assert [outcome.filing for outcome in outcomes] == [other]
    assert (filing.current_level, other.current_level) == ("city", "city")


def test_every_row_is_sent_whole_or_refused_with_its_reason(
    session: Session, city: Desk, filing: Filing
) -> None:
    other = submitted_filing(session)
    stale = city.save(filing, intention="pass", **QUALIFIED).version
    city.save(filing, version=stale, intention="reject", reason="面积不足。", **QUALIFIED)
    city.save(other, intention="pass", **QUALIFIED)
    outcomes = send_opinions(session, {filing.id: stale, other.id: 1}, city.actor, NOW)
    session.commit()
    assert codes(outcomes) == ["E_CONFLICT", ""]
    assert (filing.current_level, other.current_level) == ("city", "province")
    assert opinion_in_hand(session, filing.id, city.office.id).is_saved


def test_sending_twice_sends_once(session: Session, city: Desk, filing: Filing) -> None:
    opinion = city.save(filing, intention="pass", **QUALIFIED)
    assert codes(send_opinions(session, {filing.id: opinion.version}, city.actor, NOW)) == [""]
    session.commit()
    assert codes(send_opinions(session, {filing.id: opinion.version}, city.actor, NOW)) == ["E_CONFLICT"]
    assert acts(session, filing).count("pass") == 1


def test_the_applicant_withdraws_until_somebody_saved_an_opinion(
    session: Session, city: Desk, filing: Filing
) -> None:
    city.pin(filing, "venue", "wrong", "请核对。")
    filing.withdraw(LEGAL, NOW)
    assert filing.status == "withdrawn"
    filing.resume(LEGAL, NOW)
    submit(session, filing, None, str(city.office.id), True, LEGAL, NOW)
    city.save(filing, intention="pass", **QUALIFIED)
    with pytest.raises(IllegalMove):
        filing.withdraw(LEGAL, NOW)
    city.send(filing)
    with pytest.raises(IllegalMove):
        filing.withdraw(LEGAL, NOW)


def test_what_was_just_withdrawn_gets_no_opinion(session: Session, city: Desk, filing: Filing) -> None:
    filing.withdraw(LEGAL, NOW)
    session.commit()
    with pytest.raises(IllegalMove):
        city.save(filing, intention="pass", **QUALIFIED)
    assert codes(city.send(filing)) == ["E_CONFLICT"]
    assert not sees(city, filing)


def test_another_office_decides_nothing(session: Session, city: Desk, filing: Filing) -> None:
    foshan, province = Desk(session, "city", "440600"), Desk(session, "province", "440000")
    for desk in (foshan, province):
        with pytest.raises(IllegalMove):
            desk.save(filing, intention="pass", **PASSING[desk.level])
        assert codes(desk.send(filing)) == ["E_CONFLICT"]
    assert filing.current_level == "city"


def test_levels_have_their_deadlines(session: Session, city: Desk, filing: Filing) -> None:
    last_moment = datetime(2021, 12, 15, 15, 59, 59, tzinfo=UTC)
    too_late = last_moment + timedelta(seconds=1)
    opinion = city.save(filing, last_moment, intention="pass", **QUALIFIED)
    with session.begin_nested() as attempt:
        outcomes = send_opinions(session, {filing.id: opinion.version}, city.actor, too_late)
        assert codes(outcomes) == ["E_BATCH_CLOSED"]
        attempt.rollback()
    assert city.refusals(filing, too_late, intention="pass", **QUALIFIED) == {"intention": "E_BATCH_CLOSED"}
    city.save(filing, too_late, version=opinion.version, intention="reject", reason="超期。", **QUALIFIED)
    assert codes(city.send(filing, at=too_late)) == [""]
    assert filing.status == "rejected"


def test_a_late_return_gives_a_day_to_resubmit_by(session: Session, city: Desk, filing: Filing) -> None:
    december = datetime(2021, 12, 2, 2, tzinfo=UTC)
    city.return_(filing, december, resubmit_by="2021-12-08")
    assert filing.applicant_deadline.isoformat() == "2021-12-08"
    version = finished_version(session, filing)
    after = datetime(2021, 12, 8, 16, 0, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        submit(session, filing, None, str(city.office.id), True, LEGAL, after)
    assert refused.value.code == "E_BATCH_CLOSED"
    submit(session, filing, None, str(city.office.id), True, LEGAL, after - timedelta(seconds=1))
    assert filing.submitted_version_no == version.version_no


def test_who_declares_an_interest_loses_the_case(session: Session, city: Desk, filing: Filing) -> None:
    colleague = Desk(session)
    city.save(filing, intention="pass", **QUALIFIED)
    recuse(session, filing, "本人配偶在申报单位任职", city.actor, NOW)
    session.commit()
    assert filing.assignee_id is None
    assert not sees(city, filing)
    assert sees(colleague, filing)
    assert codes(city.send(filing)) == ["E_CONFLICT"]
    with pytest.raises(Refused, match="回避"):
        assign(session, filing, city.account.id, colleague.actor, NOW)
    colleague.save(filing, intention="pass", **QUALIFIED)
    assert codes(colleague.send(filing)) == [""]


def test_one_person_of_an_office_works_on_a_filing(session: Session, city: Desk, filing: Filing) -> None:
    colleague, stranger = Desk(session), Desk(session, "city", "440600")
    city.save(filing, intention="pass", **QUALIFIED)
    assert filing.assignee_id == city.account.id
    with pytest.raises(Refused, match="city经办办理"):
        colleague.save(filing, intention="pass", **QUALIFIED)
    with pytest.raises(Refused):
        assign(session, filing, stranger.account.id, colleague.actor, NOW)
    with pytest.raises(IllegalMove):
        assign(session, filing, stranger.account.id, stranger.actor, NOW)
    assign(session, filing, colleague.account.id, colleague.actor, NOW)
    colleague.save(filing, intention="pass", **QUALIFIED)
    colleague.send(filing)
    assert filing.assignee_id is None, "at the next desk nobody has it yet"


@pytest.mark.parametrize("intention", ["pass_", "return_", "reject"])
def test_a_wrong_sending_is_corrected_by_a_new_act(
    session: Session, city: Desk, filing: Filing, intention: str
) -> None:
    province = Desk(session, "province", "440000")
    city.pin(filing, "venue", "wrong", "请核对。")
    getattr(city, intention)(filing)
    opinion = correct(session, filing, "点错了", city.actor, LATER)
    session.commit()
    assert (filing.status, filing.current_office_id) == ("under_review", city.office.id)
    assert not sees(province, filing)
    (sent,) = sent_opinions(session, filing.id)
    assert sent.corrected_at == LATER
    assert (opinion.is_saved, opinion.intention) == (False, sent.intention)
    assert acts(session, filing)[-2:] == ["correct", "assign"]
    assert codes(city.send(filing)) == ["E_OPINION_NOT_SAVED"]
    city.reject(filing, LATER)
    assert filing.status == "rejected"
    assert [one.corrected_at is None for one in sent_opinions(session, filing.id)] == [False, True]


def test_what_somebody_has_opened_is_corrected_no_more(session: Session, city: Desk, filing: Filing) -> None:
    city.return_(filing)
    assert correctable_opinion(session, filing, city.office.id)
    filing.opened_at = LATER
    session.commit()
    assert correctable_opinion(session, filing, city.office.id) is None
    with pytest.raises(Refused) as refused:
        correct(session, filing, "点错了", city.actor, LATER)
    assert refused.value.code == "E_TOO_LATE"


def test_what_the_applicant_has_changed_is_corrected_no_more(
    session: Session, city: Desk, filing: Filing
) -> None:
    city.return_(filing)
    filing.touch(LEGAL, LATER)
    session.commit()
    assert correctable_opinion(session, filing, city.office.id) is None


def test_only_the_office_that_sent_corrects(session: Session, city: Desk, filing: Filing) -> None:
    province = Desk(session, "province", "440000")
    city.pass_(filing)
    assert correctable_opinion(session, filing, province.office.id) is None
    province.return_(filing)
    assert correctable_opinion(session, filing, city.office.id) is None
    assert correctable_opinion(session, filing, province.office.id)


def test_fraud_bars_the_operator_from_the_kind_for_two_years(
    session: Session, city: Desk, filing: Filing
) -> None:
    unit = filing.unit
    carrier = build_carrier(session, unit)
    city.reject(filing, is_fraud="yes")
    actor = Actor(build_account(session, unit=unit).id, "x", "legal")
    with pytest.raises(Refused, match="限制申报至2023年11月9日") as refused:
        open_filing(session, KINDS["makerspace"], unit, carrier, actor, NOW)
    assert refused.value.code == "E_BARRED_UNTIL"
    assert barred_until(session, unit.id, "makerspace", datetime(2023, 11, 9).date()) is not None
    assert barred_until(session, unit.id, "makerspace", datetime(2023, 11, 10).date()) is None
    assert barred_until(session, unit.id, "incubator", NOW.date()) is None
    correct(session, filing, "认定有误", city.actor, NOW)
    session.commit()
    assert open_filing(session, KINDS["makerspace"], unit, carrier, actor, NOW).status == "draft"


def test_an_office_that_only_reads_is_passed_over(session: Session, city: Desk, filing: Filing) -> None:
    province = Desk(session, "province", "440000")
    province.office.only_reads = True
    city.save(filing, intention="pass", **QUALIFIED)
    opinion = opinion_in_hand(session, filing.id, city.office.id)
    assert consequence_of(session, filing, opinion).office.level == "torch"
    city.send(filing)
    assert filing.current_level == "torch"
    assert sees(province, filing), "it passed its level, so it may read"


def test_a_returned_filing_with_a_gap_is_not_handed_in_again(session: Session, filing: Filing) -> None:
    city = Desk(session)
    city.return_(filing)
    filing.makerspace_name = None  # type: ignore[attr-defined]
    session.commit()
    with pytest.raises(NotReady):
        submit(session, filing, None, str(city.office.id), True, LEGAL, LATER)
