"""What the machine notices before anybody reads: things claimed twice, and figures that jumped.

What a filing claims is noted at submission as small indexed rows, so that a filing among 100,000 is looked
through with as many statements, and as fast, as one among ten.
"""

import hashlib
import re
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.orm import Session, aliased

from filings.documents import Document, anchor_of, find_part
from filings.kinds import kind_of
from filings.review.inbox import came_before
from filings.samerows import plain_key
from forms.formats import show_number
from models.filing import Filing
from models.fingerprint import Fingerprint
from models.office import Office
from models.unit import Unit
from policies import UNSEEN_STATUSES

NO_TABLE: Document = {"columns": [], "rows": []}
MATCHES_READ = 300
OTHERS_NAMED = 3
WHAT_TEXTS = {"uscc": "统一社会信用代码", "person": "人员", "address": "场地地址", "file": "附件"}
_REGION_IN_FRONT = re.compile(r"^[^0-9]{2,7}?(省|自治区)(?=.)|^[^0-9省区]{2,6}?市(?=.)")


@dataclass(frozen=True)
class Hint:
    """Something to look at, at one place. `links` lead to other filings the office may read: (filing, words)."""

    place: str
    code: str
    text: str
    links: tuple[tuple[uuid.UUID, str], ...] = ()

    @property
    def anchor(self) -> str:
        return anchor_of(self.place)

    @property
    def part(self) -> str:
        return self.place.split("/")[0]


def note_fingerprints(session: Session, filing: Filing, document: Document) -> None:
    """Note what the filing claims as submitted now, instead of what it claimed before."""
    session.execute(delete(Fingerprint).where(Fingerprint.filing_id == filing.id))
    rows = [
        {"id": uuid.uuid4(), "filing_id": filing.id, "batch_id": filing.batch_id, "what": what,
         "mark": hashlib.sha256(key.encode()).hexdigest(), "place": place, "text": text[:300]}
        for what, key, place, text in claims_of(filing, document)
    ]  # fmt: skip
    if rows:
        session.execute(insert(Fingerprint), rows)


def claims_of(filing: Filing, document: Document) -> Iterator[tuple[str, str, str, str]]:
    """Yield (what, normal form, place, text) of everything that should be in one filing of a batch only."""
    for claim in kind_of(filing).claims:
        part = find_part(document, claim.table)
        table = part.table if part and part.table else NO_TABLE
        for row in table["rows"]:
            cells = dict(zip((column["name"] for column in table["columns"]), row["cells"], strict=True))
            values = [str(cells[name]["value"] or "") for name in claim.fields if name in cells]
            if values and all(values):
                place = f"{claim.table}/{row['id']}/{claim.fields[0]}"
                shown = " · ".join(cells[name]["text"] for name in claim.fields)
                yield claim.what, _normal(claim.what, values), place, shown
    for file in document["attachments"]:
        owner = f"{file['table']}/{file['row']}" if file["row"] else file["tab"]
        yield "file", file["sha256"], f"{owner}/{file['slot']}", f"附件 {file['no']} {file['title']}"


def _normal(what: str, values: Sequence[str]) -> str:
    if what == "address":
        values = [_REGION_IN_FRONT.sub("", _REGION_IN_FRONT.sub("", value.strip())) for value in values]
    return "|".join(plain_key(value) for value in values)


def find_hints(session: Session, filing: Filing, office: Office) -> list[Hint]:
    """List what stands out in the filing; of other filings only what the office may read is told."""
    return [
        *_used_twice(session, filing),
        *_claimed_elsewhere(session, filing, office),
        *_jumps(session, filing),
    ]


def _used_twice(session: Session, filing: Filing) -> Iterator[Hint]:
    """Find files that prove several things in this filing."""
    mine, other = aliased(Fingerprint), aliased(Fingerprint)
    query = (
        select(mine.place, other.text)
        .join(other, (other.filing_id == mine.filing_id) & (other.mark == mine.mark) & (other.id != mine.id))
        .where(mine.filing_id == filing.id, mine.what == "file", other.what == "file")
        .order_by(mine.place, other.place).limit(MATCHES_READ)
    )  # fmt: skip
    others: defaultdict[str, list[str]] = defaultdict(list)
    for place, text in session.execute(query):
        others[place].append(text)
    for place, texts in others.items():
        more = f"等 {len(texts)} 处" if len(texts) > OTHERS_NAMED else ""
        yield Hint(
            place, "W_FILE_TWICE", f"同一份文件在本申报中还用作「{'」「'.join(texts[:OTHERS_NAMED])}」{more}"
        )


def _claimed_elsewhere(session: Session, filing: Filing, office: Office) -> Iterator[Hint]:
    """Find what another filing of the batch claims, too."""
    mine, other = aliased(Fingerprint), aliased(Fingerprint)
    query = (
        select(mine.place, mine.what, mine.text, Filing.id, Filing.name, Unit.name, and_(*came_before(office)))
        .join(other, (other.batch_id == mine.batch_id) & (other.what == mine.what) & (other.mark == mine.mark))
        .join(Filing, Filing.id == other.filing_id)
        .join(Unit, Unit.id == Filing.unit_id)
        .where(mine.filing_id == filing.id, other.filing_id != filing.id,
               Filing.status.not_in(UNSEEN_STATUSES))
        .order_by(mine.place, Filing.name, Filing.id).limit(MATCHES_READ)
    )  # fmt: skip
    found: defaultdict[tuple[str, str, str], dict[uuid.UUID, str]] = defaultdict(dict)
    for place, what, text, filing_id, name, unit, may_read in session.execute(query):
        found[(place, what, text)][filing_id] = f"{name}（{unit}）" if may_read else ""
    for (place, what, text), others in found.items():
        yield _elsewhere(place, what, text, others)


def _elsewhere(place: str, what: str, text: str, others: dict[uuid.UUID, str]) -> Hint:
    named = tuple((filing_id, words) for filing_id, words in others.items() if words)
    hidden = len(others) - len(named)
    who = [f"「{words}」" for _, words in named[:OTHERS_NAMED]]
    if len(named) > OTHERS_NAMED:
        who.append(f"另 {len(named) - OTHERS_NAMED} 家")
    if hidden:
        who.append(f"本机构不能查看的另 {hidden} 家")
    subject = "这份文件" if what == "file" else f"{WHAT_TEXTS[what]}「{text}」"
    maybe = "，可能是同一人" if what == "person" else ""
    return Hint(place, f"W_{what.upper()}_ELSEWHERE", f"{subject}在本批次也由{'、'.join(who)}申报{maybe}",
                   named[:OTHERS_NAMED])  # fmt: skip


def _jumps(session: Session, filing: Filing) -> Iterator[Hint]:
    """Find derived values far from those of the carrier's last approved filing.

    `batch.limits["jumps"]` maps a derived value to the change, in percent, from which on it is noticed.
    """
    thresholds: dict[str, Any] = filing.batch.limits.get("jumps", {})
    if filing.carrier_id is None or not thresholds:
        return
    query = select(Filing).where(
        Filing.carrier_id == filing.carrier_id, Filing.kind == filing.kind, Filing.status == "approved",
        Filing.id != filing.id,
    ).order_by(Filing.submitted_at.desc()).limit(1)  # fmt: skip
    last = session.scalars(query).first()
    if last is None:
        return
    before, now = last.submitted_values.get("derived", {}), filing.submitted_values.get("derived", {})
    labels = {derived.name: (tab.name, derived) for tab in kind_of(filing).tabs for derived in tab.derived}
    for name, percent in thresholds.items():
        old, new = _number(before.get(name)), _number(now.get(name))
        if name not in labels or old is None or new is None or old <= 0:
            continue
        change = (new - old) / old * 100
        if abs(change) >= Decimal(str(percent)):
            tab, derived = labels[name]
            yield Hint(
                f"{tab}/{name}", "W_JUMP",
                f"{derived.label}由上次通过时（{last.batch.name}）的 {show_number(old)} 变为 {show_number(new)}，"
                f"{'增' if change > 0 else '减'} {show_number(abs(change).quantize(Decimal(1)))} %",
            )  # fmt: skip


def _number(text: Any) -> Decimal | None:
    try:
        return Decimal(str(text)) if text not in (None, "") else None
    except InvalidOperation:
        return None
