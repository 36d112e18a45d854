"""Reading names: what clerks write into file names, and the ways they shorten the names of rows."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

LONGEST = 120  # characters of a file name that are looked at
SHORTEST_NAME = 2
_LONGEST_PLACE = 12

_LEGAL_FORM = re.compile(
    r"(?:有限责任公司|股份有限公司|集团有限公司|有限公司|股份公司|集团公司|分公司|公司|集团|有限合伙|普通合伙"
    r"|合伙企业|个体工商户|个人独资企业|事务所|工作室|经营部|商行)+"
)
_KIND_OF_TEAM = re.compile(r"(?:创业|创新)?(?:团队|项目组|项目|小组)$")
_TRADE = (
    "科技", "技术", "信息", "智能", "网络", "软件", "电子", "商务", "文化", "传媒", "传播", "广告", "教育",
    "培训", "咨询", "管理", "服务", "生物", "医药", "医疗", "健康", "环保", "能源", "新能源", "材料", "新材料",
    "建筑", "工程", "设计", "装饰", "贸易", "实业", "发展", "投资", "创业", "企业", "人力资源", "供应链", "物流",
    "数字", "数据", "通信", "自动化", "机器人", "设备", "机械", "农业", "食品", "餐饮", "家居", "物联网", "云计算",
    "人工智能", "系统", "集成", "产业", "控股",
)  # fmt: skip
_COPY_MARK = re.compile(r"\s*(?:[(（\[【][0-9]{1,2}[)）\]】]|[-_ ]*副本|[-_ ]*copy)\s*$", re.IGNORECASE)
_DAY = re.compile(r"((?:19|20)[0-9][0-9])[-.年/_]([0-9]{1,2})(?:[-.月/_]([0-9]{1,2})日?|月)(?![0-9])")
_DIGITS = "零一二三四五六七八九"
_NUMERAL = r"([0-9]{1,4}|[一二三四五六七八九十]{1,3})"
_LEADING = re.compile(
    r"^\s*[(\[【]?(?:第|no\.?|序号|编号)?\s*([0-9]{1,4})\s*(?:[)\]】]|[行家个号条项](?!线))?"
    r"(?:\s*[-_.、—]\s*([0-9]{1,2})(?=[^0-9]|$))?(?![0-9a-z年月日期届周楼层室栋座次人万元天岁%])",
    re.IGNORECASE,
)
_WITHIN = re.compile(rf"(?:第\s*{_NUMERAL}\s*[行家]|(?:行号|序号|编号|no\.?)\s*{_NUMERAL})", re.IGNORECASE)
_TRAILING = re.compile(r"(?<![0-9年月.])([0-9]{1,3})$")


@dataclass(frozen=True)
class Written:
    """A file name as read: its letters and figures only, and which row it numbers (0: none).

    `slot` is the second figure of names such as 3-2, `number_is_weak` one that stands at the end.
    """

    text: str
    number: int = 0
    slot: int = 0
    number_is_weak: bool = False


def letters(text: str) -> str:
    """Keep letters, figures and 汉字, full width as half width, capital as small."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(character for character in plain if character.isalnum())


def read_file_name(name: str, folder: str = "") -> Written:
    """Read a name and the folder it came in: 03 广州云杉/营业执照.pdf says as much as one long name."""
    stem = _stem(name)
    number, slot, weak = _numbers(stem)
    if folder:
        above, _, _ = _numbers(folder.rsplit("/", 1)[-1])
        if above:
            number, slot, weak = above, (slot or number), False
    parts = [letters(_whole_days(part)) for part in (folder, stem) if part]
    return Written("|".join(parts)[-LONGEST:], number, slot, weak)


def _stem(name: str) -> str:
    stem = re.sub(r"\.pdf$", "", unicodedata.normalize("NFKC", name).strip(), flags=re.IGNORECASE)
    return _COPY_MARK.sub("", stem)


def _whole_days(text: str) -> str:
    """Write days as eight figures: 2021.3.15 and 2021年3月15日 as 20210315."""
    text = unicodedata.normalize("NFKC", text)
    return _DAY.sub(lambda m: f"{m[1]}{int(m[2]):02}" + (f"{int(m[3]):02}" if m[3] else ""), text)


def _numbers(stem: str) -> tuple[int, int, bool]:
    """Return the number of a row, the number of a slot in it, and whether the former is weak."""
    stem = unicodedata.normalize("NFKC", stem).strip()
    if _DAY.match(stem):
        return 0, 0, False
    if leading := _LEADING.match(stem):
        return int(leading[1]), int(leading[2] or 0), False
    if within := _WITHIN.search(stem):
        return _value(within[1] or within[2]), 0, False
    if trailing := _TRAILING.search(stem):
        return int(trailing[1]), 0, True
    return 0, 0, False


def _value(numeral: str) -> int:
    """Read 12 or 十二; what is neither is 0."""
    if numeral.isdigit():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return _DIGITS.find(numeral) if len(numeral) == 1 else 0
    return 10 * (_DIGITS.find(tens) if tens else 1) + (_DIGITS.find(ones) if ones else 0)


def spellings(name: str, places: Collection[str] = ()) -> Iterator[tuple[str, bool]]:
    """Yield how a name may be written, the longest first, and whether it is still clear who is meant.

    广州云杉建筑科技有限公司: without the legal form, without the place (`places` are those to leave out),
    and at last without the trade: 云杉.
    """
    whole = letters(name)
    yield whole, True
    short = _KIND_OF_TEAM.sub("", _LEGAL_FORM.sub("", whole))
    yield short, True
    core = _without_places(short, places)
    yield core, True
    if core != whole:  # only companies and teams are known by their first word
        yield from ((stripped, False) for stripped in _without_trades(core))


def _without_places(name: str, places: Collection[str]) -> str:
    for length in range(min(_LONGEST_PLACE, len(name) - SHORTEST_NAME), 1, -1):
        if name[:length] in places:
            return _without_places(name[length:], places)
    return name


def _without_trades(core: str) -> Iterator[str]:
    while True:
        trade = max((t for t in _TRADE if core.endswith(t)), key=len, default="")
        core = core.removesuffix(trade)
        if not trade or len(core) < SHORTEST_NAME:
            return
        yield core


def is_of_a_company(name: str) -> bool:
    """Say whether a name has a legal form, so that a part of it names nobody."""
    return _LEGAL_FORM.search(name) is not None
