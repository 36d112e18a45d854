"""A clerk at a desk of a running site, with acts that can be done again and again and counted afterwards."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from models.event import Event
from models.material_version import MaterialVersion
from models.pending_file import PendingFile
from models.staff import Mentor
from models.table_import import TableImport
from tests import completing, served
from tests.faults.http_clerk import Answer
from tests.faults.site import Site
from tests.sheets import clipboard, workbook

LINES = 200  # of an import


def mentors(mark: str) -> str:
    """Write LINES mentors as Excel puts them on the clipboard."""
    lines = [[f"{mark} {number}", "启航公司", "经理", "财务"] for number in range(LINES)]
    return clipboard([["姓名", "所在单位", "职务", "服务领域"], *lines])


def pdfs(names: Sequence[str]) -> dict[str, bytes]:
    """Make a PDF for every name."""
    return {name: completing.small_pdf(name) for name in names}


def posted(files: Mapping[str, bytes]) -> list[FileStorage]:
    """Make files ready to be posted once."""
    return [FileStorage(BytesIO(data), name) for name, data in files.items()]


class Desk:
    """A clerk, his filing, and what he can do with it; `count` tells how often it was done."""

    def __init__(self, site: Site, login: str) -> None:
        self.site, self.clerk = site, site.sign_in(login)
        self.filing = self.clerk.open_filing()
        self.row = self.new_row("一号楼")

    @property
    def filing_id(self) -> uuid.UUID:
        return uuid.UUID(self.filing.rsplit("/", 1)[1])

    def new_row(self, address: str) -> str:
        return self.add_row(address, "").headers["Location"].split("#venue_rows-")[1]

    def add_row(self, address: str, key: str) -> Answer:
        answers = completing.VENUE | {"address": address, "idempotency_key": key}
        return self.clerk.post(f"{self.filing}/venue_rows", answers, htmx=bool(key))

    def save_row(self, address: str) -> Answer:
        return self.clerk.post(
            f"{self.filing}/venue_rows/{self.row}", completing.VENUE | {"address": address}, htmx=True
        )

    def save_tab(self, text: str, key: str) -> Answer:
        answers = {"service_capability_text": text, "idempotency_key": key}
        return self.clerk.post(f"{self.filing}/service_capability", answers)

    def upload(self, name: str) -> Answer:
        path = f"{self.filing}/venue_rows/{self.row}/files/evidence_file"
        return self.clerk.upload(path, completing.small_pdf(name), f"{name}.pdf", htmx=True)

    def read_workbook(self) -> Answer:
        path = f"{self.filing}/venue_rows/import"
        return self.clerk.upload(path, workbook([["场地地址"], ["二号楼"]]), "场地.xlsx")

    def paste(self, mark: str, key: str) -> Answer:
        answers = {"block": mentors(mark), "idempotency_key": key}
        return self.clerk.post(f"{self.filing}/mentors/import", answers)

    def confirm(self, preview: str) -> Answer:
        return self.clerk.post(f"{preview}/confirmation")

    def undo(self, preview: str) -> Answer:
        return self.clerk.post(f"{preview}/undo")

    def previews(self) -> int:
        """Count the blocks of mentors that wait for their confirmation."""
        mine = (TableImport.filing_id == self.filing_id, TableImport.table_name == "mentors")
        with self.site.session() as session:
            query = select(func.count()).where(*mine, TableImport.confirmed_at.is_(None))
            return session.scalar(query) or 0

    def imported(self, mark: str) -> int:
        """Count the lines of an import that are rows now."""
        mine = (Mentor.name.like(f"{mark} %"), Mentor.removed_at.is_(None))
        with self.site.session() as session:
            return session.scalar(select(func.count()).where(*mine)) or 0

    def send_evidence(self, files: Mapping[str, bytes]) -> Answer:
        return self.clerk.post(f"{self.filing}/evidence", {"file": posted(files)})

    def waiting(self, names: Iterable[str]) -> list[PendingFile]:
        """Return what waits for its place under these names."""
        mine = (PendingFile.filing_id == self.filing_id, PendingFile.placed_at.is_(None))
        with self.site.session() as session:
            return list(session.scalars(select(PendingFile).where(*mine, PendingFile.name.in_(names))))

    def place(self, files: Sequence[PendingFile], rows: Sequence[str], key: str) -> Answer:
        """Put every file to the row beside it, in place of what is there."""
        ids = [str(file.id) for file in files]
        places = {
            f"place-{one}": f"venue_rows/{row}/evidence_file" for one, row in zip(ids, rows, strict=True)
        }
        answers = {"file": ids, "replace": ids, "idempotency_key": key}
        return self.clerk.post(f"{self.filing}/evidence/placement", answers | places)

    def count(self, column: Any, value: str) -> int:
        with self.site.session() as session:
            return session.scalar(select(func.count()).where(column == value)) or 0


class CompleteDesk(Desk):
    """A clerk whose filing may be generated and handed in."""

    def __init__(self, site: Site, login: str) -> None:
        super().__init__(site, login)
        completing.complete(self.clerk, self.filing)  # type: ignore[arg-type]
        self.upload("lease")

    def generate(self, key: str) -> Answer:
        return self.clerk.post(f"{self.filing}/materials", {"idempotency_key": key})

    def versions(self) -> list[MaterialVersion]:
        with self.site.session() as session:
            mine = select(MaterialVersion).where(MaterialVersion.filing_id == self.filing_id)
            return list(session.scalars(mine.order_by(MaterialVersion.number)))

    def wait_for_pdf(self) -> MaterialVersion:
        served.wait_until(lambda: self.versions()[-1].is_finished, self.site.served.said)
        version = self.versions()[-1]
        assert version.state == "ready", version.failure
        return version

    def submit(self, office: str, key: str) -> Answer:
        answers = {"receiving_office": office, "confirm_conditions": "yes", "idempotency_key": key}
        return self.clerk.post(f"{self.filing}/submission", answers)

    def submissions(self) -> int:
        with self.site.session() as session:
            mine = (Event.stream_id == self.filing_id, Event.act == "submit")
            return session.scalar(select(func.count(Event.id)).where(*mine)) or 0

    def take_back(self) -> None:
        for act in ("withdrawal", "resumption"):
            assert self.clerk.post(f"{self.filing}/{act}").status_code == 303
