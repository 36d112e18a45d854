"""The verifier names the first link that does not hold, of every chain."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config import Settings
from models.event import Event, record_event
from models.filing import Filing
from ops.audit import audit
from tests.build import NOW, SYSTEM, build_account, build_filing


@pytest.fixture
def filing(session: Session) -> Filing:
    filing = build_filing(session)
    for number in range(4):
        record_event(session, filing.id, "submit", SYSTEM, NOW, note=f"第{number}次")
        session.flush()
    record_event(session, build_account(session).id, "sign_in", SYSTEM, NOW)
    session.commit()
    return filing


def test_whole_chains(settings: Settings, filing: Filing, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(settings) == 0
    assert "2 条记录链，6 个事件，全部完整" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "number", "why"),
    [
        (update(Event).where(Event.number == 3).values(note="改过"), 3, "内容与摘要不符"),
        (update(Event).where(Event.number == 2).values(hash="0" * 64), 2, "内容与摘要不符"),
        (delete(Event).where(Event.number == 3), 4, "缺少第 3 号事件"),
        (update(Event).where(Event.number >= 4).values(actor_name="别人"), 4, "内容与摘要不符"),
    ],
)
def test_the_first_broken_link_is_named(
    settings: Settings, session: Session, filing: Filing, capsys: pytest.CaptureFixture[str], change: object,
    number: int, why: str,
) -> None:  # fmt: skip
    session.execute(change.where(Event.stream_id == filing.id))  # type: ignore[attr-defined]
    session.commit()
    assert audit(settings) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"断开  申报「{filing.name}」 第 {number} 号事件")
    assert why in lines[0]
    assert lines[1].endswith("1 条断开。一条链从第 1 号开始，每一号带有前一号的摘要。")


def test_a_link_forged_with_a_right_digest_of_its_own(
    settings: Settings, session: Session, filing: Filing, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = session.scalars(select(Event).where(Event.stream_id == filing.id, Event.number == 2)).one()
    forged.note = "伪造"
    forged.hash = forged.digest()
    session.commit()
    assert audit(settings) == 1
    out = capsys.readouterr().out
    assert "第 3 号事件" in out
    assert "与前一个事件接不上" in out
