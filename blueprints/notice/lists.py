"""Published lists, the public register of carriers, and their certificates."""

import uuid

import segno
from flask import abort, current_app, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.access import public
from blueprints.notice import blueprint
from extensions import db
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
    """Show the certificate of a carrier, made for printing, with a QR code that leads back here."""
    query = select(Carrier).where(Carrier.certificate_no == certificate_no)
    carrier = db.session.scalars(query).one_or_none() or abort(404)
    address = url_for("notice.certificate", certificate_no=certificate_no)
    link = current_app.config["SETTINGS"].public_url + address
    entry = db.session.scalars(
        select(PublicationEntry).where(PublicationEntry.certificate_no == certificate_no)
    ).one_or_none()
    picture = segno.make(link, error="m").svg_data_uri(scale=4, border=0)
    return render_template(
        "notice/certificate.html", carrier=carrier, entry=entry, picture=picture, link=link
    )
