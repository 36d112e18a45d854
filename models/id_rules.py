"""Numbers of identity papers: which kinds there are, and what is wrong with a number. Pure questions."""

import re
import unicodedata
from datetime import date

RESIDENT = "resident_id"
ID_TYPES = {
    RESIDENT: "居民身份证",
    "hk_macao_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "hk_macao_taiwan_residence": "港澳台居民居住证",
    "foreign_permanent": "外国人永久居留身份证",
    "passport": "护照",
}
# The first two digits of every number; the full code is not checked, as retired ones stay on valid cards.
PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(first, last + 1)
)
RESIDENCE_CODES = ("810000", "820000", "830000")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
EARLIEST = date(1900, 1, 1)
# Kind → how its numbers look, and how to say so. The kinds checked digit by digit are not here.
PATTERNS = {
    "hk_macao_permit": (r"[HM][0-9]{8}([0-9]{2})?", "通行证号码应为 H 或 M 加 8 位或 10 位数字"),
    "taiwan_permit": (r"[0-9]{8}|[0-9]{10}", "通行证号码应为 8 位或 10 位数字"),
    "foreign_permanent": (
        r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]",
        "号码应为 3 个字母加 12 位数字，或 9 开头的 18 位号码",
    ),
    "passport": (r"[A-Z0-9]{5,20}", "护照号码应为 5 到 20 位字母或数字"),
}


def plain_id_number(typed: str) -> str:
    """Return a typed number as it is stored: half-width, capital letters, no blanks and hyphens."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed)).upper()


def wrong_with_id_number(id_type: str, number: str, today: date) -> str:
    """Say what is wrong with a plain number of this kind; empty when nothing is.

    Source: GB 11643-1999 for the check character and the date of birth.
    """
    if id_type in PATTERNS:
        pattern, message = PATTERNS[id_type]
        return "" if re.fullmatch(pattern, number) else f"{message}，请核对证件"
    if re.fullmatch(r"[0-9]{15}", number):
        return "请使用18位身份证号码"
    if len(number) != 18:
        return f"证件号码应为18位，现有 {len(number)} 位，请核对证件"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "证件号码前17位应为数字，最后一位是数字或X，请核对证件"
    return _wrong_with_parts(id_type, number, today)


def _wrong_with_parts(id_type: str, number: str, today: date) -> str:
    if id_type == RESIDENT and number[:2] not in PROVINCES:
        return "证件号码前两位不是有效的地区代码，请核对证件"
    if id_type != RESIDENT and number[:6] not in RESIDENCE_CODES:
        return "港澳台居民居住证号码以 810000、820000 或 830000 开头，请核对证件"
    born = born_on(number)
    if born is None or not EARLIEST <= born <= today:
        return "出生日期无效，请核对证件号码第7到14位"
    if check_character(number[:17]) != number[17]:
        return "证件号码校验码错误，请核对每一位"
    return ""


def check_character(body: str) -> str:
    """Compute the last character of an 18-digit number from the 17 digits before it."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def born_on(number: str) -> date | None:
    """Return the date of birth in an 18-digit number; None for other papers and for a day that never was."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str | None:
    """Return male or female as an 18-digit number says; None for other papers."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return None
    return "male" if int(number[16]) % 2 else "female"
