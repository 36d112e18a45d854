"""The evidence of the submitted version: the list of files, the files, and their pages as pictures."""

import uuid

from flask import Response, abort, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from blueprints.access import assigned_filing, role
from blueprints.filing.materials import send_version
from blueprints.filing.page import is_fragment
from blueprints.review import blueprint
from blueprints.review.page import assigned_page, render
from blueprints.review.viewer import Viewer
from blueprints.storage import send_pdf, storage
from extensions import db
from files.page_images import READING, TURNS, WIDTHS, PageImages, PageUnreadable, TooBusy
from files.storage import MissingFile


@blueprint.get("/<uuid:filing_id>/evidence")
@role("reviewer")
def evidence_list(filing_id: uuid.UUID) -> str:
    """List all files of the submitted version; one of them may be open beside the list."""
    page = assigned_page(filing_id)
    viewer = Viewer.asked_for(page, "review.evidence_list")
    if is_fragment():
        return render_template("review/_viewer.html", viewer=viewer)
    return render("review/evidence.html", page, viewer=viewer)


@blueprint.get("/<uuid:filing_id>/materials/<version_no>.pdf")
@role("reviewer")
def material_pdf(filing_id: uuid.UUID, version_no: str) -> ResponseReturnValue:
    """Send the submitted 申报书."""
    found = assigned_filing(filing_id)
    if version_no != found.submitted_version_no:
        abort(404)
    return send_version(found, version_no)


@blueprint.get("/<uuid:filing_id>/evidence/<int:number>.pdf")
@role("reviewer")
def evidence(filing_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """Send one attachment of the submitted version."""
    found = assigned_page(filing_id).attachment(number) or abort(404)
    return send_pdf(found["clean_sha256"], found["name"], inline="download" not in request.args)


@blueprint.get("/<uuid:filing_id>/evidence/<int:number>/pages/<int:sheet>.webp")
@role("reviewer")
def evidence_page(filing_id: uuid.UUID, number: int, sheet: int) -> ResponseReturnValue:
    """Send one page of an attachment as a picture; one that cannot be drawn says so, as a picture too."""
    found = assigned_page(filing_id).attachment(number) or abort(404)
    width, turn = request.args.get("width", READING, type=int), request.args.get("turn", 0, type=int)
    if not 1 <= sheet <= found["pages"] or width not in WIDTHS or turn not in TURNS:
        abort(404)
    db.start_reading()  # drawing may take a while: hold no transaction meanwhile
    try:
        picture = _images().image(found["clean_sha256"], sheet, found["pages"], width, turn)
    except TooBusy:
        return _sorry("同时查看的人太多，请稍等片刻再翻页", 429)
    except (PageUnreadable, MissingFile):
        return _sorry("这一页不能显示，请下载文件查看", 422)
    return make_response(picture, 200, {"Content-Type": "image/webp"})


def _images() -> PageImages:
    if "page_images" not in current_app.extensions:
        # Reading fonts takes a library that a web process nobody asks for pages does without.
        from materials.fonts import FACES

        current_app.extensions["page_images"] = PageImages(storage(), FACES[0].path)
    images: PageImages = current_app.extensions["page_images"]
    return images


def _sorry(words: str, status: int) -> Response:
    text = render_template("review/_no_page.svg", words=words)
    return make_response(text, status, {"Content-Type": "image/svg+xml; charset=utf-8"})
