"""Write models/data/regions.csv and offices.csv from python-stdnum's list of codes and a few hand rules.

Run `python -m ops.build_regions` after an upgrade of python-stdnum, and read the difference.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

YEAR = 2021
NATION, CORPS, XINJIANG = "000000", "660000", "650000"
CORPS_NAME = "新疆生产建设兵团"
MUNICIPALITIES = {"110000", "120000", "310000", "500000"}
SEPARATELY_PLANNED = {"440300", "330200", "350200", "370200", "210200"}
PILOT_CHANGE = {"110000", "310000", "500000", "440300", "330100", "440100"}
OUT_OF_SCOPE = ("71", "81", "82")
COUNTIES_UNDER_A_PROVINCE = ("4190", "4290", "4690")
PLACEHOLDERS = {"市辖区", "县", "市区", "林区"}

# Where the source has no end year, lacks a code of 2021, or writes traditional characters.
SUPERSEDED = {"429001", "422921"}  # 随州市 is 421300, 神农架林区 is 429021
CORRECTIONS = {
    "330113": "临平区",
    "330114": "钱塘区",
    "232761": "加格达奇区",
    "232762": "松岭区",
    "232763": "新林区",
    "232764": "呼中区",
}

# Offices that are not called "<region>科学技术厅" (province) or "<region>科学技术局" (city).
PROVINCE_OFFICES = {
    "110000": "北京市科学技术委员会、中关村科技园区管理委员会",
    "120000": "天津市科学技术局",
    "310000": "上海市科学技术委员会",
    "500000": "重庆市科学技术局",
    "440300": "深圳市科技创新委员会",
    "330200": "宁波市科学技术局",
    "350200": "厦门市科学技术局",
    "370200": "青岛市科学技术局",
    "210200": "大连市科学技术局",
    CORPS: "新疆生产建设兵团科学技术局",
}
CITY_OFFICES = {"440400": "珠海市科技创新局"}
CORPS_DIVISIONS = {
    "659001": "第八师石河子市",
    "659002": "第一师阿拉尔市",
    "659003": "第三师图木舒克市",
    "659004": "第六师五家渠市",
    "659005": "第十师北屯市",
    "659006": "第二师铁门关市",
    "659007": "第五师双河市",
    "659008": "第四师可克达拉市",
    "659009": "第十四师昆玉市",
    "659010": "第七师胡杨河市",
    "659011": "第十三师新星市",
}
WITHOUT_CITY_OFFICE = "4690"  # the counties of 海南 hand in to the province
EXTRA_OFFICES = [("district", "440106", "广州市天河区科技工业和信息化局")]


class RegionRow(NamedTuple):
    """One line of regions.csv; flags are 1 or 0."""

    code: str
    name: str
    level: str
    geo_parent_code: str
    admin_parent_code: str
    is_municipality: int = 0
    is_separately_planned: int = 0
    pilot_change: int = 0


class OfficeRow(NamedTuple):
    """One line of offices.csv."""

    level: str
    region_code: str
    name: str


def main() -> None:
    """Write both files."""
    data = Path(__file__).parent.parent / "models" / "data"
    regions = build_regions()
    _write(data / "regions.csv", RegionRow._fields, regions)
    _write(data / "offices.csv", OfficeRow._fields, build_offices(regions))


def build_regions() -> list[RegionRow]:
    """Return every region in scope, parents before children."""
    names = dict(_valid_codes(files("stdnum.cn").joinpath("loc.dat").read_text("utf-8"))) | CORRECTIONS
    rows = [RegionRow(NATION, "全国", "nation", "", "")]
    rows.append(RegionRow(CORPS, CORPS_NAME, "province", NATION, NATION))
    rows += [_region(code, name) for code, name in names.items() if _is_region(code, name)]
    order = {"nation": 0, "province": 1, "city": 2, "district": 3}
    return sorted(rows, key=lambda row: (order[row.level], row.code))


def build_offices(regions: Iterable[RegionRow]) -> list[OfficeRow]:
    """Return the national office, the 37 that report to it directly, and those of the cities."""
    offices = [OfficeRow("torch", NATION, "科学技术部火炬高技术产业开发中心")]
    for row in regions:
        if row.admin_parent_code == NATION:
            offices.append(OfficeRow("province", row.code, _province_office(row)))
        elif row.level == "city" and not row.code.startswith(WITHOUT_CITY_OFFICE):
            offices.append(OfficeRow("city", row.code, _city_office(row)))
    return offices + [OfficeRow(*extra) for extra in EXTRA_OFFICES]


def _valid_codes(text: str) -> Iterator[tuple[str, str]]:
    """Yield (code, name) of what was valid at the end of YEAR.

    A name is written `[first year-year of its end]name`; several uses of a code are separated by commas.
    """
    province = ""
    for digits, column, names in re.findall(r'^ *(\d+) (province|county)="(.*)"$', text, re.M):
        if column == "province":
            province = digits
            continue
        for name in names.split(","):
            years = re.match(r"\[(\d*)-(\d*)\]", name)
            if years is None or _lasted(*years.groups()):
                yield province + digits, name[years.end() :] if years else name


def _lasted(first: str, end: str) -> bool:
    return (not first or int(first) <= YEAR) and (not end or int(end) > YEAR)


def _is_region(code: str, name: str) -> bool:
    """Say whether the code is a place: 市辖区 and the like only group the districts below them."""
    if code.startswith(OUT_OF_SCOPE) or code in SUPERSEDED:
        return False
    return name not in PLACEHOLDERS and "直辖县级" not in name


def _region(code: str, name: str) -> RegionRow:
    if code.endswith("0000"):
        return RegionRow(code, name, "province", NATION, NATION, int(code in MUNICIPALITIES), 0,
                         int(code in PILOT_CHANGE))  # fmt: skip
    province = code[:2] + "0000"
    if code.startswith("6590"):
        return RegionRow(code, name, "city", XINJIANG, CORPS)
    if code in SEPARATELY_PLANNED:
        return RegionRow(code, name, "city", province, NATION, 0, 1, int(code in PILOT_CHANGE))
    if code.endswith("00") or code.startswith(COUNTIES_UNDER_A_PROVINCE):
        return RegionRow(code, name, "city", province, province, 0, 0, int(code in PILOT_CHANGE))
    parent = province if province in MUNICIPALITIES else code[:4] + "00"
    return RegionRow(code, name, "district", parent, parent)


def _province_office(row: RegionRow) -> str:
    return PROVINCE_OFFICES.get(row.code, f"{row.name}科学技术厅")


def _city_office(row: RegionRow) -> str:
    if row.code in CORPS_DIVISIONS:
        return f"{CORPS_NAME}{CORPS_DIVISIONS[row.code]}科学技术局"
    return CITY_OFFICES.get(row.code, f"{row.name}科学技术局")


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
