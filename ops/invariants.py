"""What must hold in every installation at every moment: `hatchery doctor --deep`.

Every check reads in pieces: an installation may hold more than the memory does.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, text
from sqlalchemy.orm import Session

import jobs.comparison
import jobs.export
import jobs.material
import jobs.printout  # noqa: F401  (registers its task)
from files.storage import FolderStorage
from filings.kind import Table
from filings.kinds import KINDS, kind_of
from filings.problems import count_findings, read_filled_slots, read_rows, row_findings
from filings.snapshot import content_hash
from jobs.tasks import TASKS
from models.attachment import Attachment
from models.event import Event, first_broken_link
from models.filing import Filing
from models.job import Job
from models.material_version import MaterialVersion
from models.stored_file import StoredFile
from ops.errors import Remark, Unwell
from ops.stored_bytes import ROWS_AT_ONCE, is_as_named, named_bytes, nameless, went_meanwhile

SHOWN = 3
YOUNG_SECONDS = 3600  # a row that names a young file may still be on its way
UNFINISHED = ("queued", "running")


def _all_well(troubles: Iterator[str], well: Callable[[], str]) -> str:
    """Return what is well; raise Unwell with the number of troubles and the first few of them."""
    first, count = [], 0
    for trouble in troubles:
        count += 1
        if count <= SHOWN:
            first.append(trouble)
    if count:
        raise Unwell(f"{count} 处：{'；'.join(first)}{'；……' if count > SHOWN else ''}")
    return well()


def _database(session: Session, storage: FolderStorage) -> str:
    if session.get_bind().dialect.name == "sqlite":
        return _all_well(_sqlite_troubles(session), lambda: "文件完整，外键都有着落")
    return _all_well(_postgres_troubles(session), lambda: "约束和索引都有效")


def _sqlite_troubles(session: Session) -> Iterator[str]:
    for (said,) in session.execute(text("PRAGMA integrity_check")):
        if said != "ok":
            yield str(said)
    for table, row, parent, _number in session.execute(text("PRAGMA foreign_key_check")):
        yield f"{table} 第 {row} 行指向 {parent} 中没有的行"


def _postgres_troubles(session: Session) -> Iterator[str]:
    for (name,) in session.execute(text("SELECT conname FROM pg_constraint WHERE NOT convalidated")):
        yield f"约束 {name} 未经验证"
    query = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    for (name,) in session.execute(text(query)):
        yield f"索引 {name} 无效，请 REINDEX"


def _bytes(session: Session, storage: FolderStorage) -> str:
    count = size = 0

    def troubles() -> Iterator[str]:
        nonlocal count, size
        for wanted in named_bytes(session):
            count, size = count + 1, size + wanted.size
            if not is_as_named(storage, wanted) and not went_meanwhile(wanted):
                yield f"{wanted.what} {wanted.sha256[:12]} 缺失或内容有变"

    return _all_well(troubles(), lambda: f"{count} 个，共 {size / 1024**2:.1f} MB，内容与 sha256 一致")


def _attachments(session: Session, storage: FolderStorage) -> str:
    owned: ColumnElement[bool] = Attachment.owner_id == Attachment.filing_id
    for model in {table.model for kind in KINDS.values() for table in kind.tables}:
        owned |= exists().where(model.id == Attachment.owner_id, model.filing_id == Attachment.filing_id)
    lost = or_(~owned, ~exists().where(Filing.id == Attachment.filing_id))
    found = session.execute(select(Attachment.id, Attachment.name).where(lost))
    return _all_well((f"{row.name}（{row.id}）没有所属的行" for row in found), lambda: "都有所属的行和申报")


def _counts(session: Session, storage: FolderStorage) -> str:
    return _all_well(_wrong_counts(session), lambda: "与重新判断的结果一致")


def _wrong_counts(session: Session) -> Iterator[str]:
    for filing in _filings(session):
        filled = read_filled_slots(session, filing.id)
        for table in kind_of(filing).tables:
            for row in read_rows(session, table, filing.id):
                fresh = count_findings(row_findings(table, row, filing, filled[row.id]))
                if (row.error_count, row.missing_count) != fresh:
                    yield _wrong_count(filing, table, row, fresh)


def _wrong_count(filing: Filing, table: Table, row: Any, fresh: tuple[int, int]) -> str:
    kept = (row.error_count, row.missing_count)
    return f"申报 {filing.id} 的{table.label} {row.id} 记为 {kept}，应为 {fresh}，再保存该行即可更正"


def _filings(session: Session) -> Iterator[Filing]:
    """Yield every filing, whole, and forget it before the next one."""
    ids = select(Filing.id).execution_options(yield_per=ROWS_AT_ONCE)
    for filing_id in session.scalars(ids):
        yield session.get_one(Filing, filing_id)
        session.expunge_all()


def _versions(session: Session, storage: FolderStorage) -> str:
    incomplete = or_(
        MaterialVersion.pdf_sha256.is_(None), MaterialVersion.pdf_size.is_(None),
        MaterialVersion.page_count.is_(None),
    )  # fmt: skip
    found = session.scalars(
        select(MaterialVersion.version_no).where(MaterialVersion.state == "ready", incomplete)
    )
    return _all_well((f"{number} 已就绪却没有 PDF" for number in found), lambda: "已就绪的都有 PDF")


def _submissions(session: Session, storage: FolderStorage) -> str:
    return _all_well(_wrong_submissions(session), lambda: "都指向提交时的版本，状态与操作记录一致")


def _wrong_submissions(session: Session) -> Iterator[str]:
    for filing in _filings(session):
        events = session.scalars(select(Event).where(Event.stream_id == filing.id).order_by(Event.number))
        acts = list(events)
        statuses = [event.to_status for event in acts if event.to_status]
        if not statuses or statuses[-1] != filing.status:
            yield f"申报 {filing.id} 的状态 {filing.status} 与操作记录不符"
        submits = [event.details for event in acts if event.act == "submit"]
        last = submits[-1].get("version_no") if submits else None
        if filing.submitted_version_no != last:
            yield f"申报 {filing.id} 的提交版本 {filing.submitted_version_no} 与操作记录不符"
        for details in submits:
            if wrong := _wrong_version(session, filing, details):
                yield f"提交的版本 {details.get('version_no')} {wrong}"


def _wrong_version(session: Session, filing: Filing, details: dict[str, Any]) -> str:
    """Say what is wrong with a version that was handed in; empty when nothing is."""
    query = select(MaterialVersion).where(MaterialVersion.version_no == details.get("version_no"))
    version = session.scalars(query).one_or_none()
    if version is None or version.filing_id != filing.id:
        return "不存在"
    if not version.has_pdf:
        return "没有可用的 PDF"
    recorded = (details.get("content_hash"), details.get("pdf_sha256"))
    if recorded != (version.content_hash, version.pdf_sha256):
        return "与提交时记录的内容不符"
    if content_hash(version.snapshot) != version.content_hash:
        return "的快照被改动"
    if not _all_known(session, version):
        return "的附件没有登记"
    return ""


def _all_known(session: Session, version: MaterialVersion) -> bool:
    """Say whether every file of the snapshot is a row, so that its bytes were checked with all others."""
    wanted = {attachment["sha256"] for attachment in version.snapshot["attachments"]}
    known = set(session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(wanted))))
    return wanted == known


def _events(session: Session, storage: FolderStorage) -> str:
    count = 0

    def troubles() -> Iterator[str]:
        nonlocal count
        streams = select(Event.stream_id).distinct().execution_options(yield_per=ROWS_AT_ONCE)
        for stream_id in session.scalars(streams):
            count += 1
            if broken := first_broken_link(session, stream_id):
                yield _broken(stream_id, broken)
            session.expunge_all()

    return _all_well(troubles(), lambda: f"{count} 条链都完整")


def _broken(stream_id: uuid.UUID, event: Event) -> str:
    return f"{stream_id} 的链在第 {event.number} 条断开（{event.act}，{event.at:%Y-%m-%d %H:%M:%S} UTC，{event.id}）"


def _jobs(session: Session, storage: FolderStorage) -> str:
    return _all_well(_lost_jobs(session), lambda: "未完成的都会被找到")


def _lost_jobs(session: Session) -> Iterator[str]:
    """Name the unfinished work that neither a worker nor the sweeper will ever come to."""
    for job in session.scalars(select(Job).where(Job.state.in_(UNFINISHED))):
        if job.task not in TASKS:
            yield f"任务 {job.id} 的种类 {job.task} 本版本没有"
        if job.state == "running" and job.lease_until is None:
            yield f"任务 {job.id} 正在执行，却没有会到期的占用时间"
    waiting = exists().where(Job.target_id == MaterialVersion.id, Job.state.in_(UNFINISHED))
    stuck = select(MaterialVersion.version_no).where(MaterialVersion.state.in_(UNFINISHED), ~waiting)
    for number in session.scalars(stuck):
        yield f"版本 {number} 在等待，却没有任务"


def _orphans(session: Session, storage: FolderStorage) -> str:
    limit, count, size = time.time() - YOUNG_SECONDS, 0, 0
    first: list[str] = []
    for path in nameless(session, storage):
        found = path.stat()
        if found.st_mtime < limit:
            count, size = count + 1, size + found.st_size
            first += [path.name] if len(first) < SHOWN else []
    if not count:
        return "没有"
    return Remark(f"{count} 个文件（{size / 1024**2:.1f} MB）没有记录提到，例如 {'、'.join(first)}")


def _leftovers(session: Session, storage: FolderStorage) -> str:
    """Name temporary files that the worker should have swept: none is needed for so long."""
    found = storage.leftovers(2 * YOUNG_SECONDS)
    if not found:
        return "没有"
    return Remark(f"{len(found)} 个超过两小时，例如 {found[0].name}；后台任务每小时清除一次，它在运行吗？")


DEEP_CHECKS: dict[str, Callable[[Session, FolderStorage], str]] = {
    "数据库内部": _database,
    "文件内容": _bytes,
    "附件": _attachments,
    "行内的问题数": _counts,
    "申报材料版本": _versions,
    "已提交的申报": _submissions,
    "操作记录": _events,
    "后台任务": _jobs,
    "无主文件": _orphans,
    "遗留的临时文件": _leftovers,
}
