"""One line of a file of accounts: its columns, and what is wrong with it. Pure."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from forms.codes import is_mail_address
from models.legacy_password import ARGON2, LENGTHS, LONGEST_SALT
from models.service import services
from models.uscc import plain_uscc

# Name of a column → how people head it. The first two must be there.
COLUMNS = {
    "uscc": "统一社会信用代码", "name": "单位名称", "login_name": "登录名", "password_hash": "密码散列",
    "password_scheme": "散列方式", "password_salt": "盐", "mobile": "手机号码", "email": "电子邮箱",
    "region_code": "地区代码", "person_name": "主代办人姓名", "items": "事项",
}  # fmt: skip
NEEDED = ("uscc", "name")
LONGEST = {"uscc": 18, "name": 100, "login_name": 36, "person_name": 50, "email": 100, "password_hash": 200}
SCHEMES = {"md5": "legacy_md5", "sha1": "legacy_sha1", "sha256": "legacy_sha256", "argon2id": "argon2id"}
TORCH = "科技部火炬高技术产业开发中心"
BY_EXCEL = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)
# What would show as something else than it is, or break the line it is printed in.
INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")


class BadLine(Exception):
    """Why a line is not taken over; the message is for the operator and names no personal data."""


@dataclass(frozen=True)
class Line:
    """One account as the file gives it. `number`: the line it begins on. Empty texts: not said."""

    number: int
    uscc: str
    name: str
    login_name: str
    password_hash: str = ""
    password_scheme: str = ""
    password_salt: str = ""
    mobile: str = ""
    email: str = ""
    region_code: str = ""
    person_name: str = ""
    items: tuple[str, ...] = ()


def torch_items() -> tuple[str, ...]:
    """Return the services that came from 火炬中心 and can be granted."""
    return tuple(
        key for key, one in services().items() if one.owner == TORCH and one.is_granted and one.for_unit
    )


def judged(number: int, cells: Mapping[str, str], regions: Collection[str]) -> Line:
    """Read the cells of a line, by column; raises BadLine. `regions`: the codes that there are."""
    said = {name: _clean(name, cells.get(name, "")) for name in COLUMNS}
    for name in NEEDED:
        if not said[name]:
            raise BadLine(f"缺少{COLUMNS[name]}")
    for name in ("uscc", "login_name", "mobile", "region_code"):
        if BY_EXCEL.fullmatch(said[name]):
            raise BadLine(f"{COLUMNS[name]}被表格软件改成了数字，单元格格式应为文本")
    uscc = plain_uscc(said["uscc"])
    scheme, password_hash = _password(said)
    return Line(
        number, uscc, said["name"], _login_name(said["login_name"] or uscc), password_hash, scheme,
        said["password_salt"], _mobile(said["mobile"]), _email(said["email"]),
        _region(said["region_code"], uscc, regions), said["person_name"], _items(said["items"]),
    )  # fmt: skip


def _clean(name: str, text: str) -> str:
    # Salt and hash are kept as they are; a salt may begin with a blank.
    plain = text if name in ("password_salt", "password_hash") else unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(c) in INVISIBLE for c in plain):
        raise BadLine(f"{COLUMNS[name]}中有不可见的字符")
    if len(plain) > LONGEST.get(name, 200):
        raise BadLine(f"{COLUMNS[name]}过长，最多 {LONGEST.get(name, 200)} 个字符")
    return plain


def _login_name(name: str) -> str:
    if re.search(r"\s", name):
        raise BadLine("登录名中有空格")
    return name


def _password(said: Mapping[str, str]) -> tuple[str, str]:
    """Return scheme and hash; both empty for an account that gets its password by SMS."""
    named, found = said["password_scheme"].lower().replace("-", ""), said["password_hash"].strip()
    if not found:
        return "", ""
    scheme = SCHEMES.get(named)
    if scheme is None:
        raise BadLine(f"散列方式应为 {'、'.join(SCHEMES)} 之一；其他方式请把密码散列留空，由用户用短信重置")
    if scheme == "argon2id":
        right = found.startswith(ARGON2) and not said["password_salt"]
    else:
        right = re.fullmatch(r"[0-9a-fA-F]+", found) is not None and len(found) == LENGTHS[scheme]
    if not right:
        raise BadLine(f"密码散列不是 {named} 的散列")
    if not re.fullmatch(rf"[ -#%-~]{{0,{LONGEST_SALT}}}", said["password_salt"]):
        raise BadLine(f"盐应为 {LONGEST_SALT} 个以内的英文字符，不含 $")
    return scheme, found


def _mobile(text: str) -> str:
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).removeprefix("+86")
    if number and not re.fullmatch(r"1[3-9][0-9]{9}", number):
        raise BadLine("手机号码应为 11 位数字")
    return number


def _email(text: str) -> str:
    if text and not is_mail_address(text):
        raise BadLine("电子邮箱格式不正确")
    return text


def _region(text: str, uscc: str, regions: Collection[str]) -> str:
    """Return the code that is said, else the one in the 统一社会信用代码, where most units still are."""
    if text and text not in regions:
        raise BadLine("地区代码不存在，应为 6 位行政区划代码")
    code = text or uscc[2:8]
    for known in (code, f"{code[:4]}00", f"{code[:2]}0000"):  # a district that is no more lies in its city
        if known in regions:
            return known
    raise BadLine("缺少地区代码，统一社会信用代码里也看不出地区")


def _items(text: str) -> tuple[str, ...]:
    said = dict.fromkeys(word for word in re.split(r"[\s;；,，、|]+", text) if word)
    keys = tuple(said) or torch_items()
    for key in keys:
        service = services().get(key)
        if service is None or not (service.is_granted and service.for_unit):
            raise BadLine("事项中有不认识或不能授权的事项，请用服务事项的代号，例如 high_tech")
    return keys
