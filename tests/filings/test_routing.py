from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

import models  # noqa: F401
from filings.routing import jurisdiction, receiving_offices
from models.base import Base
from models.office import Office
from models.reference import load_reference, office_id
from models.region import NATION, Region

LEVELS = ["district", "city", "province", "torch"]
MAKERSPACE = ("city", "province", "torch")


def _empty() -> Session:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    return Session(engine)


@pytest.fixture(scope="module")
def reference() -> Iterator[Session]:
    with _empty() as session:
        load_reference(session)
        yield session
        session.rollback()
    session.get_bind().engine.dispose()


def names(offices: list[Office]) -> list[str]:
    return [office.name for office in offices]


@pytest.mark.parametrize(
    ("place", "code", "offered"),
    [
        ("R-01 佛山禅城", "440604", ["佛山市科学技术局", "广东省科学技术厅"]),
        ("R-02 深圳南山", "440305", ["深圳市科技创新委员会"]),
        ("R-04 北京海淀", "110108", ["北京市科学技术委员会、中关村科技园区管理委员会"]),
        ("天津滨海", "120116", ["天津市科学技术局"]),
        ("广州天河", "440106", ["广州市科学技术局", "广东省科学技术厅"]),
        ("杭州钱塘", "330114", ["杭州市科学技术局", "浙江省科学技术厅"]),
        ("宁波鄞州", "330212", ["宁波市科学技术局"]),
        ("东莞, no districts", "441900", ["东莞市科学技术局", "广东省科学技术厅"]),
        ("石河子", "659001", ["新疆生产建设兵团第八师石河子市科学技术局", "新疆生产建设兵团科学技术局"]),
        ("乌鲁木齐天山", "650102", ["乌鲁木齐市科学技术局", "新疆维吾尔自治区科学技术厅"]),
        ("济源", "419001", ["济源市科学技术局", "河南省科学技术厅"]),
        ("琼海, no office of its own", "469002", ["海南省科学技术厅"]),
        ("重庆城口, a county of a municipality", "500229", ["重庆市科学技术局"]),
    ],
)
def test_an_applicant_is_offered_the_nearest_office_and_the_next(
    reference: Session, place: str, code: str, offered: list[str]
) -> None:
    assert names(receiving_offices(reference, code, MAKERSPACE, offers_next=True)) == offered
    assert names(receiving_offices(reference, code, MAKERSPACE, offers_next=False)) == offered[:1]


def test_both_databases_walk_the_same_way_up(session: Session) -> None:
    assert jurisdiction(session, "440604") == ("440604", "440600", "440000", "000000")
    assert names(receiving_offices(session, "440604", MAKERSPACE, offers_next=True)) == [
        "佛山市科学技术局",
        "广东省科学技术厅",
    ]


def test_the_national_office_receives_only_what_starts_with_it(reference: Session) -> None:
    offered = receiving_offices(reference, "440305", ("torch",), offers_next=True)
    assert names(offered) == ["科学技术部火炬高技术产业开发中心"]


def test_a_district_office_receives_only_kinds_that_start_there(reference: Session) -> None:
    path = ("district", "city", "province")
    offered = receiving_offices(reference, "440106", path, offers_next=True)
    assert names(offered) == ["广州市天河区科技工业和信息化局", "广州市科学技术局"]


def test_an_inactive_office_is_passed_over(reference: Session) -> None:
    foshan = reference.get_one(Office, office_id("city", "440600"))
    foshan.is_active = False
    offered = names(receiving_offices(reference, "440604", MAKERSPACE, offers_next=False))
    foshan.is_active = True
    assert offered == ["广东省科学技术厅"]


def test_an_unknown_place_has_no_office(reference: Session) -> None:
    assert receiving_offices(reference, "999999", MAKERSPACE, offers_next=True) == []


@pytest.mark.parametrize(
    ("code", "province"),
    [("440305", "440000"), ("330212", "330000"), ("350203", "350000"), ("659001", "650000")],
)
def test_places_that_report_past_their_province_never_lie_in_it(
    reference: Session, code: str, province: str
) -> None:
    assert province not in jurisdiction(reference, code)
    assert NATION in jurisdiction(reference, code)


def test_a_jurisdiction_is_read_from_the_place_upwards(reference: Session) -> None:
    assert jurisdiction(reference, "440604") == ("440604", "440600", "440000", "000000")
    assert jurisdiction(reference, "440305") == ("440305", "440300", "000000")
    assert jurisdiction(reference, "659001") == ("659001", "660000", "000000")


def test_thirty_seven_offices_report_to_the_national_one(reference: Session) -> None:
    province = select(func.count()).select_from(Office).join(Region).where(Office.level == "province")
    assert reference.scalar(province) == 37
    assert reference.scalar(province.where(Region.admin_parent_code == NATION)) == 37


@st.composite
def trees(draw: st.DrawFn) -> tuple[dict[str, str | None], dict[str, str], str]:
    """A random tree (code → parent), the level of the office of some of its regions, and one place in it."""
    size = draw(st.integers(1, 12))
    parents: dict[str, str | None] = {"000000": None}
    for number in range(1, size):
        parents[f"{number:06}"] = f"{draw(st.integers(0, number - 1)):06}"
    offices = draw(st.dictionaries(st.sampled_from(sorted(parents)), st.sampled_from(LEVELS)))
    return parents, offices, draw(st.sampled_from(sorted(parents)))


@settings(max_examples=60, deadline=None)
@given(tree=trees(), path=st.lists(st.sampled_from(LEVELS), min_size=1, unique=True))
def test_routing_equals_walking_up_by_hand(
    tree: tuple[dict[str, str | None], dict[str, str], str], path: list[str]
) -> None:
    parents, offices, place = tree
    expected, code = [], place
    chain = []
    while code is not None:
        chain.append(code)
        level = offices.get(code)
        if level in path and (level != "torch" or path[0] == "torch"):
            expected.append(code)
        code = parents[code]  # type: ignore[assignment]
    with _empty() as session:
        session.add_all(
            Region(code=code, name=code, level="city", geo_parent_code=parent, admin_parent_code=parent)
            for code, parent in parents.items()
        )
        session.flush()
        session.add_all(Office(name=code, level=level, region_code=code) for code, level in offices.items())
        session.flush()
        found = receiving_offices(session, place, path, offers_next=True)
        assert [office.region_code for office in found] == expected[:2]
        assert jurisdiction(session, place) == tuple(chain)
        session.rollback()
    session.get_bind().engine.dispose()
