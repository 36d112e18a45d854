"""Proofs that the owner of an account is there: his password, a code of his second factor. Wrong ones are counted."""

from datetime import UTC, datetime

from blueprints.account.attempt import LOCK, PER_DAY, Refused
from blueprints.account.devices import device_name
from blueprints.account.passes import owner
from blueprints.limits import wait_of_account, waiting_text
from extensions import clock, db
from models.account import Account
from models.event import record_event
from models.notification import notify
from models.password import password_matches
from models.recovery_code import count_recovery_codes
from models.second_factor import PAGE, take_code
from models.throttle import forget_tries, give_back_try

WRONG_CODE = "验证码不正确或已用过，请输入验证器上新的 6 位数字，或一个没有用过的恢复码"
WRONG_FIRST_CODE = "数字不正确，请核对验证器里选的是刚添加的账号，填它现在显示的 6 位数字"


def refused_password(account: Account, typed: str, wrong: str = "原密码不正确，请重新输入") -> str:
    """Say why the present password is not taken; empty when it is right. Commits, and ends the transaction."""
    account_id, password_hash = account.id, account.password_hash
    db.start_writing()
    wait = wait_of_account("present", account_id, LOCK)
    db.session.commit()
    if wait is not None:
        return f"尝试次数过多，请 {waiting_text(wait)}后再试"
    if not password_matches(password_hash, typed, account.password_scheme):
        return wrong
    db.start_writing()
    forget_tries(db.session(), f"present:{account_id.hex}")
    db.session.commit()
    return ""


def used_code(account: Account, typed: str) -> str:
    """Use up a code of the second factor and say which kind it was, `totp` or `recovery`; the caller commits.

    Raises Refused, with the try counted: as many wrong codes as wrong passwords lock this step.
    """
    if not typed.strip():
        raise Refused("请填写验证码", field="code")
    _take_try(account)
    db.session.refresh(account, with_for_update=True)  # one after the other: each leaves an event
    used = take_code(db.session(), account.id, typed, datetime.now(UTC))
    if not used:
        details = {"browser": device_name()}
        record_event(db.session(), account.id, "factor_failed", owner(account), clock.now(), details=details)
        db.session.commit()
        raise Refused(WRONG_CODE, field="code")
    forget_tries(db.session(), f"factor:{account.id.hex}")
    give_back_try(db.session(), f"factor-day:{account.id.hex}")
    if used == "recovery":
        _tell_of_recovery(account)
    return used


def _take_try(account: Account) -> None:
    """Count the try before it is made, so that tries at the same moment see each other."""
    db.start_writing()
    wait = None
    for purpose, limit in (("factor", LOCK), ("factor-day", PER_DAY)):
        wait = wait or wait_of_account(purpose, account.id, limit)
    db.session.commit()
    if wait is not None:
        raise Refused(f"验证码错误次数过多，请 {waiting_text(wait)}后再试", 429, "code", wait)
    db.start_writing()


def _tell_of_recovery(account: Account) -> None:
    left = count_recovery_codes(db.session(), account.id)
    notify(db.session(), [account], "recovery_code_used", {"登录名": account.login_name, "个数": left}, PAGE,
           clock.now())  # fmt: skip
