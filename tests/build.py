"""Small builders that every test starts from. Each stores what it built and commits."""

import itertools
import uuid
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session
from stdnum.cn import uscc

from filings.rule_sets import released_rule_sets
from models.account import Account
from models.batch import Batch
from models.carrier import Carrier
from models.counter import next_number
from models.event import Actor
from models.grant import Grant
from models.login_session import LoginSession
from models.makerspace_filing import MakerspaceFiling
from models.office import Office
from models.person import Person
from models.reference import office_id
from models.row import FilingRow
from models.service import INCUBATION
from models.service_permission import acquire
from models.unit import Unit

NOW = datetime(2021, 11, 10, 2, tzinfo=UTC)
TIANHE, GUANGZHOU, GUANGDONG = "440106", "440100", "440000"
RULES = released_rule_sets()["makerspace_2021"]
PASSWORD = "Test-2021-password"
# Made with the smallest argon2 parameters, so that a test does not wait for it.
PASSWORD_HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$/fjYS0ZPOUinlfWAYobcuA$fcpqjtBHw2miSFAoT4C9IZvJHqM3Q45vddrDaaDgm+o"
)
SYSTEM = Actor(account_id=None, name="测试", role="system")

Row = TypeVar("Row", bound=FilingRow)
Thing = TypeVar("Thing")
_numbers = itertools.count(1)


def build_unit(session: Session, **changes: Any) -> Unit:
    """Build a real-named unit in 广州天河."""
    number = next(_numbers)
    values = {
        "name": f"广州测试{number}众创空间有限公司",
        "uscc": valid_uscc(number),
        "legal_representative": "陈启航",
        "region_code": TIANHE,
        "address": "广州市天河区科韵路 16 号",
        "registered_on": date(2016, 3, 18),
        "nature": "private",
        "real_name_state": "auto_passed",
    }
    unit = _stored(session, Unit(**values | changes))
    if unit.is_real_named:
        acquire(session, unit.id, INCUBATION, None, NOW)
        session.commit()
    return unit


def valid_uscc(number: int) -> str:
    """Make a 统一社会信用代码 whose check digit is right."""
    body = f"91440106MA5{number:06d}"
    return body + uscc.calc_check_digit(body)


def build_carrier(session: Session, operator: Unit | None = None, **changes: Any) -> Carrier:
    """Build a makerspace that has been running for years."""
    operator = operator or build_unit(session)
    values = {
        "kind": "makerspace",
        "name": f"测试{next(_numbers)}众创空间",
        "operator": operator,
        "region_code": operator.region_code,
        "address": operator.address,
        "operation_started_on": date(2017, 5, 1),
    }
    return _stored(session, Carrier(**values | changes))


def build_account(session: Session, account_type: str = "legal", **changes: Any) -> Account:
    """Build an account that can sign in with PASSWORD; a legal one gets a unit."""
    values: dict[str, Any] = {
        "login_name": f"test_{next(_numbers)}",
        "account_type": account_type,
        "person_name": "" if account_type == "legal" else "李晓明",
        "password_hash": PASSWORD_HASH,
        "password_changed_at": NOW,
        "created_at": NOW,
    }
    if account_type == "legal" and "unit" not in changes:
        values["unit"] = build_unit(session)
    return _stored(session, Account(**values | changes))


def build_reviewer(
    session: Session, level: str = "city", region_code: str = GUANGZHOU, **changes: Any
) -> Account:
    """Build a reviewer of a reference office, by default the one of 广州."""
    office = reference_office(session, level, region_code)
    return build_account(session, "staff", staff_role="reviewer", office=office, **changes)


def sign_in(client: FlaskClient, account: Account) -> None:
    """Give the browser a session of `account`, as if it had come through the sign-in page."""
    session = object_session(account)
    _login, token = LoginSession.start(session, account, datetime.now(UTC), address="127.0.0.1", browser="")
    session.commit()
    client.set_cookie(client.application.config["SIGN_IN_COOKIE"], token)


def reference_office(session: Session, level: str = "city", region_code: str = GUANGZHOU) -> Office:
    return session.get_one(Office, office_id(level, region_code))


def build_grant(session: Session, unit: Unit, grantee: Account, **changes: Any) -> Grant:
    """Let a natural person act for the unit as 事项办理员 of this system."""
    role = changes.get("role", "item_handler")
    values = {
        "unit": unit,
        "grantee": grantee,
        "role": role,
        "item": INCUBATION if role == "item_handler" else "",
        "valid_from": date(2021, 1, 1),
        "valid_to": date(2022, 12, 31),
    }
    return _stored(session, Grant(**values | changes))


def build_person(session: Session, **changes: Any) -> Account:
    """Build a natural account whose person is real-named."""
    account = build_account(session, "natural", **changes)
    _stored(session, Person(account_id=account.id, real_name_state="auto_passed"))
    return account


def build_batch(session: Session, **changes: Any) -> Batch:
    """Build the open makerspace batch of 2021."""
    values = {
        "kind": "makerspace",
        "year": 2021,
        "name": "2021年度国家备案众创空间",
        "period_start": date(2020, 11, 1),
        "period_end": date(2021, 10, 31),
        "cutoff_date": date(2021, 10, 31),
        "latest_start_date": date(2020, 4, 30),
        "open_at": date(2021, 11, 1),
        "applicant_deadline": date(2021, 11, 30),
        "city_deadline": date(2021, 12, 15),
        "province_deadline": date(2021, 12, 31),
        "limits": RULES.limits,
        "required_statistics": RULES.statistics_of(2021),
        "priority_directions": RULES.priority_directions,
        "exclude_if_operator_certified": True,
    }
    return _stored(session, Batch(**values | changes))


def build_filing(
    session: Session, unit: Unit | None = None, carrier: Carrier | None = None, batch: Batch | None = None,
    **answers: Any,
) -> MakerspaceFiling:  # fmt: skip
    """Open a makerspace filing as draft, by default for an own carrier of a new unit."""
    carrier = carrier or build_carrier(session, unit)
    filing = MakerspaceFiling.open(
        session, batch=batch or _open_batch(session), unit=unit or carrier.operator, carrier=carrier,
        serial=next_number(session, "filing"), actor=SYSTEM, at=NOW,
    )  # fmt: skip
    for name, value in answers.items():
        setattr(filing, name, value)
    return _stored(session, filing)


def build_row(session: Session, filing: MakerspaceFiling, model: type[Row], **answers: Any) -> Row:
    """Add a row at the end of the filing's table of `model`."""
    last = session.scalar(select(func.max(model.place)).where(model.filing_id == filing.id)) or 0
    return _stored(session, model(id=uuid.uuid4(), filing_id=filing.id, place=last + 1, **answers))


def _open_batch(session: Session) -> Batch:
    known = session.scalars(select(Batch).where(Batch.kind == "makerspace", Batch.year == 2021)).first()
    return known or build_batch(session)


def _stored(session: Session, thing: Thing) -> Thing:
    session.add(thing)
    session.commit()
    return thing
