"""报备 for services: adding people and units one by one or as a list, and telling those who are here already."""

import csv
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from forms.approval import PersonReportForm, UnitReportForm
from models.account import Account, holder_of_id_number
from models.event import Actor, record_event
from models.id_rules import ID_TYPES, RESIDENT
from models.notification import notify
from models.sealed import id_number_digest, id_number_digests
from models.service import Service, services
from models.service_approval import ServiceApproval
from models.unit import unit_of_code

MOST_LINES = 500
ReportForm = PersonReportForm | UnitReportForm
_TYPE_OF_TEXT = {text: kind for kind, text in ID_TYPES.items()}
_HEADS = {"姓名", "单位名称", "名称"}


def approval_items() -> dict[str, Service]:
    """Map the keys of the services that ask for a 报备 to them."""
    return {key: one for key, one in services().items() if one.approval}


def blank_form(service: Service, typed: MultiDict[str, str] | None = None) -> ReportForm:
    """Return the form of one report for the service: about a unit or a person."""
    return UnitReportForm(typed) if service.approval == "unit" else PersonReportForm(typed)


@dataclass(frozen=True)
class WrongLine:
    """A line of a list that cannot be taken, and why. What it says stays in the box, not here."""

    number: int
    message: str


def read_list(
    service: Service, text: str, stage: str, today: date
) -> tuple[list[ReportForm], list[WrongLine]]:
    """Read a pasted list, one report a line: name, number, and of a person the kind of paper if it is another one.

    Columns are parted by tabs or commas; a line of headings and blank lines count for nothing.
    """
    forms, wrong = list[ReportForm](), list[WrongLine]()
    rows = csv.reader(StringIO(text.replace("，", ",").replace("\t", ",")))
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].lstrip("\ufeff") in _HEADS):
            continue
        form = blank_form(service, _typed(service, cells, stage))
        if form.accepts_on(today):
            forms.append(form)
        else:
            wrong.append(WrongLine(number, "；".join(str(field.errors[0]) for field in form if field.errors)))
    return forms, wrong


def _typed(service: Service, cells: Sequence[str], stage: str) -> MultiDict[str, str]:
    name, code, kind = (*cells[:3], "", "", "")[:3]
    if service.approval == "unit":
        return MultiDict({"name": name, "uscc": code, "stage": stage})
    id_type = _TYPE_OF_TEXT.get(kind, kind) if kind else RESIDENT
    return MultiDict({"name": name, "id_number": code, "id_type": id_type, "stage": stage})


def add_reports(
    session: Session, service: Service, forms: Sequence[ReportForm], actor: Actor, at: datetime
) -> tuple[int, int]:
    """Add what the forms say; returns how many were added, and how many stood in the list already."""
    added = 0
    for form in forms:
        report = _report(service, form, at)
        if _is_known(session, report):
            continue
        session.add(report)
        session.flush()  # the next line may be about the same one
        record_event(session, report.id, "report_service", actor, at,
                     details={"service": service.key, "stage": form["stage"].data})  # fmt: skip
        if report.counts:
            tell_subject(session, report, "已开通，可以办理", at)
        added += 1
    return added, len(forms) - added


def _report(service: Service, form: ReportForm, at: datetime) -> ServiceApproval:
    is_approved = form["stage"].data == "approved"
    report = ServiceApproval(
        id=uuid.uuid4(), item=service.key, name=form["name"].data, added_at=at, id_type="", reason="",
        approved_at=at if is_approved else None, papers_received_at=None if is_approved else at,
    )  # fmt: skip
    if isinstance(form, UnitReportForm):
        report.uscc = form["uscc"].data
    else:
        report.id_type, report.id_number = form["id_type"].data, form["id_number"].data
        report.id_number_digest = id_number_digest(report.id_type, report.id_number)
    return report


def _is_known(session: Session, report: ServiceApproval) -> bool:
    living = select(ServiceApproval.id).where(
        ServiceApproval.item == report.item, ServiceApproval.revoked_at.is_(None)
    )
    if report.uscc:
        return session.scalars(living.where(ServiceApproval.uscc == report.uscc)).first() is not None
    digests = id_number_digests(report.id_type, report.id_number)
    return session.scalars(living.where(ServiceApproval.id_number_digest.in_(digests))).first() is not None


def tell_subject(session: Session, report: ServiceApproval, result: str, at: datetime) -> None:
    """Tell whoever is meant, if there is an account."""
    service = services()[report.item]
    values = {"事项": service.name, "对象": report.name, "结果": result}
    notify(session, _accounts(session, report), "service_approval", values, f"/services/{service.key}", at)


def _accounts(session: Session, report: ServiceApproval) -> Sequence[Account]:
    if report.uscc is None:
        holder = holder_of_id_number(session, report.id_type, report.id_number or "")
        return [holder] if holder is not None and holder.state == "active" else []
    unit = unit_of_code(session, report.uscc)
    if unit is None:
        return []
    return session.scalars(select(Account).where(Account.unit_id == unit.id, Account.state == "active")).all()
