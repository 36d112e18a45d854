"""What may be typed into each kind of field: the value it becomes, or the code it is refused with."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from filings.kinds import KINDS
from forms.base import FilingForm, RequiredToSubmit
from forms.choices import ChoiceField, ChoicesField, TickField, YesNoField
from forms.codes import EmailField, MobileField, UsccField
from forms.fields import (
    AreaField,
    CountField,
    DateField,
    FilingField,
    LongTextField,
    MoneyField,
    NamedRowField,
    TextField,
)


class EveryForm(FilingForm):
    """One field of every type."""

    text = TextField("文字", max_length=10)
    long = LongTextField("长文", max_length=10)
    area = AreaField("面积")
    positive = AreaField("正面积", above_zero=True)
    money = MoneyField("金额")
    count = CountField("人数", least=1, most=100)
    day = DateField("日期")
    choice = ChoiceField("选择", choices=[("a", "甲"), ("b", "乙")])
    choices = ChoicesField("多选", choices=[("a", "甲"), ("b", "乙"), ("c", "丙")])
    yesno = YesNoField("是否")
    tick = TickField("已读")
    named = NamedRowField("团队", table="teams", offers=lambda row: row.name)
    code = UsccField("统一社会信用代码")
    mail = EmailField("邮箱")
    mobile = MobileField("手机")


def taken(name: str, *typed: str) -> Any:
    """Return the value of what was typed, or the code of its refusal."""
    form = EveryForm(MultiDict([(name, text) for text in typed]))
    form.validate()
    refusal = form.refusals().get(name)
    return refusal.code if refusal else form[name].data


LARGEST = Decimal("99999999.99")
NUMBERS = [
    ("12", Decimal("12")),
    ("12.5", Decimal("12.5")),
    ("0", Decimal(0)),
    ("0.00", Decimal(0)),
    ("-0", Decimal(0)),
    ("-0.00", Decimal(0)),
    ("+7", Decimal(7)),
    ("007", Decimal(7)),
    ("1,234,567.89", Decimal("1234567.89")),
    ("１２３４．５", Decimal("1234.5")),
    ("１，２３４", Decimal(1234)),
    ("12。5", Decimal("12.5")),
    ("1 234", Decimal(1234)),
    ("\u3000１２\u3000", Decimal(12)),
    ("\u202d12\u202c", Decimal(12)),  # as copied from an address book
    ("\ufeff12", Decimal(12)),
    ("12\x07", Decimal(12)),
    ("12.340000", Decimal("12.34")),
    ("99999999.99", LARGEST),
    ("100000000", "E_RANGE"),
    ("1234567890123", "E_RANGE"),
    ("1" + "0" * 400, "E_RANGE"),
    ("-1234567890123", "E_NEGATIVE"),
    ("-0.01", "E_NEGATIVE"),
    ("－５", "E_NEGATIVE"),
    ("12.345", "E_DECIMALS"),
    ("0.001", "E_DECIMALS"),
    ("0." + "0" * 400 + "1", "E_DECIMALS"),
    ("1e5", "E_NUMBER"),
    ("1e9999", "E_NUMBER"),
    ("NaN", "E_NUMBER"),
    ("Infinity", "E_NUMBER"),
    ("-inf", "E_NUMBER"),
    ("0x10", "E_NUMBER"),
    ("1_000", "E_NUMBER"),
    ("6O", "E_NUMBER"),
    ("十二", "E_NUMBER"),
    ("12 平方米", "E_NUMBER"),
    ("1.2.3", "E_NUMBER"),
    (".5", "E_NUMBER"),
    ("-", "E_NUMBER"),
    (",", "E_NUMBER"),
    ("½", "E_NUMBER"),
    ("١٢", "E_NUMBER"),
    ("", None),
    ("   ", None),
    ("\u3000", None),
    ("\u200b", None),
    ("\x00\x07", None),
]


@pytest.mark.parametrize(("typed", "expected"), NUMBERS)
def test_numbers(typed: str, expected: Any) -> None:
    assert taken("area", typed) == expected
    assert taken("money", typed) == expected


def test_no_number_is_shown_as_minus_zero() -> None:
    assert str(taken("area", "-0")) == "0.00"


@pytest.mark.parametrize(
    ("typed", "expected"), [("0", "E_RANGE"), ("-0.00", "E_RANGE"), ("0.01", Decimal("0.01")), ("", None)]
)
def test_numbers_above_zero(typed: str, expected: Any) -> None:
    assert taken("positive", typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1", 1), ("100", 100), ("1.0", 1), ("１００", 100), ("0", "E_RANGE"), ("101", "E_RANGE"),
        ("1.5", "E_INTEGER"), ("-1", "E_NEGATIVE"), ("1e2", "E_NUMBER"), ("", None),
        ("9" * 5000, "E_RANGE"),
    ],
)  # fmt: skip
def test_counts(typed: str, expected: Any) -> None:
    found = taken("count", typed)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    "typed",
    [
        "2021-03-08", "2021-3-8", "2021/03/08", "2021/3/8", "2021.3.8", "2021年3月8日", "2021年03月08日",
        "2021年3月8", "20210308", "２０２１－０３－０８", "２０２１年３月８日", " 2021-03-08 ",
        "\u30002021-03-08", "2021 - 03 - 08", "2021 年 3 月 8 日", "\ufeff2021-03-08",
    ],
)  # fmt: skip
def test_days_as_people_write_them(typed: str) -> None:
    assert taken("day", typed) == date(2021, 3, 8)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2021-02-29", "E_DATE"), ("2020-02-29", date(2020, 2, 29)), ("2021-13-01", "E_DATE"),
        ("2021-00-10", "E_DATE"), ("2021-04-31", "E_DATE"), ("20210431", "E_DATE"), ("2021-03", "E_DATE"),
        ("2021", "E_DATE"), ("21-03-08", "E_DATE"), ("08/03/2021", "E_DATE"), ("昨天", "E_DATE"),
        ("2021-03-08T00:00", "E_DATE"), ("0000-01-01", "E_DATE"), ("1948-12-31", "E_RANGE"),
        ("1949-01-01", date(1949, 1, 1)), ("2100-12-31", date(2100, 12, 31)), ("2101-01-01", "E_RANGE"),
        ("9999-12-31", "E_RANGE"), ("44263", "E_DATE"), ("٢٠٢١-٠٣-٠٨", "E_DATE"), ("", None), ("\u3000", None),
    ],
)  # fmt: skip
def test_days(typed: str, expected: Any) -> None:
    assert taken("day", typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("启航", "启航"),
        ("  启航  ", "启航"),
        ("\u3000启航\u3000", "启航"),
        ("启航\u3000空间", "启航 空间"),
        ("启\t航\n空间", "启 航 空间"),
        ("启\x07航", "启航"),
        ("启\u200b航", "启航"),
        ("\u202e启航", "启航"),
        ("e\u0301", "é"),
        ("𠮷", "𠮷"),
        ("1234567890", "1234567890"),
        ("𠮷" * 10, "𠮷" * 10),
        ("12345678901", "E_TEXT_TOO_LONG"),
        ("<b>&", "<b>&"),
        ("", None),
        ("\u3000 \t", None),
        ("\u200b\ufeff", None),
    ],
)
def test_lines_of_text(typed: str, expected: Any) -> None:
    assert taken("text", typed) == expected
    assert taken("named", typed) == (typed if expected == "E_TEXT_TOO_LONG" else expected)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("一\r\n\r\n二", "一\n\n二"),
        ("一\r二", "一\n二"),
        ("\n一\n", "一"),
        ("一\x00二", "一二"),
        ("一\r\n2345678", "一\n2345678"),
        ("12345\r\n67890", "E_TEXT_TOO_LONG"),
        ("\u3000\n", None),
    ],
)
def test_paragraphs(typed: str, expected: Any) -> None:
    assert taken("long", typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("91350100M000100Y43", "91350100M000100Y43"),  # A01
        ("91110108MA01ABC25F", "91110108MA01ABC25F"),  # A02
        ("91110108ma01abc25f ", "91110108MA01ABC25F"),  # A03
        ("９１１１０１０８ＭＡ０１ＡＢＣ２５Ｆ", "91110108MA01ABC25F"),
        ("9111 0108 MA01 ABC2 5F", "91110108MA01ABC25F"),
        ("91110108MA01ABC25E", "E_USCC"),  # A05
        ("91110108MA01ABC52F", "E_USCC"),  # A06
        ("91110108MA01ABC2F", "E_USCC"),  # A07
        ("91110108MAO1ABC25F", "E_USCC"),  # A08
        ("91350100M000100Y4Z", "E_USCC"),  # A09
        ("9111010AMA01ABC25F", "E_USCC"),  # A10
        ("91990108MA01ABC256", "91990108MA01ABC256"),  # A12
        ("Y1110108MA01ABC25R", "Y1110108MA01ABC25R"),  # A13
        ("123456789ZXCVBNMAA", "E_USCC"),  # A14
        ("9.1E+17", "E_USCC"),  # A16
        ("91110108MA01ABC25Ｆ统", "E_USCC"),
        ("", None),
    ],
)
def test_unit_codes(typed: str, expected: Any) -> None:
    assert taken("code", typed) == expected


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("91110108MA01ABC2F", "现有 17 位"),
        ("91110108MAO1ABC25F", "「O」"),
        ("9111010AMA01ABC25F", "第 3–8 位应为数字"),
        ("91110108MA01ABC25E", "校验位不符"),
    ],
)
def test_a_refused_unit_code_says_why(typed: str, word: str) -> None:
    form = EveryForm(MultiDict({"code": typed}))
    form.validate()
    assert word in form.refusals()["code"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("13800000000", "13800000000"), ("138 0000 0000", "13800000000"), ("138-0000-0000", "13800000000"),
        ("１３８００００００００", "13800000000"), ("\u202d13800000000\u202c", "13800000000"),
        ("12800000000", "E_MOBILE"), ("1380000000", "E_MOBILE"), ("138000000000", "E_MOBILE"),
        ("+8613800000000", "E_MOBILE"), ("020-88888888", "E_MOBILE"), ("138٠٠٠٠٠٠٠٠", "E_MOBILE"), ("", None),
    ],
)  # fmt: skip
def test_mobiles(typed: str, expected: Any) -> None:
    assert taken("mobile", typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("lianxi@example.com", "lianxi@example.com"), (" a@b.cn ", "a@b.cn"),
        ("li.na_2+hatchery%x@mail-1.example.com.cn", "li.na_2+hatchery%x@mail-1.example.com.cn"),
        ("联系@示例.中国", "E_EMAIL"), ("zs@[b.com", "E_EMAIL"), ("a:@;.(", "E_EMAIL"), ("=?utf-8?q?=0a?=@x.com", "E_EMAIL"),
        ("lianxi", "E_EMAIL"), ("a@b", "E_EMAIL"), ("a@@b.cn", "E_EMAIL"), ("a b@c.cn", "E_EMAIL"),
        ("a@b.", "E_EMAIL"), ("a@.cn", "E_EMAIL"), ("a" * 65 + "@b.cn", "E_EMAIL"),
        ("a@" + "b" * 100 + ".cn", "E_TEXT_TOO_LONG"), ("", None),
    ],
)  # fmt: skip
def test_mail_addresses(typed: str, expected: Any) -> None:
    assert taken("mail", typed) == expected


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("choice", ["a"], "a"),
        ("choice", [" a "], "a"),
        ("choice", ["甲"], "E_CHOICE"),
        ("choice", ["A"], "E_CHOICE"),
        ("choice", [""], None),
        ("choices", ["c", "a"], ["a", "c"]),
        ("choices", ["a", "a"], ["a"]),
        ("choices", ["a", "x"], "E_CHOICE"),
        ("choices", [], None),
        ("yesno", ["yes"], True),
        ("yesno", ["no"], False),
        ("yesno", ["true"], "E_CHOICE"),
        ("yesno", [""], None),
        ("tick", ["yes"], True),
        ("tick", ["no"], None),
        ("tick", [], None),
    ],
)
def test_choices(name: str, typed: list[str], expected: Any) -> None:
    assert taken(name, *typed) == expected


STORED: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(min_size=1, max_size=10),
    "long": st.text(alphabet="一二\n a", min_size=1, max_size=10),
    "area": st.decimals(0, LARGEST, places=2),
    "positive": st.decimals(Decimal("0.01"), LARGEST, places=2),
    "money": st.decimals(0, LARGEST, places=2),
    "count": st.integers(1, 100),
    "day": st.dates(date(1949, 1, 1), date(2100, 12, 31)),
    "choice": st.sampled_from("ab"),
    "choices": st.sampled_from([["a"], ["a", "c"], ["a", "b", "c"]]),
    "yesno": st.booleans(),
    "tick": st.just(True),
    "named": st.text(alphabet="团队 ", min_size=1, max_size=10),
    "code": st.sampled_from(["91350100M000100Y43", "Y1110108MA01ABC25R"]),
    "mail": st.sampled_from(["a@b.cn", "lianxi@example.com"]),
    "mobile": st.integers(0, 10**9 - 1).map(lambda number: f"13{number:09}"),
}


class Stored:
    """What a form is filled from."""

    def __init__(self, **values: Any) -> None:
        self.__dict__ = dict.fromkeys(STORED) | values


@pytest.mark.parametrize("name", STORED)
@given(data=st.data())
def test_what_is_shown_in_the_box_parses_to_what_is_stored(name: str, data: st.DataObject) -> None:
    first = data.draw(STORED[name])
    value = taken(name, *boxed(EveryForm(obj=Stored(**{name: first}))[name]))
    if name not in ("text", "long", "named"):  # a text may lose blanks at its ends, once
        assert value == first
    assert taken(name, *boxed(EveryForm(obj=Stored(**{name: value}))[name])) == value


def boxed(field: FilingField) -> list[str]:
    """Return what a browser would send for the field untouched."""
    shown = field.shown_input()
    return [part for part in shown.split(",") if part] if field.kind == "choices" else [shown]


@pytest.mark.parametrize("name", STORED)
def test_an_empty_answer_is_shown_empty_and_stays_empty(name: str) -> None:
    field = EveryForm(obj=Stored())[name]
    assert (field.show(None), field.plain(None), field.shown_input()) == ("", None, "")
    assert taken(name, *boxed(field)) is None


@pytest.mark.parametrize(
    ("name", "value", "text", "plain"),
    [
        ("area", Decimal("2350.50"), "2,350.5", "2350.5"),
        ("area", Decimal("1000.00"), "1,000", "1000"),
        ("area", Decimal("0.00"), "0", "0"),
        ("count", 1000, "1,000", "1000"),
        ("day", date(2021, 3, 8), "2021-03-08", "2021-03-08"),
        ("choice", "b", "乙", "b"),
        ("choices", ["a", "c"], "甲、丙", ["a", "c"]),
        ("yesno", False, "否", "no"),
        ("tick", True, "是", "yes"),
        ("text", "启航", "启航", "启航"),
    ],
)
def test_answers_are_shown_for_people_and_written_plainly_for_documents(
    name: str, value: Any, text: str, plain: Any
) -> None:
    field = EveryForm()[name]
    assert (field.show(value), field.plain(value)) == (text, plain)


def test_a_refused_text_stands_in_its_box_as_typed() -> None:
    form = EveryForm(MultiDict({"area": "６O", "text": "x" * 11, "day": "2021-02-30"}))
    form.validate()
    assert (form.area.shown_input(), form.text.shown_input(), form.day.shown_input()) == (
        "６O",
        "x" * 11,
        "2021-02-30",
    )


def test_every_refusal_says_in_chinese_what_to_do() -> None:
    wrong = {"text": "x" * 11, "area": "x", "count": "1.5", "day": "x", "choice": "x", "choices": "x",
             "yesno": "x", "code": "x", "mail": "x", "mobile": "x", "money": "-1"}  # fmt: skip
    form = EveryForm(MultiDict(wrong))
    form.validate()
    assert set(form.refusals()) == set(wrong)
    assert [text for text in form.refusals().values() if not re.search("请|应|例如", text)] == []


def test_a_required_answer_may_be_missing_while_typing() -> None:
    class Asked(FilingForm):
        name = TextField("名称", [RequiredToSubmit()])

    assert Asked(MultiDict({"name": ""})).validate()


def test_every_form_of_every_kind_says_it_can_be_empty() -> None:
    for kind in KINDS.values():
        for form in [tab.form for tab in kind.tabs if tab.form] + [table.form for table in kind.tables]:
            assert form(MultiDict()).validate(), form
