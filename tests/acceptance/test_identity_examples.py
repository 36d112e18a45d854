"""Examples B01 to B12 of the account platform: numbers of identity papers, on 1 January 2025."""

from datetime import date

import pytest

from models.id_rules import (
    ID_TYPES,
    RESIDENT,
    born_on,
    plain_id_number,
    sex_of,
    wrong_with_id_number,
)

TODAY = date(2025, 1, 1)


def wrong(typed: str, id_type: str = RESIDENT) -> str:
    return wrong_with_id_number(id_type, plain_id_number(typed), TODAY)


@pytest.mark.parametrize(
    ("typed", "stored", "sex", "born"),
    [
        ("11010519491231002X", "11010519491231002X", "female", date(1949, 12, 31)),  # B01
        ("11010519491231002x", "11010519491231002X", "female", date(1949, 12, 31)),  # B02
        ("110108199003074519", "110108199003074519", "male", date(1990, 3, 7)),  # B03
        ("810000199001010019", "810000199001010019", "male", date(1990, 1, 1)),  # B10
        ("31011519851122062X", "31011519851122062X", "female", date(1985, 11, 22)),  # B12
        ("330106197811051015", "330106197811051015", "male", date(1978, 11, 5)),
        ("510104200001010014", "510104200001010014", "male", date(2000, 1, 1)),
        (" 110108 19900307 4519 ", "110108199003074519", "male", date(1990, 3, 7)),
        ("１１０１０８１９９００３０７４５１９", "110108199003074519", "male", date(1990, 3, 7)),
    ],
)
def test_resident_numbers_that_are_right(typed: str, stored: str, sex: str, born: date) -> None:
    assert wrong(typed) == ""
    assert plain_id_number(typed) == stored
    assert (sex_of(stored), born_on(stored)) == (sex, born)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("110108199003074518", "证件号码校验码错误"),  # B04
        ("110108199002304511", "出生日期无效"),  # B05
        ("110108203001010019", "出生日期无效"),  # B07
        ("990108199003074512", "前两位不是有效的地区代码"),  # B08
        ("110108900307451", "请使用18位身份证号码"),  # B09
        ("11010819900307451", "现有 17 位"),
        ("1101081990030745199", "现有 19 位"),
        ("11010819900307451A", "最后一位是数字或X"),
        ("X10108199003074519", "前17位应为数字"),
        ("110108189912310019", "出生日期无效"),
        ("", "现有 0 位"),
        ("11٠١٠٨١٩٩٠٠٣٠٧٤٥١9", "前17位应为数字"),  # in the digits of another script it is not the same number
        ("１１０１０８１９９００３०७४५१९", "前17位应为数字"),
    ],
)
def test_resident_numbers_that_are_wrong(typed: str, words: str) -> None:
    assert words in wrong(typed)


def test_retired_and_new_counties_are_not_refused() -> None:
    """宣武区 110104 is gone since 2010, 110199 never was: only the first two digits are looked at."""
    assert wrong("110104199003074511"[:17] + "6") == "证件号码校验码错误，请核对每一位"
    for body in ("11010419900307451", "11019919900307451"):
        rights = [last for last in "0123456789X" if wrong(body + last) == ""]
        assert len(rights) == 1


IN_OTHER_DIGITS = {
    "hk_macao_taiwan_residence": "٨١٠٠٠٠١٩٩٠٠١٠١٠٠١٩", "hk_macao_permit": "H١٢٣٤٥٦٧٨", "taiwan_permit": "१२३४५६७८",
    "foreign_permanent": "CHN١٢٣٤٥٦٧٨٩٠١٢", "passport": "E١٢٣٤٥٦٧٨",
}  # fmt: skip


@pytest.mark.parametrize(
    ("id_type", "typed", "is_right"),
    [
        ("hk_macao_taiwan_residence", "810000199001010019", True),  # B10
        ("hk_macao_taiwan_residence", "110108199003074519", False),
        ("hk_macao_taiwan_residence", "810000199001010018", False),
        ("hk_macao_permit", "h12345678", True),
        ("hk_macao_permit", "M1234567890", True),
        ("hk_macao_permit", "H1234567", False),
        ("hk_macao_permit", "H123456789", False),
        ("taiwan_permit", "12345678", True),
        ("taiwan_permit", "1234567890", True),
        ("taiwan_permit", "123456789", False),
        ("foreign_permanent", "CHN123456789012", True),
        ("foreign_permanent", "911124198108030024", True),
        ("foreign_permanent", "CH1234567890123", False),
        ("passport", "E12345678", True),
        ("passport", "abc12", True),
        ("passport", "1234", False),
        ("passport", "护照123456", False),
        *((id_type, number, False) for id_type, number in IN_OTHER_DIGITS.items()),
    ],
)
def test_other_papers(id_type: str, typed: str, is_right: bool) -> None:
    assert id_type in ID_TYPES
    assert (wrong(typed, id_type) == "") is is_right
