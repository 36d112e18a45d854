"""Which stored bytes the rows of a database name, and whether they are there as named."""

import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import CompoundSelect, Engine, Select, literal, select, union_all
from sqlalchemy.orm import Session

from extensions import db
from files.storage import FolderStorage, MissingFile
from models.comparison import PrintedComparison
from models.data_copy import DataCopy
from models.export import Export
from models.material_version import MaterialVersion
from models.printout import Printout
from models.stored_file import StoredFile

ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class NamedBytes:
    """Bytes that must be there: their SHA-256, their size, and in Chinese what the row calls them."""

    sha256: str
    size: int
    what: str


@contextmanager
def unchanging(engine: Engine) -> Iterator[Session]:
    """Open a session that sees one state of the database, whatever others commit meanwhile."""
    if engine.dialect.name != "sqlite":  # there every transaction is so
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        yield session


def named_bytes(session: Session) -> Generator[NamedBytes]:
    """Yield all bytes that rows name, each once, in the order of their digests; `close` it when left early."""
    kept = MaterialVersion.pdf_removed_at.is_(None) & (MaterialVersion.state == "ready")
    named: CompoundSelect[Any] = union_all(
        select(StoredFile.sha256.label("sha256"), StoredFile.size, literal("上传的原件")),
        select(StoredFile.clean_sha256, StoredFile.clean_size, literal("上传文件的副本")),
        select(MaterialVersion.pdf_sha256, MaterialVersion.pdf_size, literal("申报材料 ") + MaterialVersion.version_no)
        .where(kept, MaterialVersion.pdf_sha256.is_not(None)),
        select(PrintedComparison.pdf_sha256, PrintedComparison.pdf_size, literal("比较表"))
        .where(PrintedComparison.pdf_sha256.is_not(None)),
        select(Export.sha256, Export.size, literal("导出的工作簿")).where(Export.sha256.is_not(None)),
        select(DataCopy.sha256, DataCopy.size, literal("个人信息副本")).where(DataCopy.sha256.is_not(None)),
        select(Printout.pdf_sha256, Printout.pdf_size, literal("推荐函或证书")).where(Printout.pdf_sha256.is_not(None)),
    )  # fmt: skip
    query = named.order_by("sha256").execution_options(yield_per=ROWS_AT_ONCE)
    with session.execute(query) as rows:
        for _sha256, same in groupby(rows, key=lambda row: row[0]):
            yield NamedBytes(*next(same))


def is_as_named(storage: FolderStorage, wanted: NamedBytes) -> bool:
    """Say whether the bytes are there and have the digest that is their name."""
    try:
        return digest_of(storage.path(wanted.sha256)) == wanted.sha256
    except (MissingFile, OSError):
        return False


def digest_of(path: Path) -> str:
    """Compute the SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def went_meanwhile(wanted: NamedBytes) -> bool:
    """Say whether the bytes were cleared away since `wanted` was read: old materials, exports, copies of data."""
    cleared = select(MaterialVersion.id).where(
        MaterialVersion.pdf_sha256 == wanted.sha256, MaterialVersion.pdf_removed_at.is_not(None)
    )
    still = _mentions().subquery()
    named = select(still.c.sha256).where(still.c.sha256 == wanted.sha256).limit(1)
    with Session(db.engine) as session:
        return session.scalars(cleared).first() is not None or session.scalars(named).first() is None


def nameless(session: Session, storage: FolderStorage) -> Iterator[Path]:
    """Yield the stored files that no row mentions, folder by folder."""
    mentioned = session.scalars(_mentions().execution_options(yield_per=ROWS_AT_ONCE))
    seen = set()
    for folder, digests in groupby(mentioned, key=lambda digest: digest[:2]):
        seen.add(folder)
        known = set(digests)
        yield from (path for path in storage.stored(folder) if path.name not in known)
    for folder in storage.folders():
        if folder not in seen:
            yield from storage.stored(folder)


def _mentions() -> Select[Any]:
    """Select every digest on a row; bytes that are only due to be cleared away are mentioned, too."""
    digests = union_all(
        select(StoredFile.sha256.label("sha256")),
        select(StoredFile.clean_sha256),
        select(MaterialVersion.pdf_sha256).where(MaterialVersion.pdf_sha256.is_not(None)),
        select(PrintedComparison.pdf_sha256).where(PrintedComparison.pdf_sha256.is_not(None)),
        select(Export.sha256).where(Export.sha256.is_not(None)),
        select(DataCopy.sha256).where(DataCopy.sha256.is_not(None)),
        select(Printout.pdf_sha256).where(Printout.pdf_sha256.is_not(None)),
    ).subquery()
    return select(digests.c.sha256).order_by(digests.c.sha256)
