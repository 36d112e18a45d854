"""What happened to a filing, in plain words."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from filings.kinds import kind_of
from models.event import Event
from models.filing import LEVEL_TEXTS, Filing, Status

ACT_TEXTS = {"open": "新建申报", "submit": "提交申报材料", "withdraw": "撤回", "resume": "继续填报"}


@dataclass(frozen=True)
class Step:
    """One step: done, now or future. `at` is None for what has not happened."""

    state: str
    text: str
    at: datetime | None = None
    note: str = ""


def timeline(session: Session, filing: Filing) -> list[Step]:
    """List what happened, where the filing is now, and what comes next."""
    steps = [_past(event) for event in _events(session, filing.id)]
    if filing.status == Status.UNDER_REVIEW and filing.receiving_office and filing.current_level:
        steps.append(Step("now", f"{filing.receiving_office.name}审核"))
        levels = kind_of(filing).levels
        above = levels[levels.index(filing.current_level) + 1 :]
        steps += [Step("future", f"{LEVEL_TEXTS[level]}审核") for level in above]
    if filing.status == Status.WITHDRAWN:
        steps.append(Step("now", "已撤回，可在申报截止前继续填报并重新提交"))
    return steps


def _events(session: Session, filing_id: uuid.UUID) -> list[Event]:
    query = select(Event).where(Event.stream_id == filing_id).order_by(Event.number)
    return list(session.scalars(query))


def _past(event: Event) -> Step:
    version_no = event.details.get("version_no", "")
    note = " · ".join(part for part in (event.note, version_no, f"经办 {event.actor_name}") if part)
    return Step("done", ACT_TEXTS.get(event.act, event.act), event.at, note)
