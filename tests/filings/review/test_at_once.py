"""Two people at one filing at the same moment: exactly one wins, the other is told, nothing is half done."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from extensions import db
from filings.refused import Refused
from filings.review.opinions import assign, correct, save_opinion
from filings.review.sending import send_opinions
from forms.opinion import CityOpinionForm
from models.event import Actor, Event, first_broken_link
from models.filing import Filing
from models.moves import IllegalMove
from models.opinion import Opinion
from tests.build import NOW
from tests.reviewing import PASSING, QUALIFIED, Desk, codes
from tests.submitting import submitted_filing

LEGAL = Actor(None, "测试", "legal")


def race(acts: list[Callable[[Session], Any]]) -> list[Any]:
    """Run every act in a request of its own, all at once; return what each came to, refusals included."""
    start, results = threading.Barrier(len(acts)), dict[int, Any]()

    def run(number: int, act: Callable[[Session], Any]) -> None:
        start.wait()
        db.start_writing()
        try:
            results[number] = act(db.session())
            db.session.commit()
        except (IllegalMove, Refused) as error:
            results[number] = error
        finally:
            db.close()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return [results[number] for number in range(len(acts))]


def refusals(results: list[Any]) -> int:
    return sum(isinstance(result, Exception) for result in results)


@pytest.fixture
def city(session: Session) -> Desk:
    return Desk(session)


@pytest.fixture
def filing_id(session: Session, city: Desk) -> uuid.UUID:
    filing = submitted_filing(session)
    session.commit()
    return filing.id


def acts_on(session: Session, filing_id: uuid.UUID) -> list[str]:
    session.rollback()
    assert first_broken_link(session, filing_id) is None
    return list(session.scalars(select(Event.act).where(Event.stream_id == filing_id).order_by(Event.number)))


def test_one_opinion_sent_by_two_is_sent_once(session: Session, city: Desk, filing_id: uuid.UUID) -> None:
    colleague = Desk(session)
    opinion = city.save(session.get_one(Filing, filing_id), intention="pass", **QUALIFIED)
    ticked = {filing_id: opinion.version}
    senders = [city.actor, colleague.actor, city.actor]
    session.rollback()
    results = race([lambda s, who=who: codes(send_opinions(s, ticked, who, NOW)) for who in senders])
    assert sorted(results) == [[""], ["E_CONFLICT"], ["E_CONFLICT"]]
    assert acts_on(session, filing_id).count("pass") == 1
    filing = session.get_one(Filing, filing_id)
    assert (filing.current_level, filing.reached_level) == ("province", "province")


def test_saving_an_opinion_and_withdrawing_exclude_each_other(
    session: Session, city: Desk, filing_id: uuid.UUID
) -> None:
    def save(s: Session) -> None:
        form = CityOpinionForm(MultiDict({"intention": "pass", **QUALIFIED}))
        form.validate()
        save_opinion(s, s.get_one(Filing, filing_id), form, 0, city.actor, NOW)

    def withdraw(s: Session) -> None:
        s.get_one(Filing, filing_id).withdraw(LEGAL, NOW)

    session.rollback()
    assert refusals(race([save, withdraw])) == 1
    acts_on(session, filing_id)
    saved = session.scalars(select(Opinion).where(Opinion.saved_at.is_not(None))).all()
    withdrawn = session.get_one(Filing, filing_id).status == "withdrawn"
    assert withdrawn == (not saved)


def test_one_of_two_who_claim_gets_it(session: Session, city: Desk, filing_id: uuid.UUID) -> None:
    colleague = Desk(session)
    people = [(city.actor, city.account.id), (colleague.actor, colleague.account.id)]
    session.rollback()
    # Both saw that nobody had it.
    results = race([lambda s, who=who: _claim(s, filing_id, *who) for who in people])
    assert refusals(results) == 1
    assert acts_on(session, filing_id).count("assign") == 1


def _claim(s: Session, filing_id: uuid.UUID, actor: Actor, account_id: uuid.UUID) -> None:
    filing = s.get_one(Filing, filing_id)
    if filing.assignee_id is not None:
        raise IllegalMove("assign")
    assign(s, filing, account_id, actor, NOW)


def test_a_correction_and_the_next_decision_exclude_each_other(
    session: Session, city: Desk, filing_id: uuid.UUID
) -> None:
    province, filing = Desk(session, "province", "440000"), session.get_one(Filing, filing_id)
    city.pass_(filing)
    ticked = {filing_id: province.save(filing, intention="pass", **PASSING["province"]).version}
    session.rollback()
    corrected, sent = race([
        lambda s: correct(s, s.get_one(Filing, filing_id), "点错了", city.actor, NOW),
        lambda s: codes(send_opinions(s, ticked, province.actor, NOW)),
    ])  # fmt: skip
    was_corrected = not isinstance(corrected, Exception)
    assert sent == (["E_CONFLICT"] if was_corrected else [""])
    acts = acts_on(session, filing_id)
    assert ("correct" in acts, "give_notice" in acts) == (was_corrected, not was_corrected)
