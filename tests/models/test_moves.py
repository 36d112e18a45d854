"""What may happen to a filing: every state, act and role tried, the legal ones listed here."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.event import Actor, Event
from models.filing import Filing
from models.moves import MOVES, IllegalMove, Status
from models.opinion import Opinion
from tests.build import NOW, build_reviewer, reference_office
from tests.submitting import finished_version, submitted_filing

UNIT = {"legal", "item_handler"}
HOLDER = {"holder"}  # a reviewer of the office that has the filing
# act → from these states → to this one, through these roles. Nothing else is possible.
LEGAL: dict[str, tuple[set[str], str, set[str]]] = {
    "submit": ({"draft", "returned"}, "under_review", UNIT),
    "withdraw": ({"under_review"}, "withdrawn", UNIT),
    "resume": ({"withdrawn"}, "draft", UNIT),
    "pass": ({"under_review"}, "under_review", HOLDER),
    "return": ({"under_review"}, "returned", HOLDER),
    "reject": ({"under_review"}, "rejected", HOLDER),
    "give_notice": ({"under_review"}, "publicity", HOLDER),
    "recommend": ({"publicity"}, "under_review", HOLDER),
    "uphold_objection": ({"publicity"}, "under_review", HOLDER),
    "publish": ({"publicity"}, "approved", HOLDER),
    "approve": ({"under_review"}, "approved", HOLDER),
    "expire": ({"draft", "returned"}, "void", {"system"}),
    "revoke": ({"approved"}, "approved", {"holder", "elsewhere"}),
    "void": ({"draft", "under_review", "publicity", "returned", "withdrawn"}, "void", {"holder", "elsewhere"}),
    "correct": ({"under_review", "returned", "rejected"}, "under_review", {"elsewhere"}),
}  # fmt: skip
ROLES = (
    "legal", "item_handler", "unit_admin", "holder", "elsewhere", "helpdesk", "system_admin", "operator", "system",
)  # fmt: skip


@pytest.fixture
def stage(session: Session) -> "Stage":
    return Stage(session)


class Stage:
    """A filing before the office of 广州, everybody who might act on it, and every act."""

    def __init__(self, session: Session) -> None:
        self.session, self.filing = session, submitted_filing(session)
        self.version = finished_version(session, self.filing)
        holder, elsewhere = build_reviewer(session), build_reviewer(session, "city", "440600")
        self.office, self.province = holder.office, reference_office(session, "province", "440000")
        self.actors = {role: Actor(None, "测试", role) for role in ROLES}
        self.actors["holder"] = Actor(holder.id, "holder", "reviewer", holder.office_id)
        self.actors["elsewhere"] = Actor(elsewhere.id, "elsewhere", "reviewer", elsewhere.office_id)
        # What was sent and may be corrected is the other office's, so that correcting is not the holder's.
        self.sent = self.opinion(elsewhere.id, elsewhere.office_id, sent_at=NOW)
        self.in_hand = self.opinion(holder.id, holder.office_id)
        session.commit()

    def opinion(self, author: uuid.UUID, office: Any, **changes: Any) -> Opinion:
        opinion = Opinion(
            filing_id=self.filing.id, office_id=office, level="city", round=0, version_no="",
            author_id=author, intention="return", reason="理由", saved_at=NOW, **changes,
        )  # fmt: skip
        self.session.add(opinion)
        return opinion

    def act(self, name: str, actor: Actor) -> None:
        filing, opinion = self.filing, self.in_hand
        acts: dict[str, Callable[[], None]] = {
            "submit": lambda: filing.submit(self.version, self.office, {}, actor, NOW),
            "withdraw": lambda: filing.withdraw(actor, NOW),
            "resume": lambda: filing.resume(actor, NOW),
            "pass": lambda: filing.pass_on(opinion, self.province, actor, NOW),
            "return": lambda: filing.return_for_correction(opinion, actor, NOW),
            "reject": lambda: filing.reject(opinion, actor, NOW),
            "give_notice": lambda: filing.give_notice(opinion, actor, NOW),
            "recommend": lambda: filing.recommend(self.province, actor, NOW),
            "uphold_objection": lambda: filing.uphold_objection(actor, NOW, "异议成立"),
            "publish": lambda: filing.publish(actor, NOW),
            "approve": lambda: filing.approve(opinion, actor, NOW),
            "expire": lambda: filing.expire(actor, NOW),
            "revoke": lambda: filing.revoke(actor, NOW, note="复核不合格", details={}),
            "void": lambda: filing.void(actor, NOW, "取消资格"),
            "correct": lambda: filing.correct(self.sent, actor, NOW, "发错了"),
        }
        assert set(acts) == set(MOVES)
        acts[name]()

    def tries(self, status: str, act: str, role: str) -> str | None:
        """Return the state an act leads to; None when it is refused and left nothing behind."""
        self.filing.status, self.filing.updated_at = status, NOW
        self.session.flush()
        before = self.events()
        try:
            self.act(act, self.actors[role])
        except IllegalMove:
            assert self.filing.status == status
            assert self.events() == before
            return None
        finally:
            after = self.filing.status
            happened = self.events() - before
            self.session.rollback()
        assert happened == 1
        return str(after)

    def events(self) -> int:
        mine = select(func.count()).where(Event.stream_id == self.filing.id)
        return self.session.execute(mine).scalar_one()


def test_every_state_and_role_is_tried_for_every_act(stage: Stage) -> None:
    for act, (sources, target, roles) in LEGAL.items():
        for status in Status:
            for role in ROLES:
                wanted = target if status in sources and role in roles else None
                assert stage.tries(status, act, role) == wanted, (status, act, role)


def test_the_table_of_the_code_names_the_same_acts() -> None:
    assert set(MOVES) == set(LEGAL)


def test_an_act_on_what_somebody_else_changed_meanwhile_fails(stage: Stage) -> None:
    stage.session.expire_on_commit = False
    filing_id = stage.filing.id
    for thing in (stage.filing, stage.in_hand, stage.sent):
        stage.session.refresh(thing)
    stage.session.commit()  # ends the reading of SQLite, and keeps what was read
    with Session(stage.session.get_bind()) as other:
        other.get_one(Filing, filing_id).take_turn()
        other.commit()
    with pytest.raises(IllegalMove):
        stage.act("return", stage.actors["holder"])
