"""Letters (推荐函 with 推荐汇总表) and certificates as frozen documents, and the order to print one."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.formats import show_long_date
from models.carrier import Carrier
from models.printout import Printout
from models.recommendation import PublicationEntry, Recommendation

Document = dict[str, Any]


def letter_document(letter: Recommendation) -> Document:
    """Return what a letter and its table say; the rows are dicts in the order of the table."""
    return {
        "letter_no": letter.letter_no, "day": show_long_date(letter.letter_on), "batch": letter.batch.name,
        "office": letter.office.name, "to_office": letter.to_office.name, "quota": letter.quota,
        "over_quota_reason": letter.over_quota_reason,
        "rows": [
            {"place": entry.place, "name": entry.filing.name, "operator": entry.filing.unit.name,
             "uscc": entry.filing.unit.uscc, "region": entry.filing.region.full_name,
             "expert_score": entry.expert_score, "publicity_note": entry.publicity_note}
            for entry in letter.entries
        ],
    }  # fmt: skip


def certificate_document(carrier: Carrier, entry: PublicationEntry | None, link: str) -> Document:
    """Return what the certificate of a carrier says; `link` is its public address, printed as a QR code.

    `entry` None: the title is older than the lists published here.
    """
    return {
        "title": carrier.title_text, "name": carrier.name, "operator": carrier.operator.name,
        "region": carrier.region.full_name, "certificate_no": carrier.certificate_no,
        "day": show_long_date(carrier.certified_on) if carrier.certified_on else "",
        "document_no": entry.publication.document_no if entry else "",
        "office": entry.publication.office.name if entry else "", "link": link,
    }  # fmt: skip


def find_printout(session: Session, kind: str, document: Document) -> Printout | None:
    """Return the printout of a document; None when nobody has ordered it."""
    return session.scalars(select(Printout).where(Printout.digest == _digest(kind, document))).one_or_none()


def order_printout(session: Session, kind: str, document: Document, now: datetime) -> Printout:
    """Return the printout of a document, made new when there is none or the last attempt failed."""
    printout = find_printout(session, kind, document)
    if printout is not None and printout.state == "failed":
        session.delete(printout)
        session.flush()  # the digest is unique
        printout = None
    if printout is None:
        printout = Printout(
            id=uuid.uuid4(), kind=kind, digest=_digest(kind, document), document=document, created_at=now
        )
        try:
            with session.begin_nested():
                session.add(printout)
        except IntegrityError:  # somebody was faster
            return session.scalars(select(Printout).where(Printout.digest == _digest(kind, document))).one()
    return printout


def _digest(kind: str, document: Document) -> str:
    text = json.dumps([kind, document], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
