"""A client who works at every part of a draft: rows, their files, tabs, imports, evidence in bulk."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select

from models.attachment import Attachment
from models.makerspace_filing import MakerspaceFiling
from models.pending_file import PendingFile
from models.staff import Mentor
from models.stored_file import StoredFile
from models.tab_state import TabState
from models.venue import Venue
from tests import completing
from tests.faults.clients import Client, differing, whole
from tests.faults.desks import LINES, mentors, pdfs, posted

MOST_ROWS = 30
SENT_AT_ONCE = 2  # files


class Editor(Client):
    """Does one act after the other; what depends on rows waits until there are some."""

    def act(self) -> None:
        rows = list(self.ledger.rows)
        act = self.random.choice(
            [self.add, self.change, self.change, self.upload, self.remove, self.save_tab, self.mistype,
             self.import_or_undo, self.send_or_place]
        )  # fmt: skip
        if len(rows) >= MOST_ROWS:
            act = self.remove
        if not rows:
            act = self.add
        act()

    def address(self) -> str:
        return f"科韵路 {self.random.getrandbits(60)} 号"

    def add(self) -> None:
        address = self.address()
        answer = self.write("venue_rows", completing.VENUE | {"address": address}, 303)
        self.ledger.rows[answer.headers["Location"].split("#venue_rows-")[1]] = address

    def change(self) -> None:
        row, address = self.random.choice(list(self.ledger.rows)), self.address()
        self.write(f"venue_rows/{row}", completing.VENUE | {"address": address}, 303)
        self.ledger.rows[row] = address

    def remove(self) -> None:
        row = self.random.choice(list(self.ledger.rows))
        # Repeated after it was done, the row is not there any more.
        self.write(f"venue_rows/{row}/removal", {}, 303, 404)
        del self.ledger.rows[row]
        self.ledger.files.pop(row, None)

    def upload(self) -> None:
        row = self.random.choice(list(self.ledger.rows))
        data = completing.small_pdf(self.address())
        path = f"{self.filing}/venue_rows/{row}/files/evidence_file"
        self.insist(lambda: self.clerk.upload(path, data), 303)
        self.ledger.writes += 1
        self.ledger.files[row] = hashlib.sha256(data).hexdigest()

    def save_tab(self) -> None:
        tab, text = self.random.choice(completing.TEXT_TABS), f"本年度的安排：{self.address()}。" * 20
        self.write(tab, {f"{tab}_text": text}, 303)
        self.ledger.answers[f"{tab}_text"] = text

    def mistype(self) -> None:
        """Type something that does not parse: it is refused and kept as typed, the rest is stored."""
        name, mobile = f"众创空间 {self.random.getrandbits(60)}", f"{self.random.getrandbits(30)} 转 8"
        typed = completing.BASIC_INFO | {"makerspace_name": name, "contact_mobile": mobile}
        self.write("basic_info", typed, 422)
        self.ledger.answers["makerspace_name"] = name
        self.ledger.unparsed["contact_mobile"] = mobile

    def import_or_undo(self) -> None:
        """Import LINES lines, or take back those that are there, so that there are never more."""
        if self.ledger.imports:
            preview, _names = self.ledger.imports.popitem()
            self.write(f"{preview}/undo", {}, 303)
            return
        mark = f"导师 {self.random.getrandbits(60)}"
        answer = self.write("mentors/import", {"block": mentors(mark)}, 303)
        preview = answer.headers["Location"].removeprefix(f"{self.filing}/")
        self.write(f"{preview}/confirmation", {}, 303)
        self.ledger.imports[preview] = [f"{mark} {number}" for number in range(LINES)]

    def send_or_place(self) -> None:
        """Send files in bulk, or put those that wait to rows, over what is there."""
        if self.ledger.waiting:
            self._place()
            return
        files = pdfs([f"{self.random.getrandbits(60)}.pdf" for _ in range(SENT_AT_ONCE)])
        self.insist(lambda: self.clerk.post(f"{self.filing}/evidence", {"file": posted(files)}), 303)
        self.ledger.writes += 1
        self.ledger.waiting |= {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}

    def _place(self) -> None:
        waiting = self._waiting()
        rows = self.random.sample(list(self.ledger.rows), min(len(self.ledger.rows), len(waiting)))
        chosen = dict(zip(rows, waiting, strict=False))
        ids = [str(file.id) for file in chosen.values()]
        places = {f"place-{file.id}": f"venue_rows/{row}/evidence_file" for row, file in chosen.items()}
        self.write("evidence/placement", {"file": ids, "replace": ids} | places, 303)
        for row, file in chosen.items():
            self.ledger.files[row] = self.ledger.waiting.pop(file.name)

    def _waiting(self) -> Sequence[PendingFile]:
        mine = (PendingFile.filing_id == self.filing_id, PendingFile.placed_at.is_(None))
        with self.site.session() as session:
            return session.scalars(select(PendingFile).where(*mine).order_by(PendingFile.name)).all()

    def halves(self) -> list[str]:
        mine = (Mentor.filing_id == self.filing_id, Mentor.removed_at.is_(None))
        with self.site.session() as session:
            count = session.scalar(select(func.count()).where(*mine))
        return [f"{count} of {LINES} lines are imported"] if count not in (0, LINES) else []

    def lost(self) -> list[str]:
        lines = {name: "" for names in self.ledger.imports.values() for name in names}
        return [
            *self._lost_rows_and_files(), *self._lost_texts(),
            *differing("waiting file", self.ledger.waiting, {file.name: file.sha256 for file in self._waiting()}),
            *differing("line", lines, self._lines()),
        ]  # fmt: skip

    def _lost_rows_and_files(self) -> list[str]:
        mine = (Venue.filing_id == self.filing_id, Venue.removed_at.is_(None))
        named = select(Attachment.owner_id, Attachment.sha256, StoredFile.clean_sha256).join(StoredFile)
        with self.site.session() as session:
            rows = {str(row.id): row.address for row in session.scalars(select(Venue).where(*mine))}
            here = session.execute(named.where(Attachment.filing_id == self.filing_id)).all()
        files = {str(owner): sha256 for owner, sha256, _clean in here if str(owner) in rows}
        bytes_ = [sha256 for _owner, *both in here for sha256 in both if not whole(self.site.storage, sha256)]
        return [
            *differing("row", self.ledger.rows, rows),
            *differing("file", self.ledger.files, files),
            *(f"bytes {sha256} are not whole" for sha256 in bytes_),
        ]

    def _lost_texts(self) -> list[str]:
        with self.site.session() as session:
            filing = session.get_one(MakerspaceFiling, self.filing_id)
            answers = {name: getattr(filing, name) for name in self.ledger.answers}
            state = session.get(TabState, (self.filing_id, "basic_info"))
        kept = {name: typed["text"] for name, typed in state.unsaved_input.items()} if state else {}
        return [
            *differing("answer", self.ledger.answers, answers),
            *differing("typed", self.ledger.unparsed, kept),
        ]

    def _lines(self) -> dict[str, str]:
        mine = (Mentor.filing_id == self.filing_id, Mentor.removed_at.is_(None))
        with self.site.session() as session:
            return dict.fromkeys(session.scalars(select(Mentor.name).where(*mine)), "")
