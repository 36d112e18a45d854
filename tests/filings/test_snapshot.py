"""The frozen document: what changes its hash, what does not, and that it is whole and JSON."""

import copy
import json
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from filings import editing
from filings.snapshot import changed_tabs, content_hash, snapshot, values_of
from models.attachment import Attachment
from models.stored_file import StoredFile
from tests.build import NOW, SYSTEM, build_filing
from tests.drafting import Draft

VENUE = {"address": "科韵路 16 号", "area_total": "10", "area_resident": "1", "area_public": "2",
         "area_own_use": "4", "area_other": "3", "workstations": "2", "ownership": ["leased"]}  # fmt: skip
TEAM = {"team_name": "甲", "leader_name": "乙", "moved_in_on": "2020-03-01", "team_status": "in_space",
        "member_count": "5", "has_financing": "no"}  # fmt: skip
Document = dict[str, Any]


@pytest.fixture
def draft(session: Session) -> Draft:
    draft = Draft(session, build_filing(session, operation_started_on=date(2019, 5, 1)))
    draft.save("basic_info", makerspace_name="启航", operator_nature="private", introduction="一\n二")
    draft.attach("commitment_file")
    draft.add("venue_rows", **VENUE)
    draft.add("venue_rows", **VENUE | {"address": "科韵路 18 号"})
    draft.add("teams", **TEAM)
    return draft


def taken(draft: Draft) -> Document:
    draft.session.commit()
    draft.session.expire_all()
    return snapshot(draft.session, draft.filing)


def rows_of(draft: Draft, table: str) -> list[Any]:
    model = draft.kind.table(table).model
    return list(draft.session.scalars(select(model).order_by(model.place)))


def test_two_snapshots_of_an_unchanged_filing_are_equal(draft: Draft) -> None:
    first = taken(draft)
    draft.filing.touch(SYSTEM, NOW + timedelta(days=1))
    assert taken(draft) == first


def test_a_snapshot_survives_as_json(draft: Draft) -> None:
    document = taken(draft)
    again = json.loads(json.dumps(document, ensure_ascii=False, allow_nan=False))
    assert again == document
    assert content_hash(again) == content_hash(document)


def test_it_carries_all_that_reading_needs(draft: Draft) -> None:
    document = taken(draft)
    assert [tab["name"] for tab in document["tabs"]] == [tab.name for tab in draft.kind.tabs]
    venue = next(tab for tab in document["tabs"] if tab["name"] == "venue")
    table = venue["tables"][0]
    assert [column["name"] for column in table["columns"]] == [
        part.name for part in draft.kind.table("venue_rows").order
    ]
    texts = [cell["text"] for cell in table["rows"][0]["cells"]]
    assert texts == ["科韵路 16 号", "10", "1", "2", "4", "3", "2", "租赁", "—"]
    assert [column["total"] for column in table["columns"]][1:7] == ["20", "2", "4", "8", "6", "4"]
    assert {total["name"]: total["text"] for total in venue["totals"]}["venue_service_ratio"] == "30.0 %"
    team = next(tab for tab in document["tabs"] if tab["name"] == "incubation")["tables"][0]["rows"][0]
    assert [cell["closed"] for cell in team["cells"]][5:7] == ["未转化", "未迁出"]
    assert [(a["no"], a["slot"], a["title"]) for a in document["attachments"]] == [
        (1, "commitment_file", "承诺书"),
        (2, "evidence_file", "证明材料 · 科韵路 16 号"),
        (3, "evidence_file", "证明材料 · 科韵路 18 号"),
        (4, "agreement_file", "入驻协议 · 甲"),
    ]
    values = values_of(document)
    assert values["derived"]["venue_total_area"] == "20"
    assert values["conditions"]["MK-04C"] == "fail"


def test_what_is_not_content_changes_nothing(draft: Draft) -> None:
    document = taken(draft)
    changed = copy.deepcopy(document)
    changed |= {"title": "新名称", "kind_label": "新", "conditions_label": "新", "cover": [], "format": 2}
    changed["batch"]["name"] = "新"
    for condition in changed["conditions"]:
        condition |= {"label": "新", "state": "fail"}
    for attachment in changed["attachments"]:
        attachment |= {
            "title": "新",
            "where": "新",
            "name": "新.pdf",
            "row": str(uuid.uuid4()),
            "clean_sha256": "f",
        }
    for tab in changed["tabs"]:
        tab["label"] = "新"
        tab["totals"] = []
        for part in (*tab["fields"], *tab["files"]):
            part |= {"label": "新", "missing": True}
        for table in tab["tables"]:
            table |= {"label": "新", "caption": "新"}
            for column in table["columns"]:
                column |= {"label": "新", "short": "新", "width": 1}
            for row in table["rows"]:
                row["id"] = str(uuid.uuid4())
    assert content_hash(changed) == content_hash(document)
    assert changed_tabs(document, changed) == []


def change_answer(draft: Draft) -> None:
    draft.filing.makerspace_name = "远航"


def change_choice(draft: Draft) -> None:
    draft.filing.operator_nature = "state_owned"


def change_paragraph(draft: Draft) -> None:
    draft.filing.introduction = "一\n\n二"


def change_ticks(draft: Draft) -> None:
    draft.filing.priority_directions = ["students"]


def empty_answer(draft: Draft) -> None:
    draft.filing.operator_nature = None


def change_operator(draft: Draft) -> None:
    draft.filing.unit.legal_representative = "新代表"


def change_cell(draft: Draft) -> None:
    rows_of(draft, "venue_rows")[1].workstations = 3


def empty_cell(draft: Draft) -> None:
    rows_of(draft, "venue_rows")[1].workstations = None


def swap_rows(draft: Draft) -> None:
    first, second = rows_of(draft, "venue_rows")
    first.place, second.place = second.place, first.place


def remove_row(draft: Draft) -> None:
    editing.remove_row(draft.session, draft.filing, rows_of(draft, "teams")[0], SYSTEM, NOW)


def add_row(draft: Draft) -> None:
    draft.add("activities", files=False, activity_name="沙龙", activity_type="salon", summary="三人")


def attach(draft: Draft) -> None:
    draft.attach("staff_extra_file")


def detach(draft: Draft) -> None:
    draft.session.delete(
        draft.session.scalars(select(Attachment).where(Attachment.slot == "evidence_file")).first()
    )


def replace_file(draft: Draft) -> None:
    other = StoredFile(sha256="1" * 64, size=1, clean_sha256="1" * 64, clean_size=1, pages=1, notes=[],
                       created_at=NOW)  # fmt: skip
    row = rows_of(draft, "teams")[0]
    editing.attach(draft.session, draft.filing, draft.kind.table("teams"), row, "agreement_file", "新.pdf", other,
                   SYSTEM, NOW)  # fmt: skip


CHANGES: list[tuple[Callable[[Draft], None], str]] = [
    (change_answer, "基础信息"), (change_choice, "基础信息"), (change_paragraph, "基础信息"),
    (change_ticks, "填报说明"), (empty_answer, "基础信息"), (change_operator, "基础信息"),
    (change_cell, "服务场地"), (empty_cell, "服务场地"), (swap_rows, "服务场地"), (detach, "服务场地"),
    (remove_row, "孵化和服务情况"), (add_row, "孵化和服务情况"), (replace_file, "孵化和服务情况"),
    (attach, "人员情况"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "tab"), CHANGES, ids=[change.__name__ for change, _ in CHANGES])
def test_every_change_of_the_content_changes_the_hash(
    draft: Draft, change: Callable[[Draft], None], tab: str
) -> None:
    before = taken(draft)
    change(draft)
    after = taken(draft)
    assert content_hash(after) != content_hash(before)
    assert changed_tabs(before, after) == [tab]


def test_a_change_taken_back_makes_the_paper_right_again(draft: Draft) -> None:
    before = taken(draft)
    row = rows_of(draft, "teams")[0]
    table = draft.kind.table("teams")
    editing.remove_row(draft.session, draft.filing, row, SYSTEM, NOW)
    editing.restore_row(draft.session, draft.filing, table, row, SYSTEM, NOW)
    assert content_hash(taken(draft)) == content_hash(before)


def test_the_same_file_under_another_name_is_the_same_content(draft: Draft) -> None:
    before = taken(draft)
    draft.session.scalars(
        select(Attachment).where(Attachment.slot == "commitment_file")
    ).one().name = "新.pdf"
    assert content_hash(taken(draft)) == content_hash(before)


@pytest.mark.parametrize("sizes", [("1", "0"), ("10", "")])
def test_cells_do_not_run_into_each_other(draft: Draft, sizes: tuple[str, str]) -> None:
    row = rows_of(draft, "venue_rows")[0]
    hashes = set()
    for own_use, other in (sizes, tuple(reversed(sizes))):
        row.area_own_use = own_use or None
        row.area_other = other or None
        hashes.add(content_hash(taken(draft)))
    assert len(hashes) == 2


def test_every_answer_of_every_tab_and_row_is_in_it(draft: Draft) -> None:
    document = taken(draft)
    for tab, written in zip(draft.kind.tabs, document["tabs"], strict=True):
        names = {field["name"] for field in written["fields"]}
        assert names == {*tab.fields, *(automatic.name for automatic in tab.automatic)}
        assert [file["slot"] for file in written["files"]] == [slot.name for slot in tab.slots]
        for table, found in zip(tab.tables, written["tables"], strict=True):
            assert {column["name"] for column in found["columns"]} == {
                *table.fields, *(slot.name for slot in table.slots)
            }  # fmt: skip
