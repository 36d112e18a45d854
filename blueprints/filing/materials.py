"""下载材料: generating the 申报书, watching the job, fetching the PDF."""

import uuid
from typing import Any

from flask import abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, editable_filing, own_filing, role
from blueprints.filing import blueprint
from blueprints.filing.page import FilingPage, is_fragment, render
from blueprints.idempotency import made_before, remember
from blueprints.storage import send_pdf
from extensions import clock, db
from failpoints import reach
from filings.kinds import kind_of
from filings.snapshot import changed_tabs, content_hash, snapshot
from filings.submission import NotReady, generate, read_versions, running_version
from jobs import queue
from models.filing import Filing
from models.material_version import MaterialVersion

VERSIONS_COMPARED = 5  # older ones only say that they are out of date


@blueprint.get("/filings/<uuid:filing_id>/materials")
@role("legal", "item_handler")
def materials(filing_id: uuid.UUID) -> ResponseReturnValue:
    """List the versions, the running one with its progress."""
    filing = own_filing(filing_id)
    running = running_version(db.session(), filing.id) if is_fragment() else None
    return _page(filing) if running is None else _progress(filing, running)


def _progress(filing: Filing, running: MaterialVersion) -> ResponseReturnValue:
    """Answer who asks every two seconds: how far the job is, and nothing that has to be compared or read."""
    answer = make_response(render("filing/_job.html", FilingPage(filing), running=running))
    answer.headers.update({"HX-Retarget": "#job", "HX-Reswap": "outerHTML"})
    return answer


def _page(filing: Filing, refused: NotReady | None = None) -> str:
    versions = read_versions(db.session(), filing.id)
    running = next((version for version in versions if not version.is_finished), None)
    template = "filing/_versions.html" if is_fragment() else "filing/materials.html"
    return render(
        template, FilingPage(filing), versions=_viewed(filing, versions), running=running,
        problems=refused.problems if refused else [],
    )  # fmt: skip


def _viewed(filing: Filing, versions: Any) -> list[dict[str, Any]]:
    """Say of every version whether it still agrees with the filing, and what changed since."""
    if not versions:
        return []
    live = snapshot(db.session(), filing)
    live_hash = content_hash(live)
    return [
        {
            "version": version,
            "is_current": version.content_hash == live_hash,
            "is_submitted": filing.is_submitted and version.version_no == filing.submitted_version_no,
            "changed": changed_tabs(version.snapshot, live)
            if version.is_ready and version.content_hash != live_hash and place < VERSIONS_COMPARED
            else [],
            "failed_place": _failed_place(version),
        }
        for place, version in enumerate(versions)
    ]


def _failed_place(version: MaterialVersion) -> dict[str, Any] | None:
    """Return the attachment that could not be merged, so that the page can lead to it."""
    if version.state != "failed" or version.failed_attachment_no is None:
        return None
    return next((a for a in version.snapshot["attachments"] if a["no"] == version.failed_attachment_no), None)


@blueprint.post("/filings/<uuid:filing_id>/materials")
@role("legal", "item_handler")
def generate_materials(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Freeze a new version and start the job that makes its PDF."""
    filing = editable_filing(filing_id)
    if made_before() is None:
        try:
            version = generate(db.session(), filing, actor(), clock.now())
        except NotReady as not_ready:
            db.session.rollback()
            return _page(own_filing(filing_id), not_ready), 422
        remember(version.id)
        job = queue.enqueue(db.session(), "generate_material", version.id)
        job_id = job.id
        db.session.commit()
        reach("version_committed")
        queue.wake(job_id)
        reach("worker_woken")
    if is_fragment():
        return _page(own_filing(filing_id))
    return redirect(url_for("filing.materials", filing_id=filing_id), 303)


@blueprint.get("/filings/<uuid:filing_id>/materials/<version_no>.pdf")
@role("legal", "item_handler")
def material_pdf(filing_id: uuid.UUID, version_no: str) -> ResponseReturnValue:
    """Send the PDF of a finished version."""
    filing = own_filing(filing_id)
    return send_version(filing, version_no)


def send_version(filing: Filing, version_no: str) -> ResponseReturnValue:
    """Send the PDF of a version of this filing, else answer 404."""
    versions = read_versions(db.session(), filing.id)
    version = next((v for v in versions if v.version_no == version_no and v.has_pdf), None)
    if version is None or version.pdf_sha256 is None:
        abort(404)
    name = f"{kind_of(filing).title}_{filing.name}_{version_no}.pdf"
    return send_pdf(version.pdf_sha256, name, inline="download" not in request.args)
