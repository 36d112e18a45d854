"""Proposals by file names: names as clerks write them, and what must never happen."""

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filings.bulk.filenames import letters, read_file_name, spellings
from filings.bulk.matching import NamedFile, Place, Proposal, propose
from filings.bulk.places import words_of
from filings.bulk.rowfinder import NamedRow
from filings.kinds.makerspace import MAKERSPACE

TABLES = words_of(MAKERSPACE)
PLACES = ("广东省", "广东", "广州市", "广州", "天河区", "天河")
NO_MONEY = {"financing_file": "无投融资"}


def row(table: str, number: int, name: str, *marks: str, closed: dict[str, str] | None = None) -> NamedRow:
    return NamedRow(table, f"{table}-{number}", number, name, marks, closed or {})


ROWS = [
    row("venue_rows", 1, "天河区科韵路 16 号 3 层"),
    row("venue_rows", 2, "天河区高普路1023号4层"),
    row("service_staff", 1, "何嘉敏"),
    row("service_staff", 2, "罗文轩"),
    row("mentors", 1, "许志远"),
    row("mentors", 2, "何嘉敏"),
    row("teams", 1, "花田电商团队", "杨秋实", closed=NO_MONEY),
    row("teams", 2, "云帆智能团队", "周子昂"),
    row("teams", 3, "𠮷星视觉团队", "林一帆"),
    row("enterprises", 1, "广州云杉建筑科技有限公司", "91440106MA59CK7E1K", closed=NO_MONEY),
    row("enterprises", 2, "广州云杉科技有限公司", "91440106MA59D1AB2X"),
    row("enterprises", 3, "广州云帆智能科技有限公司", "91440106MA5AAAAA0B"),
    row("enterprises", 4, "广州珠水（天河）新材料股份有限公司", "91440106MA5BBBBB0C"),
    row("enterprises", 5, "ＡＢＣ数据(广州)有限责任公司", "91440106MA5CCCCC0D"),
    row("enterprises", 6, "深圳市证照通信息咨询中心（有限合伙）", "91440300MA5DDDDD0E"),
    row("activities", 1, "第1期创业沙龙", "2021-01-15"),
    row("activities", 2, "第2期创业沙龙", "2021-02-15"),
    row("activities", 3, "“创客天河”创新创业大赛总决赛暨颁奖典礼", "2021-06-18"),
    row("media_reports", 1, "启航众创空间助力大学生创业", "广州日报"),
    row("honors", 1, "广州市优秀众创空间"),
]  # fmt: skip


def place(where: str) -> Place:
    """Read `enterprises 3 license_file`, or the name of a tab's slot."""
    parts = where.split()
    return Place("", "", where) if len(parts) == 1 else Place(parts[0], f"{parts[0]}-{parts[1]}", parts[2])


def proposed(name: str, folder: str = "", table: str = "") -> Proposal:
    return propose([NamedFile("f", name, folder, table)], TABLES, ROWS, places=PLACES)["f"]


@pytest.mark.parametrize(
    ("name", "where", "confidence"),
    [
        # the whole name, and how it is shortened
        ("广州云杉建筑科技有限公司_营业执照.pdf", "enterprises 1 license_file", "sure"),
        ("广州云杉建筑科技有限公司入驻协议(盖章).PDF", "enterprises 1 agreement_file", "sure"),
        ("云杉建筑科技 营业执照副本.pdf", "enterprises 1 license_file", "sure"),
        ("云杉建筑-执照.pdf", "enterprises 1 license_file", "likely"),
        ("【营业执照】云杉科技.pdf", "enterprises 2 license_file", "sure"),
        ("营业执照-广州云杉科技有限公司 (1).pdf", "enterprises 2 license_file", "sure"),
        ("云帆智能科技融资证明.pdf", "enterprises 3 financing_file", "sure"),
        ("广州云帆智能科技有限公司增资协议.pdf", "enterprises 3 financing_file", "sure"),
        # brackets, full and half width, other legal forms
        ("广州珠水(天河)新材料股份有限公司营业执照.pdf", "enterprises 4 license_file", "sure"),
        ("珠水新材料协议.pdf", "", "unsure"),
        ("ABC数据（广州）入驻协议书.pdf", "enterprises 5 agreement_file", "sure"),
        ("abc数据(广州)有限责任公司 执照.pdf", "enterprises 5 license_file", "sure"),
        ("证照通营业执照.pdf", "", "unsure"),
        ("深圳市证照通信息咨询中心(有限合伙)营业执照.pdf", "enterprises 6 license_file", "sure"),
        # the code
        ("91440106MA59D1AB2X.入驻协议.pdf", "enterprises 2 agreement_file", "sure"),
        ("９１４４０１０６ma59ck7e1k_yyzz 营业执照.pdf", "enterprises 1 license_file", "sure"),
        # numbers
        ("03_营业执照.pdf", "enterprises 3 license_file", "likely"),
        ("3-2.pdf", "", "unsure"),
        ("第3行 营业执照.pdf", "enterprises 3 license_file", "likely"),
        ("第三行营业执照.pdf", "enterprises 3 license_file", "likely"),
        ("企业2入驻协议.pdf", "enterprises 2 agreement_file", "likely"),
        ("营业执照4.pdf", "enterprises 4 license_file", "likely"),
        ("(2)聘书.pdf", "mentors 2 evidence_file", "likely"),
        ("02 企业 入驻协议.pdf", "enterprises 2 agreement_file", "likely"),
        ("02 团队 入驻协议.pdf", "teams 2 agreement_file", "likely"),
        ("2021年度营业执照.pdf", "", "unsure"),
        ("99-营业执照.pdf", "", "unsure"),
        # teams and their leaders
        ("云帆智能团队-入驻协议.pdf", "teams 2 agreement_file", "sure"),
        ("周子昂团队孵化协议.pdf", "teams 2 agreement_file", "likely"),
        ("𠮷星视觉 投资协议.pdf", "teams 3 financing_file", "sure"),
        ("云帆智能协议.pdf", "", "unsure"),  # the team, or the enterprise that came of it
        # people
        ("何嘉敏学历证书.pdf", "service_staff 1 evidence_file", "sure"),
        ("何嘉敏 聘书.pdf", "mentors 2 evidence_file", "sure"),
        ("罗文轩.pdf", "service_staff 2 evidence_file", "likely"),
        ("许志远-导师聘书扫描件.pdf", "mentors 1 evidence_file", "sure"),
        ("何嘉敏.pdf", "", "unsure"),
        # places, activities, reports, honours
        ("科韵路16号3层租赁合同.pdf", "venue_rows 1 evidence_file", "sure"),
        ("高普路1023号 产权证.pdf", "venue_rows 2 evidence_file", "likely"),
        ("第2期创业沙龙签到表.pdf", "activities 2 evidence_file", "sure"),
        ("2021.2.15沙龙照片.pdf", "activities 2 evidence_file", "likely"),
        ("创业沙龙照片.pdf", "", "unsure"),
        ("创客天河创新创业大赛 现场照片.pdf", "activities 3 evidence_file", "likely"),
        ("广州日报-助力大学生创业.pdf", "media_reports 1 evidence_file", "likely"),
        ("优秀众创空间奖牌.pdf", "honors 1 evidence_file", "sure"),
        # tabs
        ("承诺书.pdf", "commitment_file", "sure"),
        ("启航众创空间承诺书（签字盖章）.pdf", "commitment_file", "likely"),
        # nothing to go by
        ("扫描0001.pdf", "", "unsure"),
        ("IMG_20211103_113022.pdf", "", "unsure"),
        ("广州别家科技有限公司营业执照.pdf", "", "unsure"),
        ("广州云杉生物科技有限公司营业执照.pdf", "", "unsure"),
        ("云杉科技.pdf", "", "unsure"),
    ],
)
def test_names_as_clerks_write_them(name: str, where: str, confidence: str) -> None:
    found = proposed(name)
    assert (found.place, found.confidence) == (place(where) if where else None, confidence), found
    assert found.reason


@pytest.mark.parametrize(
    ("name", "folder", "table", "where"),
    [
        ("3-2.pdf", "", "enterprises", "enterprises 3 license_file"),
        ("02.pdf", "", "mentors", "mentors 2 evidence_file"),
        ("云帆智能协议.pdf", "", "teams", "teams 2 agreement_file"),
        ("何嘉敏.pdf", "", "mentors", "mentors 2 evidence_file"),
        ("承诺书.pdf", "", "enterprises", ""),
        ("营业执照.pdf", "03 云帆智能科技", "", "enterprises 3 license_file"),
        ("广州云杉科技有限公司.pdf", "附件/营业执照", "", "enterprises 2 license_file"),
        ("2.pdf", "企业/03", "enterprises", "enterprises 3 license_file"),
        ("扫描.pdf", "花田电商团队/入驻协议", "", "teams 1 agreement_file"),
    ],
)
def test_the_folder_and_the_table_somebody_named_tell_more(
    name: str, folder: str, table: str, where: str
) -> None:
    assert proposed(name, folder, table).place == (place(where) if where else None)


def test_a_place_that_may_not_be_filled_is_named_and_not_proposed() -> None:
    found = proposed("广州云杉建筑科技有限公司融资证明.pdf")
    assert found.place is None
    assert "第 1 行" in found.reason
    assert "无投融资" in found.reason
    assert place("enterprises 1 financing_file") not in found.others


def test_what_lacks_one_word_offers_the_places_of_its_row() -> None:
    found = proposed("云杉科技.pdf")
    assert [other.slot for other in found.others] == ["agreement_file", "license_file", "financing_file"]
    assert "没有说明是哪种材料" in found.reason


def test_of_two_files_for_one_place_the_clearer_one_has_it() -> None:
    files = [NamedFile("a", "云杉建筑执照.pdf"), NamedFile("b", "广州云杉建筑科技有限公司营业执照.pdf")]
    found = propose(files, TABLES, ROWS, places=PLACES)
    assert found["b"].place == place("enterprises 1 license_file")
    assert found["a"].place is None
    assert "已给「广州云杉建筑科技有限公司营业执照.pdf」" in found["a"].reason
    assert place("enterprises 1 license_file") in found["a"].others


def test_a_place_that_somebody_chose_is_not_proposed() -> None:
    taken = {place("enterprises 2 license_file")}
    found = propose([NamedFile("a", "云杉科技营业执照.pdf")], TABLES, ROWS, taken, PLACES)["a"]
    assert (found.place, found.confidence) == (None, "unsure")


WORDS = ["云杉", "云杉科技", "广州", "有限公司", "营业执照", "入驻协议", "协议", "3", "03", "-", "_", "第2行", "团队",
         "云帆智能", "何嘉敏", "聘书", "创业沙龙", "承诺书", "相关材料", "(1)", " ", "91440106MA59CK7E1K"]  # fmt: skip
NAMES = st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map("".join), max_size=30)


@settings(max_examples=150, deadline=None)
@given(names=NAMES, taken=st.sets(st.sampled_from([Place(r.table, r.id, "license_file") for r in ROWS])))
def test_no_file_has_two_places_and_no_place_two_files(names: list[str], taken: set[Place]) -> None:
    files = [NamedFile(str(number), f"{name}.pdf") for number, name in enumerate(names)]
    found = propose(files, TABLES, ROWS, taken, PLACES)
    assert set(found) == {file.id for file in files}
    chosen = [proposal.place for proposal in found.values() if proposal.place is not None]
    assert len(chosen) == len(set(chosen))
    assert not taken & set(chosen)
    closed = {Place(r.table, r.id, slot) for r in ROWS for slot in r.closed}
    for proposal in found.values():
        assert proposal.reason
        assert (proposal.place is None) == (proposal.confidence == "unsure")
        assert proposal.place not in proposal.others
        assert not closed & {proposal.place, *proposal.others}


@settings(max_examples=100, deadline=None)
@given(name=st.text(max_size=60), folder=st.text(max_size=20))
def test_any_name_is_read(name: str, folder: str) -> None:
    assert proposed(name, folder).reason
    assert read_file_name(name, folder).number >= 0


def test_the_order_of_the_files_does_not_matter() -> None:
    names = [
        "云杉科技营业执照.pdf",
        "云杉科技营业执照(1).pdf",
        "03_营业执照.pdf",
        "云帆智能科技执照.pdf",
        "4营业执照.pdf",
    ]
    files = [NamedFile(name, name) for name in names]
    once = propose(files, TABLES, ROWS, places=PLACES)
    for seed in range(10):
        random.Random(seed).shuffle(files)
        assert propose(files, TABLES, ROWS, places=PLACES) == once


def test_two_hundred_files_and_sixty_rows_are_matched_at_once(print_figure: Callable[[str], None]) -> None:
    """Print the time; only growth is asserted, as machines differ."""
    rows = [row("enterprises", n, f"广州测试{n:03}智能科技有限公司") for n in range(1, 61)]
    kinds = ("营业执照", "入驻协议", "融资证明")
    files = [NamedFile(f"{r.id}{k}", f"{r.number:02}_{r.name}_{k}.pdf") for r in rows for k in kinds]
    files += [NamedFile(str(n), f"其他材料{n}.pdf") for n in range(20)]
    start = time.perf_counter()
    found = propose(files, TABLES, rows, places=PLACES)
    print_figure(f"200 files × 60 rows: {1000 * (time.perf_counter() - start):.0f} ms")
    assert sum(proposal.confidence == "sure" for proposal in found.values()) == 180


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        (
            "广州云杉建筑科技有限公司",
            ["广州云杉建筑科技有限公司", "广州云杉建筑科技", "云杉建筑科技", "云杉建筑", "云杉"],
        ),
        ("云帆智能团队", ["云帆智能团队", "云帆智能", "云帆智能", "云帆"]),
        ("何嘉敏", ["何嘉敏", "何嘉敏", "何嘉敏"]),
        ("广州有限公司", ["广州有限公司", "广州", "广州"]),
    ],
)
def test_spellings_of_names(name: str, ways: list[str]) -> None:
    assert [text for text, _ in spellings(name, PLACES)] == ways


def test_letters_leave_out_brackets_and_widths() -> None:
    assert letters("ＡＢＣ（广州）有限公司－【副本】 1.pdf") == "abc广州有限公司副本1pdf"
