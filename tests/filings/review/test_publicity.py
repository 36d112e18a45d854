"""From 通过 at the province to the published list: notices, objections, recommendation, register."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from filings.bars import barred_until
from filings.refused import Refused
from filings.review.publicity import (
    Announcement,
    after_notice,
    awaiting_notice,
    decide_objection,
    publish_notice,
    raise_objection,
)
from filings.review.recommending import publish_list, quota_of, recommend, revoke_title
from filings.snapshot import values_of
from filings.submission import offered_offices
from models.batch import Batch
from models.carrier import Carrier
from models.event import Actor
from models.filing import Filing
from models.moves import IllegalMove
from models.public_notice import Objection, PublicNotice
from models.recommendation import Publication, Recommendation
from tests.build import GUANGDONG, NOW, build_carrier, build_filing
from tests.reviewing import Desk, filings_before
from tests.submitting import complete, finished_version, submitted_filing

START, END = date(2021, 11, 10), date(2021, 11, 16)  # Wednesday to Tuesday: five working days
DURING = datetime.fromisoformat("2021-11-16T23:00+08:00")
AFTER = datetime.fromisoformat("2021-11-17T09:00+08:00")
LETTER = {"letter_no": "粤科函〔2021〕1号", "letter_on": date(2021, 11, 17), "over_quota_reason": ""}


@pytest.fixture
def city(session: Session) -> Desk:
    return Desk(session)


@pytest.fixture
def province(session: Session) -> Desk:
    return Desk(session, "province", GUANGDONG)


@pytest.fixture
def torch(session: Session) -> Desk:
    return Desk(session, "torch", "000000")


@pytest.fixture
def filing(session: Session, city: Desk, province: Desk) -> Filing:
    """A filing whose notice the province is about to give."""
    filing = submitted_filing(session)
    city.pass_(filing)
    province.pass_(filing)
    return filing


def said(starts_on: date = START, ends_on: date = END) -> Announcement:
    return Announcement("推荐名单公示", starts_on, ends_on, "020-00000000")


def give_notice(desk: Desk, *filings: Filing, at: datetime = NOW, **period: date) -> PublicNotice:
    chosen = [filing.id for filing in filings]
    notice = publish_notice(desk.session, desk.office, chosen, said(**period), desk.actor, at)
    desk.session.commit()
    return notice


def object_to(notice: PublicNotice, filing: Filing, at: datetime = DURING):  # type: ignore[no-untyped-def]
    session = Session.object_session(notice)
    return raise_objection(
        session, notice, filing.id, at, person_name="李某", contact="13800000000", text="场地不属实"
    )


def test_a_notice_shows_what_was_decided(session: Session, province: Desk, filing: Filing) -> None:
    assert awaiting_notice(session, province.office) == [filing]
    notice = give_notice(province, filing)
    (entry,) = notice.entries
    assert (entry.name, entry.operator) == (filing.makerspace_name, filing.unit.name)
    assert entry.started_on == filing.operation_started_on
    assert awaiting_notice(session, province.office) == []


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "code"),
    [
        (START, END, ""),
        (START, END - timedelta(days=1), "E_NOTICE_TOO_SHORT"),
        (START - timedelta(days=1), END, "E_DATE_ORDER"),
        (END, START, "E_NOTICE_TOO_SHORT"),
    ],
)
def test_a_notice_takes_five_working_days(
    province: Desk, filing: Filing, starts_on: date, ends_on: date, code: str
) -> None:
    if not code:
        assert give_notice(province, filing, starts_on=starts_on, ends_on=ends_on)
        return
    with pytest.raises(Refused) as refused:
        give_notice(province, filing, starts_on=starts_on, ends_on=ends_on)
    assert refused.value.code == code


def test_two_officers_give_notice_of_a_filing_once(session: Session, province: Desk, filing: Filing) -> None:
    (seen,) = awaiting_notice(session, province.office)  # as this officer sees it, while another one acts
    newer = update(Filing).where(Filing.id == seen.id).values(revision=Filing.revision + 1)
    session.execute(newer.execution_options(synchronize_session=False))
    with pytest.raises(IllegalMove):
        give_notice(province, filing)


def test_nothing_moves_before_the_notice_is_over(session: Session, province: Desk, filing: Filing) -> None:
    give_notice(province, filing)
    assert after_notice(session, province.office, END) == []
    with pytest.raises(Refused) as refused:
        recommend(session, province.office, {filing.id: ""}, LETTER, None, province.actor, DURING)
    assert refused.value.code == "E_NOT_READY"
    assert after_notice(session, province.office, AFTER.date()) == [filing]


def test_an_open_objection_holds_and_a_dismissed_one_lets_go(
    session: Session, province: Desk, filing: Filing
) -> None:
    objection = object_to(give_notice(province, filing), filing)
    assert after_notice(session, province.office, AFTER.date()) == []
    decide_objection(session, objection, "dismissed", "经核查属实。", province.actor, AFTER)
    assert after_notice(session, province.office, AFTER.date()) == [filing]
    with pytest.raises(IllegalMove):
        decide_objection(session, objection, "upheld", "改主意。", province.actor, AFTER)


def test_two_officers_decide_an_objection_once(session: Session, province: Desk, filing: Filing) -> None:
    objection = object_to(give_notice(province, filing), filing)
    session.commit()
    assert objection.state == "open"  # as this officer sees it, while another one decides
    upheld = update(Objection).where(Objection.id == objection.id).values(state="upheld")
    session.execute(upheld.execution_options(synchronize_session=False))
    with pytest.raises(IllegalMove):
        decide_objection(session, objection, "dismissed", "经核查属实。", province.actor, AFTER)


def test_an_upheld_objection_takes_it_back_to_the_desk(
    session: Session, province: Desk, filing: Filing
) -> None:
    objection = object_to(give_notice(province, filing), filing)
    decide_objection(session, objection, "upheld", "场地确已退租。", province.actor, AFTER)
    session.commit()
    assert (filing.status, filing.current_level) == ("under_review", "province")
    province.pass_(filing)  # and a second notice may follow
    assert awaiting_notice(session, province.office) == [filing]


def test_an_objection_comes_in_time_or_not_at_all(province: Desk, filing: Filing) -> None:
    notice = give_notice(province, filing)
    for at in (NOW - timedelta(days=1), AFTER):
        with pytest.raises(Refused) as refused:
            object_to(notice, filing, at)
        assert refused.value.code == "E_NOTICE_OVER"


def test_an_objection_sent_twice_is_kept_once(session: Session, province: Desk, filing: Filing) -> None:
    notice = give_notice(province, filing)
    first = object_to(notice, filing)
    session.commit()
    assert object_to(notice, filing) is first
    assert [one.text for one in notice.objections] == ["场地不属实"]


def test_nobody_else_decides_an_objection(
    session: Session, city: Desk, province: Desk, filing: Filing
) -> None:
    objection = object_to(give_notice(province, filing), filing)
    with pytest.raises(IllegalMove):
        decide_objection(session, objection, "dismissed", "无。", city.actor, AFTER)


def recommended(
    province: Desk, *filings: Filing, registered: int | None = None, **letter: str
) -> Recommendation:
    found = recommend(
        province.session, province.office, dict.fromkeys([one.id for one in filings], ""),
        LETTER | letter, registered, province.actor, AFTER,
    )  # fmt: skip
    province.session.commit()
    return found


def test_a_recommendation_hands_it_up_with_score_and_note(
    session: Session, province: Desk, torch: Desk, filing: Filing
) -> None:
    give_notice(province, filing)
    (entry,) = recommended(province, filing).entries
    assert (entry.expert_score, entry.publicity_note) == ("86.5", "公示无异议")
    assert (filing.status, filing.current_level) == ("under_review", "torch")
    assert filing in filings_before(session, torch.office)


def test_a_quota_asks_for_a_reason_and_never_stops(session: Session, province: Desk, filing: Filing) -> None:
    filing.batch.recommend_quota_ratio = Decimal(8)
    give_notice(province, filing)
    with pytest.raises(Refused) as refused:
        recommended(province, filing, registered=12)  # 0.96, so none
    assert refused.value.code == "E_OVER_QUOTA"
    session.rollback()
    assert recommended(province, filing, registered=12, over_quota_reason="西部地区。").quota == 0


@pytest.mark.parametrize(
    ("ratio", "registered", "quota"),
    [("8", 100, 8), ("8", 99, 7), ("8", 12, 0), ("8", None, None), (None, 100, None), ("0", 100, 0)],
)
def test_a_quota_is_rounded_down(ratio: str | None, registered: int | None, quota: int | None) -> None:
    share = None if ratio is None else Decimal(ratio)
    assert quota_of(Batch(recommend_quota_ratio=share), registered) == quota


def published(torch: Desk, *filings: Filing, at: datetime) -> Publication:
    found = publish_list(
        torch.session, torch.office, [one.id for one in filings], "国科火字〔2022〕1号", date(2022, 1, 5),
        torch.actor, at,
    )  # fmt: skip
    torch.session.commit()
    return found


@pytest.fixture
def approved(session: Session, province: Desk, torch: Desk, filing: Filing) -> Publication:
    give_notice(province, filing)
    recommended(province, filing)
    torch.pass_(filing, AFTER)
    give_notice(torch, filing, at=AFTER, starts_on=AFTER.date(), ends_on=date(2021, 11, 23))
    return published(torch, filing, at=datetime.fromisoformat("2021-11-24T09:00+08:00"))


def test_the_list_writes_the_register(session: Session, filing: Filing, approved: Publication) -> None:
    carrier = filing.carrier
    assert filing.status == "approved"
    assert (carrier.national_state, carrier.certified_on) == ("nationally_filed", date(2022, 1, 5))
    assert carrier.certificate_no == "ZCKJ-2022-00001"
    assert carrier.name == filing.makerspace_name
    assert approved.entries[0].certificate_no == carrier.certificate_no


def test_a_new_makerspace_joins_the_register(
    session: Session, city: Desk, province: Desk, torch: Desk
) -> None:
    draft = build_filing(session)
    carrier, draft.carrier = draft.carrier, None
    session.delete(carrier)
    session.commit()
    version = finished_version(session, complete(session, draft))
    legal = Actor(None, "测试", "legal")
    draft.submit(version, offered_offices(session, draft)[0], values_of(version.snapshot), legal, NOW)
    session.commit()
    city.pass_(draft)
    province.pass_(draft)
    give_notice(province, draft)
    recommended(province, draft)
    torch.pass_(draft, AFTER)
    give_notice(torch, draft, at=AFTER, starts_on=AFTER.date(), ends_on=date(2021, 11, 23))
    published(torch, draft, at=datetime.fromisoformat("2021-11-24T09:00+08:00"))
    made = session.scalars(select(Carrier)).one()
    assert (made.operator_id, made.kind, made.name) == (draft.unit_id, "makerspace", draft.makerspace_name)
    assert draft.carrier_id == made.id


def test_a_title_taken_away_voids_what_is_open_and_fraud_bars(
    session: Session, torch: Desk, filing: Filing, approved: Publication
) -> None:
    later = datetime.fromisoformat("2022-03-01T09:00+08:00")
    batch = Batch(**{c.key: getattr(filing.batch, c.key) for c in Batch.__table__.columns if c.key != "id"})
    batch.year = 2022
    session.add(batch)
    open_one = build_filing(session, filing.unit, filing.carrier, batch)
    revoke_title(session, filing.carrier, "fraud", "虚报场地", "国科火字〔2022〕9号", torch.actor, later)
    session.commit()
    assert (filing.status, open_one.status) == ("approved", "void")
    assert filing.carrier.state_text == "已取消资格，2022年"
    assert barred_until(session, filing.unit_id, "makerspace", later.date()) == date(2024, 2, 29)
    with pytest.raises(IllegalMove):
        revoke_title(session, filing.carrier, "fraud", "", "国科火字〔2022〕9号", torch.actor, later)


def test_two_officers_recommend_once(session: Session, province: Desk, filing: Filing) -> None:
    give_notice(province, filing)
    recommended(province, filing)
    with pytest.raises(Refused) as refused:
        recommended(province, filing)
    assert refused.value.code == "E_NOT_READY"


def test_a_carrier_without_a_title_has_none_to_lose(session: Session, torch: Desk) -> None:
    with pytest.raises(IllegalMove):
        revoke_title(session, build_carrier(session), "other", "", "文号", torch.actor, NOW)
