"""`hatchery rotate-keys`: seal all personal data with the newest key, while the site runs."""

import secrets
import string
from datetime import UTC, date, datetime

from sqlalchemy import select

from config import Settings
from extensions import db, keyring
from failpoints import reach
from files.storage import MissingFile, storage_from_url
from models.data_copy import DataCopy
from models.resealing import Pass, Place, count_not_sealed_by, reseal_some, sealed_places
from ops.database import is_migrated
from ops.errors import CannotRun, Remark, Unwell
from ops.prepare import connected

AT_ONCE = 200  # rows in one transaction: on SQLite nobody else writes meanwhile


def rotate_keys(settings: Settings) -> int:
    """Seal anew whatever an older key sealed; return 0 when the older keys may go, else 1. Safe to run again."""
    with connected(settings):
        if not is_migrated():
            raise CannotRun("数据库不是本版本的结构，请先运行 hatchery migrate。")
        places = list(sealed_places())
        if len(keyring.names) == 1 and not _left(places):
            return _propose()
        stuck = sum(_reseal(place) for place in places)
        return _say_what_is_left(settings, places, stuck)


def _reseal(place: Place) -> int:
    """Go through a place until there is nothing left to do; returns how many values nobody can open."""
    while True:
        way = Pass()
        while not way.is_over:
            db.start_writing()
            reseal_some(db.session(), place, way, AT_ONCE)
            db.session.commit()
            reach("keys_rotated")
        if way.resealed:
            print(f"{place.name}：重新加密 {way.resealed}", flush=True)
        else:
            return way.stuck


def _left(places: list[Place]) -> int:
    db.start_reading()
    return sum(count_not_sealed_by(db.session(), place, keyring.names[:1]) for place in places)


def _say_what_is_left(settings: Settings, places: list[Place], stuck: int) -> int:
    older = keyring.names[1:]
    left, copies = _left(places), old_copies(settings)
    if stuck or left:
        print(
            f"还有 {left} 处不是由密钥 {keyring.names[0]} 加密，其中 {stuck} 处没有可用的密钥。请补上当时的密钥再运行。"
        )
        return 1
    print(f"数据库中的个人信息全部由密钥 {keyring.names[0]} 加密。")
    if copies:
        print(f"还有 {copies} 份个人信息副本由旧密钥加密，到期自动删除；请在那以后再运行一次，再删去旧密钥。")
        return 1
    if older:
        print(
            f"现在可以从 HATCHERY_DATA_KEYS 中删去 {'、'.join(older)}，重新启动全部服务，再运行 hatchery doctor。"
            "恢复更早的备份还要用旧密钥，请另外妥善保存。"
        )
    return 0


def _propose() -> int:
    """Say how to begin: a key is a setting, so only the operator can add one."""
    fresh = f"{name_of_new_key(datetime.now(UTC).date(), keyring.names)}:{secrets.token_hex(32)}"
    print(
        f"全部由密钥 {keyring.names[0]} 加密，没有更旧的。要更换密钥，请在 HATCHERY_DATA_KEYS 中加上新的一个：\n\n"
        f"  {fresh}\n\n"
        "请先加在最后、重新启动全部服务，再移到最前、再启动一次（只有一个 hatchery serve 的直接加在最前），"
        "然后运行 hatchery rotate-keys。现在的密钥请保留；没有设置过的，写 0: 加上 HATCHERY_SECRET_KEY。"
    )
    return 0


def name_of_new_key(today: date, used: list[str]) -> str:
    """Name a key by its day, at most 8 characters: a letter tells those of one day apart.

    The letter comes after those of `used`: a key that went today is still needed for the backups before it.
    """
    day = f"k{today:%y%m%d}"
    names = [day, *(day + letter for letter in string.ascii_lowercase)]
    last = max((names.index(name) for name in used if name in names), default=-1)
    return next(name for name in names[last + 1 :] + names if name not in used)


def old_copies(settings: Settings) -> int:
    """Count the copies people ordered of their data whose files an older key sealed."""
    storage, name = storage_from_url(settings.storage_url), keyring.names[0].encode()
    ready = select(DataCopy.sha256).where(DataCopy.sha256.is_not(None))
    found = 0
    for sha256 in db.session.scalars(ready).all():
        try:
            with storage.path(sha256 or "").open("rb") as stream:
                found += stream.read(len(name) + 1) != name + b"."
        except (MissingFile, FileNotFoundError):
            continue  # it expired a moment ago
    db.start_reading()
    return found


def examine_keys(settings: Settings) -> str:
    """Say whether every sealed value has its key, and whether older keys are still needed; raises Unwell."""
    places = list(sealed_places())
    retired = {place.name: count_not_sealed_by(db.session(), place, keyring.names) for place in places}
    lost = {name: count for name, count in retired.items() if count}
    left = _left(places)
    if lost:
        where = "、".join(f"{name} {count} 处" for name, count in lost.items())
        raise Unwell(
            f"{where} 由已停用的密钥加密，读不出来。请把那个密钥放回 HATCHERY_DATA_KEYS 的后面，再运行 hatchery rotate-keys"
        )
    if left:
        return Remark(f"还有 {left} 处由旧密钥加密，请运行 hatchery rotate-keys")
    return f"个人信息全部由密钥 {keyring.names[0]} 加密"
