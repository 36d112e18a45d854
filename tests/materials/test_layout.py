import pytest

from materials.layout import Pair, chinese_number, entries, pieces, sections
from materials.tables import chunks, ledger_tables
from tests.materials.documents import (
    ENTERPRISE_COLUMNS,
    VENUE_COLUMNS,
    Document,
    cell,
    column,
    condition,
    document,
    field,
    tab,
    table,
)


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五"), (99, "九十九")]
)
def test_chinese_numbers(number: int, text: str) -> None:
    assert chinese_number(number) == text


@pytest.mark.parametrize(
    ("rows", "sizes"), [(0, [0]), (1, [1]), (120, [120]), (121, [61, 60]), (1000, [100] * 10)]
)
def test_long_tables_come_in_even_pieces(rows: int, sizes: list[int]) -> None:
    assert [len(piece) for piece in chunks(list(range(rows)))] == sizes


def venue_table(rows: int) -> Document:
    columns = [column(*values) for values in VENUE_COLUMNS]
    columns[1]["total"] = "2350.50"
    cells = [cell("地址"), *(cell("1") for _ in range(6)), cell("租赁"), cell(attachment=1)]
    return table("venue_rows", "服务场地", columns, [cells] * rows)


def table_of(rows: int) -> Document:
    return table("t", "场地明细", [column("n", "名称", "", "text", "", 9)], [[cell("甲")]] * rows)


def test_grouped_columns_stand_under_one_head() -> None:
    (made,) = ledger_tables(venue_table(1), {1: 4}, wide=False)
    upper, lower = made.heads
    assert [(head.lines, head.colspan, head.rowspan) for head in upper][2:5] == [
        (["众创空间面积", "（平方米）"], 1, 2),
        (["其中（平方米）"], 4, 1),
        (["创业工位数"], 1, 2),
    ]
    assert [head.lines[0] for head in lower] == [
        "创业团队和企业场地面积",
        "公共服务场地面积",
        "自用场地面积",
        "其它面积",
    ]
    assert made.rows[0][-1].lines == ["附件 1", "（4 页）"]


def test_sums_stand_under_the_last_piece_only() -> None:
    first, last = ledger_tables(venue_table(130), {1: 1}, wide=False)
    assert first.sums == []
    assert [(line.text, line.colspan) for line in last.sums][:3] == [("合计", 2), ("2,350.5", 1), ("", 1)]
    assert sum(line.colspan for line in last.sums) == last.columns == 10


def test_no_column_is_narrower_than_its_longest_word() -> None:
    columns = [column(*values) for values in ENTERPRISE_COLUMNS]
    row = [cell("2019-03-12" if made["kind"] == "date" else "是") for made in columns]
    (made,) = ledger_tables(table("enterprises", "企业", columns, [row]), {}, wide=True)
    widths = {head.lines[0]: head.width for heads in made.heads for head in heads if head.width}
    assert sum(widths.values()) == pytest.approx(100)
    for label in ("注册时间", "入驻时间", "迁出时间", "获得时间"):
        assert widths[label] * 728 / 100 >= 6 * 8.5
    assert widths["企业名称"] > widths["团队名称"] > widths["是否迁出"]


def test_a_closed_cell_says_why() -> None:
    made = table("t", "表", [column("d", "迁出时间", "", "date", "", 3)], [[cell(closed="未迁出")]])
    shown = ledger_tables(made, {}, wide=False)[0].rows[0][1]
    assert (shown.lines, shown.closed) == (["未迁出"], True)


def test_empty_tabs_take_no_number() -> None:
    made = document(
        [tab("instructions", "填报说明"), tab("plan", "思路", fields=[field("p", "思路", "文", "long")])]
    )
    assert [section.title for section in sections(made)] == ["一、思路"]


def test_short_facts_share_a_line_and_long_ones_do_not() -> None:
    fields = [
        field("a", "法定代表人", "王小明"),
        field("b", "报道次数", "3", "number", "次"),
        field("c", "地址", "广东省广州市天河区粤垦路628号A栋3层"),
        field("d", "网址", "—"),
    ]
    (section,) = sections(document([tab("basic", "基础信息", fields=fields)]))
    assert section.parts[0].content == [
        [Pair("法定代表人", "王小明"), Pair("报道次数", "3 次", number=True)],
        [Pair("地址", "广东省广州市天河区粤垦路628号A栋3层", span=2)],
        [Pair("网址", "—", span=2)],
    ]


def test_totals_with_a_formula_get_a_line_of_their_own() -> None:
    total = {"name": "r", "label": "面积占比", "unit": "%", "value": "72.8", "text": "72.8"}
    totals = [{**total, "formula": "72.8 % = (1,100 + 610.5) / 2,350.5"}]
    made = document([tab("venue", "服务场地", totals=totals)])
    assert sections(made)[0].parts[0].content == {
        "rows": [],
        "formulas": [("面积占比", "72.8 %", " = (1,100 + 610.5) / 2,350.5")],
    }


def test_a_wide_table_turns_the_page_and_back() -> None:
    columns = [column(*values) for values in ENTERPRISE_COLUMNS]
    wide = table("enterprises", "企业", columns, [])
    made = document(
        [tab("a", "孵化", fields=[field("n", "名称", "甲")], tables=[wide])],
        conditions=[condition("1", "企业", "≥ 20 家", "", "fail", "a")],
    )
    parts = [part for section in sections(made) for part in section.parts]
    assert [part.turn for part in parts] == ["upright", "wide", "upright", "upright"]


def test_long_tables_are_typeset_in_several_runs_and_named_once() -> None:
    all_sections = sections(document([tab("venue", "服务场地", tables=[table_of(250)])]))
    made = pieces(all_sections)
    assert [len(run) for run in made] == [2, 1]
    assert [block.heading for run in made for block in run] == ["一、服务场地", "", ""]
    assert [entry.title for entry in entries(all_sections)] == ["一、服务场地", "（一）场地明细"]
