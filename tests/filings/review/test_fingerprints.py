"""What the machine notices: things claimed twice in a batch, and only what the office may know."""

import uuid

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from filings.review.fingerprints import _normal, find_hints, note_fingerprints
from filings.submission import read_versions
from models.filing import Filing
from models.fingerprint import Fingerprint
from models.office import Office
from policies import UNSEEN_STATUSES
from tests.blueprints.filing.test_statements import counted
from tests.build import build_batch, build_carrier, build_unit, reference_office
from tests.submitting import submitted_filing


@pytest.fixture
def office(session: Session) -> Office:
    return reference_office(session)


def forget_files(session: Session) -> None:
    """Let the placeholder that all files of these filings are say nothing."""
    session.execute(delete(Fingerprint).where(Fingerprint.what == "file"))
    session.commit()


def codes(session: Session, filing: Filing, office: Office) -> list[str]:
    return sorted(hint.code for hint in find_hints(session, filing, office))


def test_an_address_claimed_by_another_carrier_is_noticed(session: Session, office: Office) -> None:
    one, other = submitted_filing(session), submitted_filing(session)
    forget_files(session)
    hints = find_hints(session, one, office)
    assert [hint.code for hint in hints] == ["W_ADDRESS_ELSEWHERE"]
    assert other.name in hints[0].text
    assert hints[0].links[0][0] == other.id
    rows = read_versions(session, one.id)[0].snapshot["tabs"][3]["tables"][0]["rows"]
    assert hints[0].place == f"venue_rows/{rows[0]['id']}/address"


def test_of_a_filing_elsewhere_only_its_being_there_is_told(session: Session, office: Office) -> None:
    here = submitted_filing(session)
    there = submitted_filing(session, unit=build_unit(session, region_code="330106"))
    forget_files(session)
    (hint,) = find_hints(session, here, office)
    assert there.name not in hint.text
    assert there.unit.name not in hint.text
    assert "本机构不能查看的另 1 家" in hint.text
    assert hint.links == ()


def test_a_city_does_not_learn_what_its_province_has(session: Session, office: Office) -> None:
    here = submitted_filing(session)
    unit = build_unit(session)
    above = submitted_filing(session, reference_office(session, "province", "440000"), unit=unit)
    forget_files(session)
    assert above.name not in find_hints(session, here, office)[0].text


@pytest.mark.parametrize("status", UNSEEN_STATUSES)
def test_what_is_not_submitted_claims_nothing(session: Session, office: Office, status: str) -> None:
    one, other = submitted_filing(session), submitted_filing(session)
    other.status = status
    forget_files(session)
    assert codes(session, one, office) == []


def test_another_batch_claims_for_itself(session: Session, office: Office) -> None:
    one = submitted_filing(session)
    submitted_filing(session, batch=build_batch(session, year=2020))
    forget_files(session)
    assert codes(session, one, office) == []


def test_a_file_that_proves_two_things_is_noticed_at_both(session: Session, office: Office) -> None:
    filing = submitted_filing(session)
    hints = [hint for hint in find_hints(session, filing, office) if hint.code == "W_FILE_TWICE"]
    assert {hint.place.split("/")[0] for hint in hints} == {"commitment", "venue_rows"}


def test_a_file_used_by_another_carrier_is_noticed(session: Session, office: Office) -> None:
    one, _ = submitted_filing(session), submitted_filing(session)
    assert codes(session, one, office).count("W_FILE_ELSEWHERE") == 2


def test_a_jump_against_the_last_approved_filing_is_noticed(session: Session, office: Office) -> None:
    carrier = build_carrier(session)
    before = submitted_filing(session, carrier=carrier, batch=build_batch(session, year=2020))
    before.status = "approved"
    before.submitted_values = {"derived": {"venue_total_area": "200", "activity_count": "0"}}
    now = submitted_filing(session, carrier=carrier)
    forget_files(session)
    (hint,) = [hint for hint in find_hints(session, now, office) if hint.code == "W_JUMP"]
    assert hint.place == "venue/venue_total_area"
    assert "200" in hint.text
    assert "增 200 %" in hint.text
    before.submitted_values = {"derived": {"venue_total_area": "599"}}
    session.commit()
    assert "W_JUMP" not in codes(session, now, office)


def test_submitting_again_replaces_what_was_claimed(session: Session, office: Office) -> None:
    filing = submitted_filing(session)
    before = session.scalars(select(Fingerprint).where(Fingerprint.filing_id == filing.id)).all()
    note_fingerprints(session, filing, read_versions(session, filing.id)[0].snapshot)
    session.commit()
    after = session.scalars(select(Fingerprint).where(Fingerprint.filing_id == filing.id)).all()
    assert sorted(f.place for f in after) == sorted(f.place for f in before)


def test_many_other_claims_cost_no_more_statements(session: Session, office: Office) -> None:
    one, other = submitted_filing(session), submitted_filing(session)
    counts = []
    for many in (0, 2_000):
        session.execute(
            insert(Fingerprint),
            [{"id": uuid.uuid4(), "filing_id": other.id, "batch_id": other.batch_id, "what": "person",
              "mark": f"{number:064x}", "place": f"mentors/{number}/name", "text": "张三"}
             for number in range(many)],
        ) if many else None  # fmt: skip
        session.commit()
        with counted() as statements:
            find_hints(session, one, office)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(
    ("one", "other"),
    [("广东省广州市天河区科韵路 16 号", "天河区科韵路16号"), ("广州市天河区科韵路１６号", "天河区科韵路16号"),
     ("内蒙古自治区呼和浩特市新城区甲 1 号", "新城区甲1号")],
)  # fmt: skip
def test_addresses_are_the_same_however_they_begin(one: str, other: str) -> None:
    assert _normal("address", [one]) == _normal("address", [other])


def test_a_street_named_after_a_city_keeps_its_name() -> None:
    assert _normal("address", ["天河区1号市场"]) == "天河区1号市场"
