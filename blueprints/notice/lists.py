"""Published lists, the public register of carriers, and their certificates."""

import uuid
from datetime import timedelta

import segno
from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from blueprints import printing
from blueprints.access import public
from blueprints.filing.page import is_fragment
from blueprints.limits import at_most
from blueprints.notice import blueprint
from extensions import db
from filings.review.printouts import find_printout
from jobs import queue
from models.carrier import Carrier
from models.recommendation import Publication, PublicationEntry

PAGE_ROWS = 50
LAST_PAGE = 1_000_000


@blueprint.get("/lists")
@public
def published_lists() -> str:
    """List what was published, the newest first."""
    newest = select(Publication).options(joinedload(Publication.office), selectinload(Publication.entries))
    found = db.session.scalars(newest.order_by(Publication.published_on.desc())).all()
    return render_template("notice/lists.html", publications=found)


@blueprint.get("/lists/<uuid:publication_id>")
@public
def published_list(publication_id: uuid.UUID) -> str:
    """Show one published list."""
    options = selectinload(Publication.entries).joinedload(PublicationEntry.carrier)
    query = select(Publication).where(Publication.id == publication_id)
    found = db.session.scalars(query.options(options)).one_or_none() or abort(404)
    return render_template("notice/list.html", publication=found)


@blueprint.get("/register-of-carriers")
@public
def register() -> str:
    """Search the carriers that hold or held a national title."""
    words = request.args.get("q", "").strip()
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    query = select(Carrier).where(Carrier.national_state != "none")
    if words:
        query = query.where(Carrier.name.contains(words, autoescape=True) | (Carrier.certificate_no == words))
    query = query.options(joinedload(Carrier.operator), joinedload(Carrier.region))
    query = query.order_by(Carrier.region_code, Carrier.name, Carrier.id)
    rows = db.session.scalars(query.limit(PAGE_ROWS + 1).offset((page - 1) * PAGE_ROWS)).all()
    return render_template(
        "notice/register.html", carriers=rows[:PAGE_ROWS], words=words, number=page,
        has_more=len(rows) > PAGE_ROWS,
    )  # fmt: skip


@blueprint.get("/certificates/<string(maxlength=50):certificate_no>")
@public
def certificate(certificate_no: str) -> str:
    """Show the certificate of a carrier with a QR code that leads back here, and its PDF."""
    carrier, entry = _certified(certificate_no)
    document = printing.certificate_of(carrier, entry)
    printout = find_printout(db.session(), "certificate", document)
    template = "notice/_certificate_printout.html" if is_fragment() else "notice/certificate.html"
    picture = segno.make(document["link"], error="m").svg_data_uri(scale=4, border=0)
    return render_template(
        template, carrier=carrier, entry=entry, picture=picture, link=document["link"], printout=printout
    )


@blueprint.post("/certificates/<string(maxlength=50):certificate_no>/pdf")
@public
@at_most(20, timedelta(hours=1))
def print_certificate(certificate_no: str) -> ResponseReturnValue:
    """Have a certificate that is good made into a PDF; it is made once, whoever asks."""
    carrier, entry = _certified(certificate_no)
    if carrier.revoked_on is not None:
        abort(409, "这个资格已被取消，不能再生成证书。")
    job_ids = printing.order("certificate", [printing.certificate_of(carrier, entry)])
    db.session.commit()
    queue.wake_all(job_ids)
    return redirect(url_for("notice.certificate", certificate_no=certificate_no), 303)


@blueprint.get("/certificates/<string(maxlength=50):certificate_no>.pdf")
@public
def certificate_pdf(certificate_no: str) -> ResponseReturnValue:
    """Send the PDF of a certificate that is good."""
    carrier, entry = _certified(certificate_no)
    if carrier.revoked_on is not None:
        abort(404)
    return printing.send_printout(
        "certificate", printing.certificate_of(carrier, entry), f"证书_{certificate_no}.pdf"
    )


def _certified(certificate_no: str) -> tuple[Carrier, PublicationEntry | None]:
    """Return the carrier of a certificate and where it was published, if here; else answer 404."""
    query = select(Carrier).where(Carrier.certificate_no == certificate_no)
    carrier = db.session.scalars(query).one_or_none() or abort(404)
    published = select(PublicationEntry).where(PublicationEntry.certificate_no == certificate_no)
    return carrier, db.session.scalars(published).one_or_none()
