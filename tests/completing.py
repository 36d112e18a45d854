"""The shortest filing that may be submitted, filled through its pages, and its material generated."""

from io import BytesIO
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select
from sqlalchemy.orm import Session

import jobs.material  # noqa: F401  (registers its task)
from jobs import tasks
from models.job import Job
from models.material_version import MaterialVersion
from tests.browsing import Clerk

BASIC_INFO = {
    "makerspace_name": "启航众创空间", "operator_registered_on": "2015-01-01",
    "operation_started_on": "2019-05-01", "operator_nature": "private",
    "is_independent_legal_entity": "yes", "makerspace_type": "comprehensive",
    "makerspace_address": "广州市天河区科韵路 16 号", "manager_name": "陈启航", "contact_name": "李晓明",
    "contact_mobile": "13800000000", "contact_email": "lianxi@example.com", "introduction": "服务创业团队。",
}  # fmt: skip
VENUE = {
    "address": "天河区科韵路 16 号", "area_total": "600", "area_resident": "400", "area_public": "50",
    "area_own_use": "100", "area_other": "50", "workstations": "40", "ownership": ["leased"],
}  # fmt: skip
TEXT_TABS = ("service_capability", "service_performance", "brand_culture", "development_plan")


def small_pdf(text: str = "evidence", pages: int = 1) -> bytes:
    """Make a real PDF."""
    out = BytesIO()
    canvas = Canvas(out)
    for number in range(pages):
        canvas.drawString(72, 720, f"{text} {number + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def complete(clerk: Clerk, filing: str) -> None:
    """Fill what submission needs, and nothing else: some conditions fail, which does not block."""
    ok = (200, 303)
    assert clerk.post(f"{filing}/instructions", {"instructions_read": "yes"}).status_code in ok
    assert clerk.upload(f"{filing}/files/commitment_file", small_pdf("commitment")).status_code in ok
    assert clerk.post(f"{filing}/basic_info", BASIC_INFO).status_code in ok
    row = clerk.post(f"{filing}/venue_rows", VENUE).headers["Location"].split("#venue_rows-")[1]
    path = f"{filing}/venue_rows/{row}/files/evidence_file"
    assert clerk.upload(path, small_pdf("lease", 2)).status_code in ok
    for tab in TEXT_TABS:
        assert clerk.post(f"{filing}/{tab}", {f"{tab}_text": "第一段。\n\n第二段。"}).status_code in ok


def generate(clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch) -> MaterialVersion:
    """Press 下载材料, let the job run here, and return the version."""
    settings = clerk.client.application.config["SETTINGS"]
    monkeypatch.setattr("config.Settings.from_env", lambda *ignored: settings)
    answer = clerk.post(f"{filing}/materials")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    session.expire_all()
    version = session.scalars(select(MaterialVersion).order_by(MaterialVersion.number.desc())).first()
    job_id = str(session.scalars(select(Job.id).where(Job.target_id == version.id)).one())
    session.commit()
    tasks.run(job_id)
    session.expire_all()
    return version


def offices(clerk: Clerk, filing: str) -> list[str]:
    """Read the 受理机构 that the page of submission offers."""
    page = clerk.page(f"{filing}/submission")
    return [str(tag["value"]) for tag in page.select("[name=receiving_office]")]


def submit(clerk: Clerk, filing: str, **answers: Any) -> Any:
    """Hand the filing in to the first office offered."""
    given = {"receiving_office": offices(clerk, filing)[0], "confirm_conditions": "yes"}
    return clerk.post(f"{filing}/submission", given | answers)
