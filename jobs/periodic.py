"""Work done once a business day, at the first sweep after its hour."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from accounts.inviting import forget_old_invitations
from accounts.reminders import remind_of_grants
from accounts.retention import delete_old_papers
from clock import SHANGHAI, shanghai_day
from extensions import clock, db
from filings.expiry import expire_overdue
from filings.reminders import remind_of_deadlines, remind_reviewers
from models.delivery import forget_old_deliveries
from models.idempotency_key import forget_old_keys
from models.periodic_run import claim_day, last_day_of

log = logging.getLogger(__name__)

# A clock that leaps further than this is not believed on its first day: what is ended or deleted does not come back.
LONGEST_PAUSE = timedelta(days=7)


@dataclass(frozen=True)
class Daily:
    """A piece of daily work: `work(session, now)` returns how many things it did and commits nothing."""

    name: str
    hour: time
    work: Callable[[Session, datetime], int]


DAILY = (
    Daily("expire_overdue", time(0), expire_overdue),
    Daily("forget_old_deliveries", time(3), forget_old_deliveries),
    Daily("forget_old_invitations", time(3), forget_old_invitations),
    Daily("forget_old_keys", time(3), forget_old_keys),
    Daily("delete_old_papers", time(3), delete_old_papers),
    Daily("remind_of_deadlines", time(8), remind_of_deadlines),
    Daily("remind_of_grants", time(8), remind_of_grants),
    Daily("remind_reviewers", time(8, 30), remind_reviewers),
)


def run_due() -> None:
    """Do the daily work whose hour has come and which nobody has done today; each in its own transaction."""
    now = clock.now()
    local = now.astimezone(SHANGHAI)
    for daily in DAILY:
        is_due = local.time() >= daily.hour and _done.get(daily.name) != local.date()
        if is_due and _run(daily, now):
            _done[daily.name] = local.date()


# What this process knows to be done, so that it does not ask the database every five seconds.
_done: dict[str, object] = {}


def _run(daily: Daily, now: datetime) -> bool:
    """Do the work unless it is done; False when it broke, so that the next sweep tries again."""
    today = shanghai_day(now)
    db.start_writing()
    try:
        before = last_day_of(db.session(), daily.name)
        if claim_day(db.session(), daily.name, today):
            if before is not None and today - before > LONGEST_PAUSE:
                log.warning(
                    "Daily work %s waits a day: the clock went from %s to %s", daily.name, before, today
                )
            else:
                log.info("Daily work %s: %s", daily.name, daily.work(db.session(), now))
        db.session.commit()
    except Exception:  # the other work goes on
        log.exception("Daily work %s broke", daily.name)
        return False
    else:
        return True
    finally:
        db.close()
