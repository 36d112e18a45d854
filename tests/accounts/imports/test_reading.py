"""Files of accounts as operators have them: encodings, headings, and what is wrong with a line."""

import hashlib

import pytest

from accounts.imports import reading
from accounts.imports.lines import BadLine, judged
from accounts.imports.reading import BadFile, read_accounts
from models.uscc import plain_uscc, wrong_with_uscc

REGIONS = {"110000", "110100", "110108", "440000", "440100", "440106"}
MD5 = hashlib.md5(b"secret").hexdigest()
HEADER = "统一社会信用代码,单位名称,登录名,密码散列,散列方式,手机号码\n"
GOOD = f"91110108MA01ABC25F,测试甲科技有限公司,,{MD5},MD5,13912345678\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_is_read_however_it_was_saved(encoding: str, newline: str) -> None:
    found = read_accounts((HEADER + GOOD).replace("\n", newline).encode(encoding), REGIONS)
    assert found.skipped == []
    (line,) = found.lines
    assert (line.number, line.name, line.login_name) == (2, "测试甲科技有限公司", "91110108MA01ABC25F")
    assert (line.password_scheme, line.mobile, line.region_code) == ("legacy_md5", "13912345678", "110108")
    assert set(line.items) == {"incubation", "tech_sme", "high_tech"}


def test_lines_keep_their_numbers_and_bad_ones_say_why() -> None:
    content = (
        HEADER
        + GOOD
        + "\n"
        + '"91110108MA01ABC25F","两行\n名称",,,,\n'
        + ",没有代码,,,,\n"
        + GOOD
        + "短,行\n"
    )
    found = read_accounts(content.encode(), REGIONS)
    assert [line.number for line in found.lines] == [2, 7]
    assert [(one.number, one.why) for one in found.skipped] == [
        (4, "单位名称中有不可见的字符"), (6, "缺少统一社会信用代码"), (8, "有 2 列，表头有 6 列"),
    ]  # fmt: skip


FILES = {
    b"": "表头中缺少",
    b"PK\x03\x04": "不是 CSV",
    "统一社会信用代码,单位名称\n".encode("utf-16"): "不是 CSV",
    b"\xff\xff\xff": "文字编码不能识别",
    "单位名称\n甲\n".encode(): "表头中缺少「统一社会信用代码」",
    "统一社会信用代码,单位名称,密码\n".encode(): "不认识的列「密码」",
    "uscc,name,单位名称\n".encode(): "重复的列",
    HEADER.encode(): "只有表头",
    (HEADER + GOOD + '"没有结束').encode(): "第 3 行以后读不下去",
    (HEADER + "x" * 200_000).encode(): "第 2 行以后读不下去",
}


@pytest.mark.parametrize(("content", "why"), FILES.items())
def test_a_file_that_is_none_is_refused_whole(content: bytes, why: str) -> None:
    with pytest.raises(BadFile, match=why):
        read_accounts(content, REGIONS)


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINES", 1)
    with pytest.raises(BadFile, match="最多 1 行"):
        read_accounts((HEADER + GOOD + GOOD).encode(), REGIONS)
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    with pytest.raises(BadFile, match="超过"):
        read_accounts((HEADER + GOOD).encode(), REGIONS)


LINES = [
    ({"uscc": "9.1E+17"}, "统一社会信用代码被表格软件改成了数字"),
    ({"mobile": "1.39123E+10"}, "手机号码被表格软件改成了数字"),
    ({"mobile": "12345"}, "手机号码应为 11 位数字"),
    ({"mobile": "139١٢٣٤٥٦٧٨"}, "手机号码应为 11 位数字"),
    ({"uscc": "91110108MA01ABC25FX"}, "统一社会信用代码过长"),
    ({"name": "甲" * 101}, "单位名称过长"),
    ({"name": "甲\u202e乙"}, "不可见的字符"),
    ({"login_name": "two words"}, "登录名中有空格"),
    ({"email": "nobody"}, "电子邮箱格式不正确"),
    ({"email": "zs@[b.com"}, "电子邮箱格式不正确"),
    ({"region_code": "999999"}, "地区代码不存在"),
    ({"uscc": "ABC"}, "缺少地区代码"),
    ({"items": "high_tech nothing"}, "不认识或不能授权的事项"),
    ({"items": "torch_statistics"}, "不认识或不能授权的事项"),
    ({"password_scheme": "crypt"}, "散列方式应为"),
    ({"password_hash": MD5[:-1]}, "不是 md5 的散列"),
    ({"password_hash": "z" * 32}, "不是 md5 的散列"),
    ({"password_scheme": "sha256"}, "不是 sha256 的散列"),
    ({"password_scheme": "argon2id"}, "不是 argon2id 的散列"),
    ({"password_salt": "a$b"}, "盐应为"),
    ({"password_salt": "x" * 33}, "盐应为"),
]


@pytest.mark.parametrize(("changes", "why"), LINES)
def test_what_is_wrong_with_a_line_is_said_without_its_content(changes: dict[str, str], why: str) -> None:
    cells = {
        "uscc": "91110108MA01ABC25F", "name": "测试甲科技有限公司", "password_hash": MD5, "password_scheme": "md5",
    }  # fmt: skip
    assert judged(2, cells, REGIONS).name
    with pytest.raises(BadLine, match=why) as refused:
        judged(2, cells | changes, REGIONS)
    assert not any(
        value in str(refused.value) for value in changes.values() if value.isascii() and len(value) > 8
    )


def test_separators_alone_name_no_item() -> None:
    cells = {"uscc": "91110108MA01ABC25F", "name": "测试甲科技有限公司"}
    assert judged(2, cells | {"items": "，；"}, REGIONS).items == judged(2, cells, REGIONS).items
    assert judged(2, cells | {"items": "；high_tech；tech_sme；"}, REGIONS).items == ("high_tech", "tech_sme")


def test_the_region_is_the_nearest_that_there_is() -> None:
    for code, region in (("91440106", "440106"), ("91440199", "440100"), ("91449999", "440000")):
        assert judged(2, {"uscc": f"{code}MA5000001X", "name": "甲"}, REGIONS).region_code == region


USCC = {
    "91350100M000100Y43": "", "91110108MA01ABC25F": "", "91110108ma01abc25f ": "", "Y1110108MA01ABC25R": "",
    "91110108MA01ABC25E": "校验位不符", "91110108MA01ABC2F": "应为 18 位", "91110108MAO1ABC25F": "不使用「O」",
    "9111010AMA01ABC25F": "第 3–8 位应为数字", "123456789ZXCVBNMAA": "不使用「Z」",
}  # fmt: skip


@pytest.mark.parametrize(("code", "why"), USCC.items())
def test_codes_of_the_examples(code: str, why: str) -> None:
    """A01 to A14, as far as accounts know them."""
    found = wrong_with_uscc(plain_uscc(code))
    assert why in found if why else found == ""
