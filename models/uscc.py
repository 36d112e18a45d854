"""统一社会信用代码: how one is written, and what is wrong with one. Pure questions."""

import unicodedata

from stdnum.cn import uscc as stdnum_uscc

ALPHABET = set("0123456789ABCDEFGHJKLMNPQRTUWXY")


def plain_uscc(typed: str) -> str:
    """Return a typed code as it is stored: half-width, capital letters, no blanks."""
    return unicodedata.normalize("NFKC", typed).replace(" ", "").upper()


def wrong_with_uscc(code: str) -> str:
    """Say what is wrong with a plain code; empty when nothing is. Source: GB 32100-2015."""
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现有 {len(code)} 位，请核对营业执照"
    wrong = next((c for c in code if c not in ALPHABET), None)
    if wrong:
        return f"统一社会信用代码不使用「{wrong}」（不含 I、O、S、V、Z），请核对营业执照"
    if not code[2:8].isdigit():
        return "统一社会信用代码第 3–8 位应为数字，请核对营业执照"
    if stdnum_uscc.calc_check_digit(code[:-1]) != code[-1]:
        return "统一社会信用代码校验位不符，请核对营业执照"
    return ""
