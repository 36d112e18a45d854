import csv
from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.office import Office
from models.reference import DATA, load_reference, office_id
from models.region import Region
from ops.build_regions import build_offices, build_regions


def test_the_files_are_what_the_script_makes() -> None:
    regions = build_regions()
    for name, rows in (("regions.csv", regions), ("offices.csv", build_offices(regions))):
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            stored = list(csv.reader(file))[1:]
        assert stored == [[str(value) for value in row] for row in rows]


def test_the_tree_is_that_of_2021() -> None:
    """民政部, 2021: 333 prefectures, 2,843 counties; 大兴安岭 has 4 managed districts besides."""
    rows = build_regions()
    cities = [row for row in rows if row.level == "city"]
    under_a_province = [row for row in cities if not row.code.endswith("00")]
    districts = [row for row in rows if row.level == "district"]
    assert len(cities) - len(under_a_province) == 333
    assert len(districts) + len(under_a_province) == 2843 + 4
    assert len([row for row in rows if row.level == "province"]) == 31 + 1


def test_every_region_has_known_parents_and_a_full_name() -> None:
    rows = build_regions()
    codes = {row.code for row in rows}
    assert len(codes) == len(rows)
    for row in rows[1:]:
        assert {row.geo_parent_code, row.admin_parent_code} <= codes
        assert row.name.endswith(("省", "市", "区", "县", "州", "盟", "旗", "兵团"))
    # One place is one code: the list of codes keeps 随州市 and 神农架林区 under old codes too.
    names = Counter((row.geo_parent_code, row.name) for row in rows)
    assert max(names.values()) == 1


def test_a_full_name_follows_geography(session: Session) -> None:
    for code, full_name in (
        ("440106", "广东省 广州市 天河区"),
        ("440305", "广东省 深圳市 南山区"),
        ("110108", "北京市 海淀区"),
        ("659001", "新疆维吾尔自治区 石河子市"),
        ("419001", "河南省 济源市"),
        ("660000", "新疆生产建设兵团"),
    ):
        assert session.get_one(Region, code).full_name == full_name


def test_flags_mark_municipalities_planned_and_pilot_cities(session: Session) -> None:
    def marked(flag: str) -> set[str]:
        return set(session.scalars(select(Region.name).where(getattr(Region, flag))))

    assert marked("is_municipality") == {"北京市", "天津市", "上海市", "重庆市"}
    assert marked("is_separately_planned") == {"深圳市", "宁波市", "厦门市", "青岛市", "大连市"}
    assert marked("pilot_change") == {"北京市", "上海市", "重庆市", "深圳市", "杭州市", "广州市"}


def test_loading_again_repairs_the_tree_and_keeps_what_an_administrator_set(session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(Office))
    nanshan = session.get_one(Region, "440305")
    foshan = session.get_one(Office, office_id("city", "440600"))
    nanshan.name, nanshan.is_hardship_region, foshan.name = "?", True, "佛山市科技局"
    session.commit()
    load_reference(session)
    session.commit()
    assert (nanshan.name, nanshan.is_hardship_region, foshan.name) == ("南山区", True, "佛山市科技局")
    assert session.scalar(select(func.count()).select_from(Office)) == before
