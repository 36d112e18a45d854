"""A small installation with everything in it that the deep checks look at."""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from files.storage import FolderStorage
from filings.editing import rejudge_filing
from filings.snapshot import content_hash, snapshot
from models.account import Account
from models.attachment import Attachment
from models.event import Actor
from models.job import Job
from models.makerspace_filing import MakerspaceFiling
from models.material_version import MaterialVersion
from models.stored_file import StoredFile
from models.venue import Venue
from tests.build import NOW, build_account, build_carrier, build_filing, build_row, reference_office


@dataclass
class Installation:
    """One unit whose filing has a row with a file, three versions, and was handed in with the second."""

    session: Session
    storage: FolderStorage
    account: Account
    filing: MakerspaceFiling
    row: Venue
    attachment: Attachment
    versions: list[MaterialVersion]
    job: Job

    @property
    def submitted(self) -> MaterialVersion:
        return self.versions[1]


def build_installation(session: Session, storage: FolderStorage) -> Installation:
    account = build_account(session)
    filing = build_filing(session, unit=account.unit, carrier=build_carrier(session, account.unit))
    row = build_row(session, filing, Venue, address="科韵路 16 号")
    attachment = _attach(session, storage, filing, row)
    rejudge_filing(session, filing)
    versions = [_version(session, storage, filing, account, number) for number in (1, 2)]
    actor = Actor(account.id, account.login_name, "legal")
    filing.submit(versions[1], reference_office(session), {}, actor, NOW)
    versions.append(_version(session, storage, filing, account, 3, "queued"))
    job = Job(task="generate_material", target_id=versions[2].id, created_at=NOW)
    session.add(job)
    session.commit()
    return Installation(session, storage, account, filing, row, attachment, versions, job)


def put(storage: FolderStorage, content: bytes) -> str:
    temp = storage.new_temp()
    temp.write_bytes(content)
    return storage.put(temp)


def _attach(session: Session, storage: FolderStorage, filing: MakerspaceFiling, row: Venue) -> Attachment:
    original, clean = put(storage, b"original"), put(storage, b"clean copy")
    session.add(StoredFile(sha256=original, size=8, clean_sha256=clean, clean_size=10, pages=1, notes=[],
                           created_at=NOW))  # fmt: skip
    session.flush()
    attachment = Attachment(filing_id=filing.id, owner_id=row.id, slot="evidence_file", name="租赁合同.pdf",
                            sha256=original, uploaded_at=NOW)  # fmt: skip
    session.add(attachment)
    session.flush()
    return attachment


def _version(session: Session, storage: FolderStorage, filing: MakerspaceFiling, account: Account,
             number: int, state: str = "ready") -> MaterialVersion:  # fmt: skip
    document = snapshot(session, filing)
    version = MaterialVersion(
        id=uuid.uuid4(), filing_id=filing.id, number=number, version_no=f"ZCKJ-2021-000001-{number:03d}-0000",
        snapshot=document, content_hash=content_hash(document), generated_at=NOW,
        generated_by_id=account.id, state=state,
    )  # fmt: skip
    if state == "ready":
        content = f"material {number}".encode()
        version.pdf_sha256, version.pdf_size, version.page_count = put(storage, content), len(content), 1
    session.add(version)
    session.flush()
    return version
