"""`hatchery rotate-keys`: nothing is lost, whatever happens on the way, and people sign in and are found meanwhile."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, select, type_coerce
from sqlalchemy.orm import Session

import models.resealing
from config import Settings
from extensions import db, keyring
from models.account import Account, holder_of_id_number
from models.base import Base
from models.delivery import Delivery
from models.legacy_password import sealed
from models.linked_identity import link, link_of_identity
from models.password import password_matches
from models.resealing import DIGESTS, SHORT_LIVED, Pass, reseal_some, sealed_places
from models.sealed import Sealed
from ops.errors import Unwell
from ops.rotate_keys import examine_keys, name_of_new_key, rotate_keys
from tests import served
from tests.build import NOW, SYSTEM, build_account

OLD, NEW = (
    ("old", "an old secret of tests 0123456789 0123456789"),
    ("new", "a new secret of tests 0123456789 0123456789"),
)
NUMBER, MOBILE, LEGACY = (
    "110108199003074519",
    "13912345678",
    "5ebe2294ecd0e0f08eab7690d2a6ee69",
)  # md5 of: secret


@pytest.fixture(autouse=True)
def _keys_of_the_test() -> Iterator[None]:
    yield
    keyring.load([("test", "a secret that only tests may use 0123456789")])


@pytest.fixture
def before(session: Session, settings: Settings) -> Iterator[Account]:
    """An account with everything that is sealed, stored when there was only the old key."""
    keyring.load([OLD])
    account = build_account(session, "natural", login_name="somebody", email="a@example.com")
    account.set_id_number("resident_id", NUMBER)
    account.set_mobile(MOBILE, NOW)
    account.password_scheme, account.password_hash = sealed("legacy_md5", LEGACY, "")
    link(session, account, "https://id.example.com", "s-1", 4, SYSTEM, NOW)
    session.add_all(
        Delivery.secret(MOBILE, "标题", f"第{number}封", "code", NOW, NOW + timedelta(days=1))
        for number in range(7)
    )
    session.commit()
    engine = db.engine
    yield account
    session.close()
    db.close()
    db.engine.dispose()  # that of the last `run`
    engine.dispose()


def rotating(settings: Settings, *keys: tuple[str, str]) -> Settings:
    return replace(settings, data_keys=keys)


def run(settings: Settings, session: Session, *keys: tuple[str, str]) -> int:
    session.rollback()
    db.close()
    db.engine.dispose()
    code = rotate_keys(rotating(settings, *keys))
    db.connect(settings.database_url)
    session.rollback()
    return code


def raw_values(session: Session) -> list[str]:
    found: list[str] = []
    for place in sealed_places():
        query = select(type_coerce(place.column, Text)).where(*place.holding())
        found += [str(value) for value in session.scalars(query)]
    session.rollback()
    return found


def assert_whole(session: Session) -> None:
    session.rollback()
    session.expire_all()
    account = holder_of_id_number(session, "resident_id", NUMBER)
    assert account is not None
    assert (account.id_number, account.mobile, account.email) == (NUMBER, MOBILE, "a@example.com")
    assert account.mobile_digest in keyring.digests(MOBILE, "mobile")
    assert link_of_identity(session, "https://id.example.com", "s-1") is not None
    assert password_matches(account.password_hash, "secret", account.password_scheme)
    words = {one.words for one in session.scalars(select(Delivery)) if one.name == "code"}
    assert words == {f"第{number}封" for number in range(7)}


def test_everything_is_sealed_by_the_new_key_and_the_old_one_may_go(
    session: Session, settings: Settings, before: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {value.split(".")[0] for value in raw_values(session)} == {"old"}
    keyring.load([NEW, OLD])
    assert_whole(session)  # while it is under way both are found
    assert run(settings, session, NEW, OLD) == 0
    said = capsys.readouterr().out
    assert "删去 old" in said
    assert not any(secret in said for secret in (NUMBER, MOBILE, OLD[1], NEW[1]))
    assert {value.split(".")[0] for value in raw_values(session)} == {"new"}
    keyring.load([NEW])
    assert_whole(session)
    assert run(settings, session, NEW, OLD) == 0  # again: nothing to do
    assert "重新加密" not in capsys.readouterr().out


def test_a_kill_in_the_middle_costs_nothing(
    session: Session, settings: Settings, before: Account, tmp_path: Path
) -> None:
    """The real command, killed after its second transaction; then once more."""
    points = tmp_path / "points"
    points.mkdir()
    (points / "keys_rotated").write_text("exit 2")
    environment = served.environment(settings.data_dir) | {
        "HATCHERY_DATABASE_URL": settings.database_url, "HATCHERY_FAILPOINTS": str(points),
        "HATCHERY_SECRET_KEY": settings.secret_key, "HATCHERY_DATA_KEYS": ",".join(":".join(key) for key in (NEW, OLD)),
    }  # fmt: skip
    script = "import ops.rotate_keys as r; r.AT_ONCE = 1; from config import Settings; import sys; sys.exit(r.rotate_keys(Settings.from_env()))"
    words = [served.COMMAND[0], "-c", script]
    killed = subprocess.run(words, cwd=served.ROOT, env=environment, capture_output=True, timeout=120)
    assert killed.returncode != 0
    assert {value.split(".")[0] for value in raw_values(session)} == {"old", "new"}
    keyring.load([NEW, OLD])
    assert_whole(session)
    assert "由旧密钥加密" in examine_keys(rotating(settings, NEW, OLD))
    assert run(settings, session, NEW, OLD) == 0
    keyring.load([NEW])
    assert_whole(session)


def test_what_somebody_changes_meanwhile_is_not_overwritten(
    session: Session, settings: Settings, before: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.load([NEW, OLD])
    (place,) = [one for one in sealed_places() if one.name == "account.email"]
    real = keyring.seal

    def changed_meanwhile(text: str) -> str:
        monkeypatch.undo()
        if db.engine.dialect.name == "sqlite":  # its one writer could not; the statement alone must refuse
            session.execute(Account.__table__.update().values(email="b@example.com"))
        return real(text)

    monkeypatch.setattr(models.resealing.keyring, "seal", changed_meanwhile)
    way = Pass()
    reseal_some(session, place, way, 10)
    session.commit()
    session.expire_all()
    expected = ("b@example.com", 0) if db.engine.dialect.name == "sqlite" else ("a@example.com", 1)
    assert (session.scalars(select(Account.email)).one(), way.resealed) == expected


def test_a_value_without_its_key_stops_nothing_and_is_told(
    session: Session, settings: Settings, before: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    keyring.load([("lost", "a secret that nobody has any more 0123456789"), OLD])
    before.email = "c@example.com"
    session.commit()
    assert run(settings, session, NEW, OLD) == 1
    assert "1 处没有可用的密钥" in capsys.readouterr().out
    assert {value.split(".")[0] for value in raw_values(session)} == {"new", "lost"}
    keyring.load([NEW])
    with pytest.raises(Unwell, match=r"account\.email 1 处 由已停用的密钥加密"):
        examine_keys(settings)


def test_doctor_notices_a_key_that_went_too_early(
    session: Session, settings: Settings, before: Account
) -> None:
    keyring.load([NEW])
    with pytest.raises(Unwell, match="已停用的密钥"):
        examine_keys(settings)
    keyring.load([NEW, OLD])
    assert "请运行 hatchery rotate-keys" in examine_keys(settings)
    keyring.load([OLD])
    assert "全部由密钥 old 加密" in examine_keys(settings)


def test_with_one_key_it_says_how_to_begin(
    session: Session, settings: Settings, before: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, session, OLD) == 0
    said = capsys.readouterr().out
    steps = ["加在最后、重新启动全部服务", "移到最前、再启动一次", "hatchery rotate-keys"]
    assert [said.index(step) for step in steps] == sorted(said.index(step) for step in steps)
    assert OLD[1] not in said


@pytest.mark.parametrize(
    ("used", "name"),
    [
        ([], "k261121"),
        (["0"], "k261121"),
        (["k261120z"], "k261121"),
        (["k261121"], "k261121a"),
        (["k261121a"], "k261121b"),  # the first of the day went, and backups are still sealed by it
        (["k261121b", "k261121"], "k261121c"),
        (["k261121z"], "k261121"),
    ],
)
def test_a_second_key_of_one_day_gets_a_name_of_its_own(used: list[str], name: str) -> None:
    assert name_of_new_key(date(2026, 11, 21), used) == name
    keys = ",".join(f"{one}:{NEW[1]}" for one in [name, *used])
    assert Settings.from_env({"HATCHERY_DATA_KEYS": keys}).data_keys[0][0] == name


def test_every_digest_beside_a_sealed_value_is_known() -> None:
    """A new one belongs into models/resealing.py, else nobody is found by it after a change of keys."""
    tables: list[Any] = list(Base.metadata.tables.values())
    there = {
        (table.name, column.name)
        for table in tables
        if any(isinstance(one.type, Sealed) for one in table.columns) or table.name == "verification_code"
        for column in table.columns if column.name.endswith("_digest")
    }  # fmt: skip
    assert there == {(table, digest) for (table, _), (digest, *_) in DIGESTS.items()} | SHORT_LIVED
