"""Tables as sheets: heads, clipboards, drop-downs, and that every table of every kind comes back as it went out."""

import io
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from files.workbook_child import read_cells
from filings.kind import Table
from filings.kinds import KINDS
from filings.sheets.clipboard import read_clipboard
from filings.sheets.spreadsheet import (
    MAX_LINES,
    ROW_MARK,
    NotASheet,
    columns,
    heading,
    read_block,
    row_form,
)
from filings.sheets.workbook import export_row, rule_of, write_workbook
from forms.base import required_marker
from forms.fields import normalised
from tests.filings.sample_kind import ROOM_KIND
from tests.sheets import clipboard, opened

TABLES = {
    f"{kind.name}.{table.name}": table for kind in (*KINDS.values(), ROOM_KIND) for table in kind.tables
}
TEAMS = TABLES["makerspace.teams"]
VENUES = TABLES["makerspace.venue_rows"]
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def answers(field: Any) -> st.SearchStrategy[Any]:
    """Typed text that the field takes, as it is stored."""
    text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Co", "Cn")), max_size=40)
    odd = st.sampled_from(
        ["=1+1", "+86", "-", "@x", "_x0041_", "007", "1e5", "TRUE", '"引"号', "a\tb", "甲\n乙"]
    )
    typed = {
        "number": st.decimals(max(field.least, 1), 99, places=0).map(str) if field.kind == "number" else st.nothing(),
        "date": st.dates(max_value=__import__("datetime").date(2099, 1, 1),
                         min_value=__import__("datetime").date(1950, 1, 1)).map(str),
        "code": st.just("91440106MA5000001X"),
    }  # fmt: skip
    if field.kind in ("choice", "yesno"):
        return st.sampled_from([value for value, _ in field.choices])
    if field.kind == "choices":
        return st.lists(st.sampled_from([value for value, _ in field.choices]), unique=True)
    return typed.get(field.kind, st.one_of(text, odd))


@st.composite
def stored_rows(draw: st.DrawFn, table: Table) -> list[Any]:
    return [draw(stored_row(table)) for _ in range(draw(st.integers(1, 4)))]


@st.composite
def stored_row(draw: st.DrawFn, table: Table) -> Any:
    """A row as its own form would have stored it; a cell that the form refuses stays empty."""
    row = SimpleNamespace(id=uuid4())
    for field in columns(table):
        question = table.form()[field.name]
        value = draw(st.one_of(st.just(""), answers(field)))
        try:
            question.process_formdata(value) if isinstance(value, list) else _type(question, value)
        except ValueError:
            question.data = None
        setattr(row, field.name, question.data)
    return row


def _type(question: Any, text: str) -> None:
    question.raw_data = [text]
    question.process_formdata([text])


def sheet_of(data: bytes) -> list[list[str]]:
    return read_cells(python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))


@every_table
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_what_goes_out_comes_back_the_same(table: Table, data: st.DataObject) -> None:
    rows = [row for row in data.draw(stored_rows(table)) if any(filled(table, row))]
    if not rows:
        return
    block = read_block(table, sheet_of(write_workbook(table, [export_row(table, row) for row in rows])))
    assert block.unknown == []
    assert [line.row_id for line in block.lines] == [row.id for row in rows]
    for line, row in zip(block.lines, rows, strict=True):
        form = row_form(table, line.texts)
        assert {f.name: f.data for f in form} == {f.name: getattr(row, f.name) for f in form}


def filled(table: Table, row: Any) -> Iterator[bool]:
    return (getattr(row, field.name) not in (None, []) for field in columns(table))


@every_table
def test_the_template_has_full_heads_rules_and_drop_downs(table: Table) -> None:
    book = opened(write_workbook(table))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads == [*(heading(field) for field in columns(table)), ROW_MARK]
    assert len(set(heads)) == len(heads)
    assert all(
        cell.comment.text == rule_of(table, field)
        for cell, field in zip(sheet[1], columns(table), strict=False)
    )
    assert sheet.column_dimensions[sheet.cell(1, len(heads)).column_letter].hidden
    offered = {
        str(rule.sqref).split(":")[0]: [row[0].value for row in book["选项"][rule.formula1.split("!")[1].replace("$", "")]]
        if ":" in rule.formula1 else []
        for rule in sheet.data_validations.dataValidation
    }  # fmt: skip
    for number, field in enumerate(columns(table), 1):
        if field.kind in ("choice", "yesno"):
            assert offered[f"{sheet.cell(2, number).coordinate}"] == [word for _, word in field.choices]
        letter = sheet.cell(1, number).column_letter
        assert sheet.column_dimensions[letter].number_format == ("General" if field.kind == "number" else "@")


@pytest.mark.parametrize(
    ("cell", "need"),
    [
        ("team_status", "提交前必填"),
        ("member_count", "「团队状态」填「众创空间内」时提交前必填，填「转化为企业」（已转化）、「迁出」（已迁出）时不可填"),
        ("moved_out_on", "「团队状态」填「迁出」时提交前必填，填「众创空间内」（未迁出）、「转化为企业」（已转化）时不可填"),
        ("financed_on", "「获得投融资情况」填「是」时提交前必填，填「否」（无投融资）时不可填"),
    ],
)  # fmt: skip
def test_the_note_says_which_answers_open_and_close_a_cell(cell: str, need: str) -> None:
    sheet = opened(write_workbook(TEAMS)).worksheets[0]
    notes = {field.name: head.comment.text for head, field in zip(sheet[1], columns(TEAMS), strict=False)}
    assert notes[cell].splitlines()[-1] == need


@every_table
def test_every_cell_that_other_answers_decide_about_says_so(table: Table) -> None:
    for field in columns(table):
        marker = required_marker(field)
        if marker is not None and marker.when is not None:
            assert "时提交前必填" in rule_of(table, field), field.name


def test_rows_of_another_table_are_offered_by_name() -> None:
    table = TABLES["makerspace.enterprises"]
    book = opened(write_workbook(table, (), {"source_team_name": ["甲队", "乙队"]}))
    words = {cell.value for column in book["选项"].iter_cols() for cell in column}
    assert {"甲队", "乙队", "是", "否"} <= words


def test_columns_may_come_in_any_order_and_under_short_heads() -> None:
    head = ["备注", "自用场地", "公共服务场地面积 *", "孵化场地\n地址", "众创空间面积(平方米)", "序号"]
    block = read_block(
        VENUES, [["场地明细"], head, ["x", "1", "2", "某处", "3", "1"], [], ["合计", "", "", "", "9"]]
    )
    assert block.unknown == ["备注"]
    assert [(line.no, dict(line.texts)) for line in block.lines] == [
        (3, {"area_own_use": "1", "area_public": "2", "address": "某处", "area_total": "3"})
    ]


def test_without_a_head_the_order_of_the_table_counts() -> None:
    block = read_block(TEAMS, [["甲队", "李明", "2020-01-01", "迁出"], ["乙队", *[""] * 9, "多出来"]])
    assert block.lines[0].texts["team_status"] == "迁出"
    assert block.unknown == ["第 11 列"]


def test_words_are_translated_and_strange_ones_refused() -> None:
    form = row_form(VENUES, {"ownership": "租赁、 自有产权"})
    assert form.ownership.data == ["owned", "leased"]
    form = row_form(TEAMS, {"team_status": "转化为企业", "has_financing": "有"})
    assert (form.team_status.data, form.has_financing.data) == ("converted", True)
    form = row_form(TEAMS, {"team_status": "解散"})
    form.validate()
    assert form.refusals()["team_status"].code == "E_CHOICE"


def test_columns_that_are_missing_keep_what_a_row_says() -> None:
    row = TEAMS.model(team_name="甲队", team_status="in_space", member_count=5, has_financing=None)
    form = row_form(TEAMS, {"member_count": "7"}, row)
    assert (form.team_name.data, form.member_count.data, form.has_financing.data) == ("甲队", 7, None)
    assert row_form(TEAMS, {"member_count": "7"}).has_financing.data is False  # a new row has its defaults


def test_a_line_copied_within_the_sheet_is_a_new_row() -> None:
    mark = str(uuid4())
    block = read_block(TEAMS, [["团队名称", ROW_MARK], ["甲队", mark], ["乙队", mark], ["", mark]])
    assert [line.row_mark for line in block.lines] == [mark, ""]


@pytest.mark.parametrize("rows", [[], [[""]], [["团队名称", "团队状态"]], [["合计"]]])
def test_a_sheet_without_lines_is_refused(rows: list[list[str]]) -> None:
    with pytest.raises(NotASheet, match="没有读到数据行"):
        read_block(TEAMS, rows)


def test_more_lines_than_the_limit_are_refused() -> None:
    assert len(read_block(TEAMS, [["甲队", "x"]] * MAX_LINES).lines) == MAX_LINES
    with pytest.raises(NotASheet, match="分几次"):
        read_block(TEAMS, [["甲队", "x"]] * (MAX_LINES + 1))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ("a\tb\nc", [["a", "b"], ["c"]]),
        ('"a\nb"\t"c""d"\t"e"', [["a\nb", 'c"d', '"e"']]),
        ('"双创"基地\t5" 屏\n', [['"双创"基地', '5" 屏']]),
        ('"没有结束\tb', [['"没有结束', "b"]]),
        ("\t\tx", [["", "", "x"]]),
    ],
)
def test_a_clipboard_is_read_as_programs_write_it(text: str, rows: list[list[str]]) -> None:
    assert read_clipboard(text) == rows


cell_text = st.text(st.sampled_from("甲a\"\t\n '"), max_size=6).filter(lambda text: not text.startswith('"'))


@given(st.lists(st.lists(cell_text, min_size=2, max_size=2), min_size=1, max_size=4))
def test_any_cells_survive_the_clipboard(rows: list[list[str]]) -> None:
    rows = [[*row, "x"] for row in rows]
    assert read_clipboard(clipboard(rows)) == rows


def test_figures_stay_figures_in_a_workbook() -> None:
    row = VENUES.model(id=uuid4(), address="=1+1", area_total=Decimal("610.50"), workstations=3)
    sheet = opened(write_workbook(VENUES, [export_row(VENUES, row)])).worksheets[0]
    assert [(cell.value, cell.data_type) for cell in sheet[2]][:2] == [("=1+1", "s"), (610.5, "n")]
    assert normalised(" x ") == "x"
