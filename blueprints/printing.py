"""Ordering a printout and sending it, the same for letters and certificates."""

import uuid

from flask import Response, abort, current_app, url_for

from blueprints.storage import send_pdf
from extensions import clock, db
from filings.review.printouts import Document, certificate_document, find_printout, order_printout
from jobs import queue
from models.carrier import Carrier
from models.recommendation import Publication, PublicationEntry


def order(kind: str, documents: list[Document]) -> list[uuid.UUID]:
    """Have documents printed, each once; the caller has the write lock, commits, and calls `queue.wake_all`."""
    printouts = [order_printout(db.session(), kind, document, clock.now()) for document in documents]
    return [
        queue.enqueue(db.session(), "print_out", printout.id).id
        for printout in printouts
        if not printout.is_finished
    ]


def send_printout(kind: str, document: Document, name: str) -> Response:
    """Send the PDF of a document; 404 while there is none."""
    printout = find_printout(db.session(), kind, document)
    if printout is None or printout.pdf_sha256 is None:
        abort(404)
    return send_pdf(printout.pdf_sha256, name)


def certificate_of(carrier: Carrier, entry: PublicationEntry | None) -> Document:
    """Return what the certificate of a carrier says now, its public address included."""
    address = url_for("notice.certificate", certificate_no=carrier.certificate_no)
    return certificate_document(carrier, entry, current_app.config["SETTINGS"].public_url + address)


def certificates_of(publication: Publication) -> list[Document]:
    """Return the certificates of all carriers on a published list."""
    return [certificate_of(entry.carrier, entry) for entry in publication.entries]
