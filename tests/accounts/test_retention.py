"""Papers that identify people go 180 days after their case; what else refers to the same bytes keeps them."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.retention import KEPT, delete_old_papers
from files.storage import FolderStorage
from jobs.papers import remove_discarded
from models.appeal import AppealPaper
from models.event import Event, first_broken_link
from models.handover import Handover
from models.stored_file import StoredFile
from models.verification import Verification, VerificationFile
from tests.appealing import PERSON, UNIT, age, build_appeal, stored_pdf
from tests.blueprints.filing.test_statements import counted
from tests.build import NOW, build_account, build_unit

LATER = NOW + KEPT


def build_case(
    session: Session, storage: FolderStorage, decided_at: datetime | None, state: str = "passed"
) -> Verification:
    """A case of a person with one paper."""
    account = build_account(session, "natural")
    case = Verification(
        subject="person",
        account_id=account.id,
        opened_at=NOW - timedelta(days=9),
        state=state,
        decided_at=decided_at,
    )
    digest = stored_pdf(session, storage, f"证件 {account.login_name}")
    case.files = [
        VerificationFile(slot="id_front", name="a.pdf", sha256=digest, uploaded_at=NOW - timedelta(days=1))
    ]
    session.add(case)
    session.commit()
    return case


def is_there(storage: FolderStorage, digest: str) -> bool:
    return (storage.root / digest[:2] / digest).is_file()


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_papers_go_180_days_after_their_case_and_the_record_stays(
    app: Flask, session: Session, storage: FolderStorage
) -> None:
    settings = app.config["SETTINGS"]
    decided = build_case(session, storage, NOW)
    waiting = build_case(session, storage, None, "pending")
    ended = build_case(session, storage, None, "ended")  # its subject changed; counts from its last paper
    appeal = build_appeal(session, storage, PERSON)  # no account: it ended at once
    open_appeal = build_appeal(session, storage, UNIT, state="submitted", decided_at=None)
    digests = [one.files[0].sha256 for one in (decided, ended)]
    assert delete_old_papers(session, LATER - timedelta(days=2)) == 0
    assert delete_old_papers(session, LATER - timedelta(hours=1)) == 1  # the one that ended
    assert delete_old_papers(session, LATER) == 3
    session.commit()
    assert delete_old_papers(session, LATER) == 0
    assert (count(session, VerificationFile), count(session, AppealPaper)) == (1, 4)
    assert [len(one.papers) for one in (appeal, open_appeal)] == [0, 4]
    event = session.scalars(
        select(Event).where(Event.stream_id == decided.account_id, Event.act == "delete_papers")
    ).one()
    assert event.details == {"case": str(decided.id), "papers": ["id_front"]}
    assert session.scalars(
        select(Event).where(Event.stream_id == appeal.id, Event.act == "delete_papers")
    ).one()
    assert first_broken_link(session, appeal.id) is None

    assert remove_discarded(settings) == 0, "just put: somebody may be about to name them"
    assert all(is_there(storage, digest) for digest in digests)
    age(storage, *digests)
    session.rollback()
    assert remove_discarded(settings) == 2
    assert not any(is_there(storage, digest) for digest in digests)
    assert is_there(storage, waiting.files[0].sha256)
    kept = [paper.sha256 for paper in open_appeal.papers]
    age(storage, *kept)
    session.rollback()
    remove_discarded(settings)
    assert all(is_there(storage, digest) for digest in kept), "another appeal has the same bytes"
    assert session.scalars(select(StoredFile).where(StoredFile.sha256.in_(digests))).all() == []


def test_cases_whose_papers_went_long_ago_are_not_loaded(
    app: Flask, session: Session, storage: FolderStorage
) -> None:
    build_case(session, storage, NOW)
    assert delete_old_papers(session, LATER) == 1
    session.commit()
    with counted() as few:
        delete_old_papers(session, LATER)
    for _ in range(3):
        build_case(session, storage, NOW)
    assert delete_old_papers(session, LATER) == 3
    session.commit()
    session.expunge_all()
    with counted() as many:
        assert delete_old_papers(session, LATER) == 0
    assert len(many) == len(few) == 3


def test_the_statement_of_a_handover_goes_too(app: Flask, session: Session, storage: FolderStorage) -> None:
    unit = build_unit(session)
    account = build_account(session, unit=unit)
    digest = stored_pdf(session, storage, "声明")
    handover = Handover(
        case_no="JJ-2021-000001", kind="project_relink", unit_id=unit.id, applicant_id=account.id, created_at=NOW,
        state="withdrawn", decided_at=NOW, statement_name="声明.pdf", statement_sha256=digest, former_name="旧名",
        new_name=unit.name, login_names="x", from_unit_id=unit.id, reason="",
    )  # fmt: skip
    session.add(handover)
    session.commit()
    assert delete_old_papers(session, LATER) == 1
    session.commit()
    age(storage, digest)
    assert remove_discarded(app.config["SETTINGS"]) == 1
    session.rollback()
    assert handover.statement_sha256 is None
    assert not is_there(storage, digest)


def test_a_process_that_died_on_the_way_is_made_up_for(
    app: Flask, session: Session, storage: FolderStorage
) -> None:
    """The bytes are gone, the row is not."""
    case = build_case(session, storage, NOW)
    digest = case.files[0].sha256
    delete_old_papers(session, LATER)
    session.commit()
    storage.remove(digest)
    assert remove_discarded(app.config["SETTINGS"]) == 1
    assert count(session, StoredFile) == 0
