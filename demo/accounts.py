"""The accounts of the demo. Their password is public, so the demo binds to loopback only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from demo.identity import add_once, chance, demo_id, person_number
from demo.units import UNITS
from models.account import Account
from models.grant import Grant
from models.id_rules import RESIDENT
from models.office import Office
from models.person import Person
from models.reference import office_id
from models.service import INCUBATION
from models.service_permission import acquire

PASSWORD = "Hatchery-2021-demo"  # noqa: S105 - shown on the sign-in page of the demo
CREATED_AT = datetime(2021, 10, 25, 1, 0, tzinfo=UTC)
HANDLER = "gz_banshi"
HANDLED_UNITS = ("gz_qihang", "gz_linchuang", "gz_fuhua")
GRANTED_FROM, GRANTED_TO = date(2021, 1, 1), date(2022, 12, 31)


@dataclass(frozen=True)
class DemoStaff:
    """A member of staff; `office` is (level, region code) of a reviewer's office."""

    login: str
    person_name: str
    role: str
    office: tuple[str, str] | None = None


STAFF = (
    DemoStaff("city_guangzhou", "邓文杰", "reviewer", ("city", "440100")),
    DemoStaff("city_hangzhou", "俞晓琳", "reviewer", ("city", "330100")),
    DemoStaff("city_foshan", "潘启明", "reviewer", ("city", "440600")),
    DemoStaff("province_shenzhen", "曾雅婷", "reviewer", ("province", "440300")),
    DemoStaff("province_beijing", "孙立峰", "reviewer", ("province", "110000")),
    DemoStaff("province_tianjin", "冯海燕", "reviewer", ("province", "120000")),
    DemoStaff("province_guangdong", "罗建平", "reviewer", ("province", "440000")),
    DemoStaff("province_zhejiang", "金书婷", "reviewer", ("province", "330000")),
    DemoStaff("torch", "张国栋", "reviewer", ("torch", "000000")),
    DemoStaff("county_tianhe", "谢敏仪", "reviewer", ("district", "440106")),
    DemoStaff("ministry_operator", "王思远", "operator"),
    DemoStaff("helpdesk_a", "李晓雯", "helpdesk"),
    DemoStaff("helpdesk_b", "周子涵", "helpdesk"),
    DemoStaff("admin", "系统管理员", "system_admin"),
)

# Who handles the account of a unit (主代办人).
HANDLERS = {
    "gz_qihang": "方晓彤", "gz_linchuang": "钟嘉怡", "gz_fuhua": "叶志明", "hz_weilai": "徐梦洁",
    "sz_chuangke": "彭海波", "bj_zhihui": "王佳琪", "tj_binhai": "李向阳", "fs_chancheng": "梁慧敏",
    "gz_liwan": "黄子健", "hz_xihu": "楼雨桐", "fs_nanhai": "关文锋",
}  # fmt: skip
STAMP_HINT = "申报书封面和承诺书加盖申报单位公章，承诺书由法定代表人签字，全书加盖骑缝章。"
# Where the demo's offices take paper in: level, region, address, telephone.
WINDOWS = (
    ("city", "440100", "广州市越秀区演示路1号政务服务中心科技窗口", "020-00000001"),
    ("city", "330100", "杭州市上城区演示路2号市民中心科技窗口", "0571-00000002"),
    ("city", "440600", "佛山市禅城区演示路3号政务服务中心科技窗口", "0757-00000003"),
    ("province", "440300", "深圳市福田区演示路4号市民中心科技窗口", "0755-00000004"),
    ("province", "110000", "北京市通州区演示路5号政务服务中心科技窗口", "010-00000005"),
    ("province", "120000", "天津市河西区演示路6号政务服务中心科技窗口", "022-00000006"),
    ("province", "440000", "广州市越秀区演示路7号省政务服务大厅科技窗口", "020-00000007"),
    ("province", "330000", "杭州市西湖区演示路8号省行政中心科技窗口", "0571-00000008"),
)


def load_accounts(session: Session) -> None:
    """Add every account of the demo, the grants of the 事项办理员, and where offices take paper in."""
    password_hash = PasswordHasher().hash(PASSWORD)
    for unit in UNITS:
        account = _add(session, password_hash, unit.login, "legal", unit_id=demo_id(f"unit/{unit.login}"))
        _identify(account, HANDLERS[unit.login], unit.region_code)
    _identify(_add(session, password_hash, HANDLER, "natural"), "陈思敏", "440106")
    for staff in STAFF:
        office = office_id(*staff.office) if staff.office else None
        _add(session, password_hash, staff.login, "staff", person_name=staff.person_name,
             staff_role=staff.role, office_id=office)  # fmt: skip
    session.flush()  # grants name their account by its id
    handler_id = demo_id(f"account/{HANDLER}")
    if session.get(Person, handler_id) is None:
        session.add(Person(account_id=handler_id, real_name_state="auto_passed"))
    for unit in UNITS:
        acquire(session, demo_id(f"unit/{unit.login}"), INCUBATION, None, CREATED_AT)
    for login in HANDLED_UNITS:
        _grant(session, login)
    for level, region_code, address, phone in WINDOWS:
        _open_window(session.get_one(Office, office_id(level, region_code)), address, phone)
    session.flush()


def _add(session: Session, password_hash: str, login: str, account_type: str, **values: object) -> Account:
    account = add_once(
        session, Account, f"account/{login}",
        login_name=login, account_type=account_type, password_hash=password_hash,
        password_changed_at=CREATED_AT, created_at=CREATED_AT, **values,
    )  # fmt: skip
    if account.mobile is None:
        account.set_mobile(f"1380000{chance(login).randrange(10000):04d}", CREATED_AT)
        account.email = f"{login}@example.com"
    return account


def _identify(account: Account, person_name: str, region_code: str) -> None:
    """Say who is behind an account, unless it is known."""
    if account.id_number is None:
        account.person_name = account.person_name or person_name
        account.set_id_number(RESIDENT, person_number(region_code, account.person_name))


def _grant(session: Session, login: str) -> None:
    add_once(
        session, Grant, f"grant/{HANDLER}/{login}",
        unit_id=demo_id(f"unit/{login}"), grantee_id=demo_id(f"account/{HANDLER}"),
        role="item_handler", item=INCUBATION, valid_from=GRANTED_FROM, valid_to=GRANTED_TO,
    )  # fmt: skip


def _open_window(office: Office, address: str, phone: str) -> None:
    if not office.address:
        office.address, office.phone, office.stamp_hint = address, phone, STAMP_HINT
