"""What happened to a filing, in plain words."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clock import shanghai_day
from filings.kinds import kind_of
from filings.review.pace import time_here, usual_time
from forms.formats import show_long_date
from models.event import Event
from models.filing import Filing
from models.moves import LEVEL_TEXTS, Status
from models.office import Office

# What people see of an act; {office} is who did it.
ACT_TEXTS = {
    "open": "新建申报",
    "submit": "提交申报材料",
    "withdraw": "撤回",
    "resume": "继续填报",
    "copy": "复制以前的申报内容",
    "pass": "{office}审核通过，送达下一级",
    "return": "{office}退回修改",
    "reject": "{office}审核不通过",
    "give_notice": "{office}审核通过，准备公示",
    "publish_notice": "{office}发布公示",
    "recommend": "{office}公示后推荐上报",
    "uphold_objection": "{office}认定公示异议成立，恢复审核",
    "publish": "{office}公布名单",
    "approve": "{office}审核通过",
    "expire": "申报时间已过，自动作废",
    "revoke": "{office}取消资格",
    "void": "{office}作废",
    "receive_paper": "{office}签收纸质材料",
    "correct": "{office}更正了刚才的审核结果",
    "hand_over": "更换办理人",
    "relink": "单位更名，关联到新名称",
}

# Acts inside an office; applicants do not see them.
DESK_TEXTS = {
    "assign": "{office}由{note}办理",
    "release": "{office}取消经办人",
    "recuse": "{office}有审核人员回避",
    "dismiss_objection": "{office}核查后认定公示异议不成立",
}


@dataclass(frozen=True)
class Step:
    """One step: done, now or future. `at` is None for what has not happened."""

    state: str
    text: str
    at: datetime | None = None
    note: str = ""


def timeline(session: Session, filing: Filing, now: datetime) -> list[Step]:
    """List what happened, who has the filing now and since when, how long that usually takes, and what comes
    next; acts inside an office are left out.
    """
    steps = [_past(event, office) for event, office in _events(session, filing.id) if event.act in ACT_TEXTS]
    office = filing.current_office
    if filing.status == Status.UNDER_REVIEW and office:
        steps += [Step("now", f"{office.name}审核", note=_pace(session, filing, now)), *_levels_above(filing)]
    if filing.status == Status.PUBLICITY and office:
        steps += [Step("now", f"{office.name}公示中"), *_levels_above(filing)]
    if filing.status == Status.RETURNED:
        steps.append(
            Step("now", f"已退回，请在{show_long_date(filing.applicant_deadline)} 24:00 前修改并重新提交")
        )
    if filing.status == Status.WITHDRAWN:
        steps.append(Step("now", "已撤回，可在申报截止前继续填报并重新提交"))
    return steps


def desk_log(session: Session, filing: Filing) -> list[Step]:
    """List every act with who did it, for offices, newest first."""
    texts = ACT_TEXTS | DESK_TEXTS
    return [
        Step(
            "done", texts.get(event.act, event.act).format(office=office, note=event.note), event.at,
            " · ".join(part for part in ("" if event.act == "assign" else event.note, event.actor_name) if part),
        )
        for event, office in reversed(_events(session, filing.id))
    ]  # fmt: skip


def _pace(session: Session, filing: Filing, now: datetime) -> str:
    """Say since when the office has it, by when it should decide, and how long it usually takes."""
    time = time_here(session, filing, now)
    usual = usual_time(session, filing.kind, filing.current_level or "")
    since = filing.arrived_at or filing.submitted_at
    parts = [f"{show_long_date(shanghai_day(since))}送达" if since else ""]
    if time is not None:
        parts.append(f"已用 {time.used} 个工作日")
        parts.append(f"应在{show_long_date(time.due_on)}前办结" if time.due_on and not time.is_late else "")
    if usual is not None:
        parts.append(f"这一级通常 {usual.median} 个工作日办结，九成不超过 {usual.most} 个")
    return "，".join(filter(None, parts))


def _levels_above(filing: Filing) -> list[Step]:
    levels = kind_of(filing).levels
    above = levels[levels.index(filing.current_level or levels[0]) + 1 :]
    return [Step("future", f"{LEVEL_TEXTS[level]}审核") for level in above]


def _events(session: Session, filing_id: uuid.UUID) -> list[tuple[Event, str]]:
    """Read the events with the names of the offices that acted, oldest first."""
    query = (
        select(Event, func.coalesce(Office.name, ""))
        .outerjoin(Office, Event.office_id == Office.id)
        .where(Event.stream_id == filing_id)
        .order_by(Event.number)
    )
    return [(event, office) for event, office in session.execute(query)]


def _past(event: Event, office: str) -> Step:
    version_no = event.details.get("version_no", "")
    person = "" if event.office_id else f"经办 {event.actor_name}"
    note = " · ".join(part for part in (event.note, version_no, person) if part)
    return Step("done", ACT_TEXTS[event.act].format(office=office), event.at, note)
