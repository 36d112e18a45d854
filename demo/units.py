"""The units of the demo and the incubators and makerspaces they run. All of them are made up."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from demo.identity import add_once, company_code, demo_id
from models.carrier import Carrier
from models.unit import Unit


@dataclass(frozen=True)
class DemoCarrier:
    """A carrier at the address of its unit, or at its own."""

    key: str
    kind: str
    name: str
    started_on: date
    address: str = ""
    national_state: str = "none"
    certified_on: date | None = None
    certificate_no: str | None = None
    filing_level: str | None = None
    filed_on: date | None = None


@dataclass(frozen=True)
class DemoUnit:
    """A unit; `login` is the name of its legal account."""

    login: str
    name: str
    representative: str
    region_code: str
    address: str
    registered_on: date
    carriers: tuple[DemoCarrier, ...]
    nature: str = "private"


UNITS = (
    DemoUnit(
        "gz_qihang", "广州启航众创空间运营有限公司", "梁志航", "440106",
        "广州市天河区高普路1023号3层", date(2017, 9, 18),
        (DemoCarrier("qihang", "makerspace", "启航众创空间", date(2018, 3, 1),
                     filing_level="municipal", filed_on=date(2019, 7, 12)),),
    ),
    DemoUnit(
        "gz_linchuang", "广州临创众创空间有限公司", "林卓然", "440106",
        "广州市天河区建中路66号5层", date(2017, 5, 16),
        (DemoCarrier("linchuang", "makerspace", "临创众创空间", date(2018, 1, 8),
                     filing_level="provincial", filed_on=date(2019, 12, 20)),
         DemoCarrier("linchuang_wushan", "makerspace", "临创五山众创空间", date(2019, 6, 18),
                     address="广州市天河区五山路248号2层")),
    ),
    DemoUnit(
        "gz_fuhua", "广州孚华科技企业孵化器有限公司", "黄伟强", "440112",
        "广州市黄埔区开源大道136号B栋", date(2011, 4, 22),
        (DemoCarrier("fuhua", "incubator", "孚华科技企业孵化器", date(2011, 9, 1),
                     national_state="certified", certified_on=date(2017, 12, 28),
                     certificate_no="GJFHQ-DEMO-2017-044"),),
        nature="state_owned",
    ),
    DemoUnit(
        "hz_weilai", "杭州未来科创孵化器管理有限公司", "沈佳宁", "330108",
        "杭州市滨江区江陵路1760号2幢", date(2012, 6, 5),
        (DemoCarrier("weilai_incubator", "incubator", "未来科创孵化器", date(2012, 10, 8),
                     national_state="certified", certified_on=date(2016, 12, 30),
                     certificate_no="GJFHQ-DEMO-2016-033"),
         DemoCarrier("weilai_makerspace", "makerspace", "未来众创空间", date(2015, 5, 20),
                     national_state="nationally_filed", certified_on=date(2017, 12, 26),
                     certificate_no="GJZCKJ-DEMO-2017-033",
                     filing_level="provincial", filed_on=date(2016, 8, 15))),
    ),
    DemoUnit(
        "sz_chuangke", "深圳创客汇众创空间有限公司", "郑凯文", "440305",
        "深圳市南山区高新南一道9号4层", date(2016, 3, 10),
        (DemoCarrier("chuangke", "makerspace", "创客汇众创空间", date(2016, 8, 1)),),
    ),
    DemoUnit(
        "bj_zhihui", "北京智汇众创空间科技有限公司", "赵明轩", "110108",
        "北京市海淀区知春路113号6层", date(2016, 11, 25),
        (DemoCarrier("zhihui", "makerspace", "智汇众创空间", date(2017, 4, 10)),),
    ),
    DemoUnit(
        "tj_binhai", "天津滨海海河众创空间管理有限公司", "刘春海", "120116",
        "天津市滨海新区第二大街62号3层", date(2017, 2, 14),
        (DemoCarrier("binhai", "makerspace", "海河众创空间", date(2017, 7, 1)),),
    ),
    DemoUnit(
        "fs_chancheng", "佛山禅城众创空间运营有限公司", "何佩仪", "440604",
        "佛山市禅城区季华六路15号2层", date(2018, 1, 19),
        (DemoCarrier("chancheng", "makerspace", "禅创众创空间", date(2018, 6, 6)),),
    ),
    DemoUnit(
        "gz_liwan", "广州荔创众创空间管理有限公司", "周雅文", "440103",
        "广州市荔湾区白鹤洞路21号2层", date(2017, 8, 9),
        (DemoCarrier("liwan", "makerspace", "荔创众创空间", date(2018, 2, 26)),),
    ),
    DemoUnit(
        "hz_xihu", "杭州西溪谷众创空间有限公司", "陈立群", "330106",
        "杭州市西湖区文二西路738号3层", date(2016, 9, 12),
        (DemoCarrier("xihu", "makerspace", "西溪谷众创空间", date(2017, 3, 15)),),
    ),
    DemoUnit(
        "fs_nanhai", "佛山南海千灯众创空间有限公司", "何永康", "440605",
        "佛山市南海区桂澜中路18号6层", date(2018, 4, 3),
        (DemoCarrier("nanhai", "makerspace", "千灯众创空间", date(2018, 9, 10)),),
    ),
)  # fmt: skip


def load_units(session: Session) -> None:
    """Add the units with their carriers; all of them have passed 实名认证."""
    for unit in UNITS:
        add_once(
            session, Unit, f"unit/{unit.login}",
            name=unit.name, uscc=company_code(unit.region_code, unit.name),
            legal_representative=unit.representative, region_code=unit.region_code, address=unit.address,
            registered_on=unit.registered_on, nature=unit.nature, real_name_state="auto_passed",
        )  # fmt: skip
        session.flush()  # carriers name their operator by its id
        for carrier in unit.carriers:
            _load_carrier(session, unit, carrier)
    session.flush()


def _load_carrier(session: Session, unit: DemoUnit, carrier: DemoCarrier) -> None:
    add_once(
        session, Carrier, f"carrier/{carrier.key}",
        kind=carrier.kind, name=carrier.name, operator_id=demo_id(f"unit/{unit.login}"),
        region_code=unit.region_code, address=carrier.address or unit.address,
        operation_started_on=carrier.started_on, national_state=carrier.national_state,
        certified_on=carrier.certified_on, certificate_no=carrier.certificate_no,
        provincial_filing_level=carrier.filing_level, provincial_filed_on=carrier.filed_on,
    )  # fmt: skip
