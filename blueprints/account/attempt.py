"""One attempt to sign in: limits, captcha, password, account; refused with one of the platform's texts."""

import hashlib
import math
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, request
from sqlalchemy import func, select

from blueprints.account.challenge import is_right_captcha
from blueprints.account.devices import device_name
from blueprints.account.entry import step_due
from blueprints.account.passes import rules
from blueprints.limits import neighbourhood
from extensions import clock, db
from models.account import ACCOUNT_TYPE_NAMES, Account
from models.event import Actor, record_event
from models.password import SCHEME, hash_password, needs_rehash, password_matches
from models.throttle import (
    Limit,
    block_of,
    forget_old_tries,
    forget_tries,
    give_back_try,
    hold_counter,
    take_try,
)

LOCK = Limit(tries=5, window=timedelta(minutes=15), block=timedelta(minutes=15))
# However patient a guesser is: 80 tries, then one an hour, so never more than 100 in a day.
PER_DAY = Limit(tries=80, window=timedelta(days=1), block=timedelta(hours=1))
# A whole incubator may sit behind one address; a sign-in that succeeds gives its try back.
PER_ADDRESS_TRIES = 60
LOCKED, DISABLED = "账号已锁定，请{}分钟后再试", "账号已停用，请联系单位管理员或平台客服"


@dataclass(eq=False)
class Refused(Exception):
    """The attempt failed; `field` names the input at fault, empty when it is not said which."""

    message: str
    status: int = 422
    field: str = ""
    wait: timedelta | None = None


@dataclass(eq=False)
class StepDue(Exception):
    """The password was right and there is no session yet: `step` comes first, as `step_due` names it."""

    account: Account
    step: str


@dataclass(frozen=True)
class Attempt:
    """What was typed."""

    account_type: str
    login_name: str
    password: str
    captcha: str

    def verified_account(self) -> Account:
        """Return the account, locked for writing, or raise Refused or StepDue. Commits what counts the attempt."""
        self._take_tries()
        stored = db.session.execute(
            select(Account.id, Account.login_name, Account.account_type, Account.office_id,
                   Account.password_hash, Account.password_scheme)
            .where(func.lower(Account.login_name) == self._name)
        ).first()  # fmt: skip
        db.start_reading()  # nobody waits for a lock while the password is verified
        known = (stored.password_hash, stored.password_scheme) if stored else (None, SCHEME)
        matches = password_matches(known[0], self.password, known[1])
        db.start_writing()
        account = db.session.get(Account, stored.id, with_for_update=True) if stored and matches else None
        if account is None:
            raise self._wrong_password(stored)
        return self._admitted(account)

    def _take_tries(self) -> None:
        """Count the attempt before it is made, so that attempts at the same moment see each other."""
        now = datetime.now(UTC)
        db.start_writing()
        refused = self._address_refused(now) or self._captcha_refused(now) or self._name_refused(now)
        db.session.commit()
        if refused is not None:
            raise refused

    def _address_refused(self, now: datetime) -> Refused | None:
        factor = current_app.config["SETTINGS"].address_limit_factor
        limit = Limit(PER_ADDRESS_TRIES * factor, timedelta(minutes=15), timedelta(minutes=15))
        wait = take_try(db.session(), self._address_key, limit, now)
        return _wait(wait, "尝试次数过多，请{}分钟后再试") if wait else None

    def _captcha_refused(self, now: datetime) -> Refused | None:
        return None if is_right_captcha(self.captcha, now) else Refused("验证码错误", field="captcha")

    def _name_refused(self, now: datetime) -> Refused | None:
        """Refuse a locked name; a name that does not exist locks alike, so that nothing is given away."""
        for key, limit in ((f"lock:{self._name_key}", LOCK), (f"day:{self._name_key}", PER_DAY)):
            wait = take_try(db.session(), key, limit, now)
            if wait:
                return _wait(wait, LOCKED)
        return None

    def _wrong_password(self, stored: Any) -> Refused:
        """Write the failure down, of a name that exists and of one that does not with the same statements.

        Whoever measures learns nothing; and the operator sees guesses at names that are not there, too.
        """
        name_key = self._name_key
        stream_id = stored.id if stored else uuid.UUID(hex=name_key)
        hold_counter(db.session(), f"day:{name_key}")
        db.session.execute(select(Account.id).where(Account.id == stream_id).with_for_update())
        actor = (
            self._actor(stored) if stored else Actor(None, "未知", "nobody", None, request.remote_addr or "")
        )
        record_event(db.session(), stream_id, "sign_in_failed", actor, clock.now(), details=_device())
        db.session.commit()
        return Refused("登录名或密码错误")

    def _admitted(self, account: Account) -> Account:
        """Check what only somebody with the right password may learn."""
        forget_tries(db.session(), f"lock:{self._name_key}")
        give_back_try(db.session(), f"day:{self._name_key}")
        give_back_try(db.session(), self._address_key)
        if account.account_type != self.account_type:
            db.session.commit()
            name = ACCOUNT_TYPE_NAMES[account.account_type]
            raise Refused(f"账号为{name}账号，请使用{name}登录", field="account_type")
        if account.state != "active":
            db.session.commit()
            raise Refused(DISABLED, 403)
        self._renew_hash(account)
        forget_old_tries(db.session(), datetime.now(UTC))
        if step := step_due(account):
            record_event(
                db.session(), account.id, f"{step}_due", self._actor(account), clock.now(), details=_device()
            )
            raise StepDue(account, step)  # what was counted is committed with the step
        record_event(
            db.session(), account.id, "sign_in", self._actor(account), clock.now(), details=_device()
        )
        return account

    def _renew_hash(self, account: Account) -> None:
        """Store a hash of today in place of an older one; what an old system let pass must be changed."""
        if account.password_scheme == SCHEME and not needs_rehash(account.password_hash):
            return
        if account.password_scheme != SCHEME and rules().broken(
            self.password, account.names_not_for_passwords
        ):
            account.must_change_password = True
        account.password_hash, account.password_scheme = hash_password(self.password), SCHEME

    @property
    def _name(self) -> str:
        return self.login_name.lower()

    @property
    def _name_key(self) -> str:
        return _digest_of(self._name)

    @property
    def _address_key(self) -> str:
        return f"address:{neighbourhood(request.remote_addr or '')}"

    def _actor(self, account: Any) -> Actor:
        return Actor(
            account.id, account.login_name, account.account_type, account.office_id, request.remote_addr or ""
        )


def _device() -> dict[str, str]:
    return {"browser": device_name()}


def refusal_of(account: Account) -> Refused | None:
    """Say why somebody who needs no password may not sign in; None: he may. Locked is locked for everybody."""
    if account.state != "active":
        return Refused(DISABLED, 403)
    for purpose in ("lock", "day"):
        key = f"{purpose}:{_digest_of(account.login_name.lower())}"
        if wait := block_of(db.session(), key, datetime.now(UTC)):
            return _wait(wait, LOCKED)
    return None


def _digest_of(login_name: str) -> str:
    """Return what counters know a login name by: some people type their password into the wrong box."""
    return hashlib.sha256(login_name.encode()).hexdigest()[:32]


def _wait(wait: timedelta, text: str) -> Refused:
    return Refused(text.format(max(1, math.ceil(wait / timedelta(minutes=1)))), 429, wait=wait)
