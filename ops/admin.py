"""The first account of an installation."""

import getpass
import sys
import uuid
from datetime import UTC, datetime

import models  # noqa: F401  (maps every table)
from config import Settings
from extensions import db
from models.account import Account
from models.event import Actor, record_event
from models.former_login_name import is_login_name_taken
from models.password import hash_password
from models.password_rules import password_rules
from ops.errors import CannotRun
from ops.prepare import connected

OPERATOR = Actor(account_id=None, name="命令行", role="operator")


def read_password() -> str:
    """Ask for a password twice at a terminal, or read one line from what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("密码：")
    if getpass.getpass("再输入一次：") != password:
        raise CannotRun("两次输入的密码不一致。")
    return password


def create_admin(settings: Settings, login_name: str, person_name: str, password: str) -> None:
    """Create a system administrator. Raises CannotRun when the name is taken or the password breaks the rules."""
    broken = password_rules(settings).broken(password, [login_name])
    if broken:
        raise CannotRun(f"{'；'.join(broken)}。")
    now = datetime.now(UTC)
    with connected(settings):
        db.start_writing()
        if is_login_name_taken(db.session(), login_name):
            raise CannotRun(f"登录名 {login_name} 已被使用。")
        account = Account(
            id=uuid.uuid4(), login_name=login_name, account_type="staff", staff_role="system_admin",
            person_name=person_name, password_hash=hash_password(password), password_changed_at=now,
            created_at=now,
        )  # fmt: skip
        db.session.add(account)
        record_event(db.session(), account.id, "create_account", OPERATOR, now)
        db.session.commit()
