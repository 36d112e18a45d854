"""Evidence in bulk: many files at once, places proposed by their names, one confirmation."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from blueprints.access import actor, editable_filing, own_filing, role, streams, takes_up_to
from blueprints.filing import blueprint
from blueprints.filing.files import LARGEST_UPLOAD, stored
from blueprints.filing.page import FilingPage, is_fragment, render
from blueprints.idempotency import remember, was_done
from blueprints.ids import read_id, read_ids
from blueprints.received import admit_posted
from blueprints.storage import send_pdf
from extensions import clock, db
from failpoints import reach
from files.admission import Admitted
from files.names import safe_folder, safe_name, shown_name
from files.refusals import Refused
from filings.bulk import evidence
from filings.bulk.evidence import PendingView, TooMany, Upload, Wish
from models.filing import Filing
from models.pending_file import PendingFile

EVIDENCE = "/filings/<uuid:filing_id>/evidence"
ONE = f"{EVIDENCE}/<uuid:file_id>"
FILES_AT_ONCE = 20  # by a plain form; a script sends them one by one
PAGE_FILES = 200
PLACE = "place-"  # and the id of a file: where it was said to belong


@dataclass(frozen=True)
class Result:
    """What became of one posted file: waiting for its place, or refused."""

    name: str
    pending: PendingFile | None = None
    refused: Refused | None = None


@blueprint.get(EVIDENCE)
@role("legal", "item_handler")
def pending_files(filing_id: uuid.UUID) -> str:
    """Show what waits for its place, and take more."""
    return _page(editable_filing(filing_id))


def _page(filing: Filing, results: Sequence[Result] = ()) -> str:
    views, places = evidence.view_waiting(db.session(), filing)
    pages = max(1, -(-len(views) // PAGE_FILES))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    fragment = "_evidence_placed.html" if request.method == "POST" else "_evidence_pending.html"
    template = f"filing/{fragment}" if is_fragment() else "filing/evidence.html"
    return render(
        template, FilingPage(filing), views=views[(number - 1) * PAGE_FILES : number * PAGE_FILES],
        count=len(views), hands=sum(view.needs_hand for view in views), pages=pages, number=number, places=places,
        placed=evidence.read_placed(db.session(), filing), results=results, opened=request.args.get("open"),
        just_placed=request.path.endswith("/placement"), only=request.values.get("table", ""), most=FILES_AT_ONCE,
    )  # fmt: skip


@blueprint.post(EVIDENCE)
@role("legal", "item_handler")
@streams
@takes_up_to(LARGEST_UPLOAD)
def upload_evidence(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Admit every posted file, outside any transaction, and let those that came in wait for their place."""
    _require_room(editable_filing(filing_id))
    db.start_reading()
    posted = [file for file in request.files.getlist("file") if file.filename]
    admitted = [(file.filename or "", _admitted(file, at < FILES_AT_ONCE)) for at, file in enumerate(posted)]
    db.start_writing()
    filing = editable_filing(filing_id)
    results = [_kept(filing, name, outcome) for name, outcome in admitted]
    db.session.commit()
    reach("evidence_committed")
    return _answer(filing, results or [Result("", refused=Refused("E_REQUIRED", "请先选择文件，再点上传"))])


def _require_room(filing: Filing) -> None:
    try:
        evidence.require_room(db.session(), filing)
    except TooMany as too_many:
        abort(422, f"{too_many}。")


def _admitted(file: FileStorage, has_turn: bool) -> Admitted | Refused:
    try:
        if not has_turn:
            raise Refused("E_FILE_COUNT", f"一次最多上传 {FILES_AT_ONCE} 份，这一份没有上传，请再选一次")
        return admit_posted(file)
    except Refused as refused:
        return refused
    finally:
        file.close()


def _kept(filing: Filing, name: str, outcome: Admitted | Refused) -> Result:
    if isinstance(outcome, Refused):
        return Result(shown_name(name), refused=outcome)
    only = request.form.get("table", "")
    known = {table.name for table in FilingPage(filing).kind.tables}
    upload = Upload(safe_name(name), safe_folder(name), only if only in known else "")
    try:
        pending = evidence.keep(db.session(), filing, stored(outcome), upload, actor(), clock.now())
    except TooMany as too_many:
        return Result(upload.name, refused=Refused("E_FILE_COUNT", str(too_many)))
    return Result(upload.name, pending)


def _answer(filing: Filing, results: Sequence[Result]) -> ResponseReturnValue:
    refusals = [result.refused for result in results if result.refused]
    codes = {refused.code for refused in refusals}
    # A script offers to try again what has to wait.
    status = {(): 201, ("E_FILE_SIZE",): 413, ("E_FILE_BUSY",): 429}.get(tuple(codes), 422)
    if is_fragment():
        return render("filing/_evidence_result.html", FilingPage(filing), results=results), status
    if refusals:
        return _page(filing, results), status
    return redirect(url_for("filing.pending_files", filing_id=filing.id) + "#pending", 303)


@blueprint.get(f"{EVIDENCE}/known")
@role("legal", "item_handler")
def known_evidence(filing_id: uuid.UUID) -> ResponseReturnValue:
    """List what came in already, so that a script that goes on after a broken line sends nothing twice."""
    known = evidence.known_files(db.session(), editable_filing(filing_id))
    lines = "".join(f"{sha256} {name}\n" for sha256, name in known)
    return lines, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get(f"{ONE}.pdf")
@role("legal", "item_handler")
def pending_pdf(filing_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Show a waiting file."""
    pending = _find(own_filing(filing_id), file_id)
    return send_pdf(pending.file.clean_sha256, pending.name)


def _find(filing: Filing, file_id: uuid.UUID) -> PendingFile:
    pending = db.session.get(PendingFile, file_id)
    if pending is None or pending.filing_id != filing.id or pending.placed_at is not None:
        abort(404)
    return pending


@blueprint.get(ONE)
@role("legal", "item_handler")
def open_pending_file(filing_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Offer all places of the filing for one file."""
    filing = editable_filing(filing_id)
    _find(filing, file_id)
    if is_fragment():
        return _row(filing, file_id, opened=str(file_id))
    address = url_for("filing.pending_files", filing_id=filing_id, open=file_id)
    return redirect(f"{address}#pending-{file_id}", 303)


def _row(filing: Filing, file_id: uuid.UUID, opened: str = "") -> str:
    views, places = evidence.view_waiting(db.session(), filing)
    view: PendingView = next(view for view in views if view.pending.id == file_id)
    return render("filing/_evidence_row.html", FilingPage(filing), view=view, places=places, opened=opened)


@blueprint.post(ONE)
@role("legal", "item_handler")
def choose_place(filing_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Note where a file belongs; it goes there with the confirmation."""
    filing = editable_filing(filing_id)
    evidence.choose(_find(filing, file_id), request.form.get(f"{PLACE}{file_id}", "")[:130])
    db.session.commit()
    if is_fragment():
        return _row(filing, file_id)
    return redirect(url_for("filing.pending_files", filing_id=filing_id) + f"#pending-{file_id}", 303)


@blueprint.post(f"{EVIDENCE}/placement")
@role("legal", "item_handler")
def place_evidence(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Put all ticked files where they were said to belong."""
    filing = editable_filing(filing_id)
    if not was_done():
        evidence.note_choices(db.session(), filing, _places())
        evidence.place_files(db.session(), filing, _wishes(), actor(), clock.now())
        remember()
        db.session.commit()
        reach("placement_committed")
    return _pending(filing)


def _wishes() -> list[Wish]:
    replacing, places = set(_ticked("replace")), _places()
    return [Wish(one, places.get(one, ""), one in replacing) for one in _ticked("file")]


def _places() -> dict[uuid.UUID, str]:
    """Return what is chosen for every file of the page, ticked or not."""
    marked = [name for name in request.form if name.startswith(PLACE)]
    ids = {name: read_id(name.removeprefix(PLACE)) for name in marked}
    return {file_id: request.form[name][:130] for name, file_id in ids.items() if file_id is not None}


@blueprint.post(f"{EVIDENCE}/discard")
@role("legal", "item_handler")
def discard_evidence(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Let the ticked files wait no longer."""
    filing = editable_filing(filing_id)
    evidence.discard(db.session(), filing, _ticked("file"))
    db.session.commit()
    return _pending(filing)


def _ticked(name: str) -> list[uuid.UUID]:
    return read_ids(request.form.getlist(name))


def _pending(filing: Filing) -> ResponseReturnValue:
    if is_fragment():
        return _page(filing)
    return redirect(url_for("filing.pending_files", filing_id=filing.id) + "#pending", 303)
