"""`hatchery doctor`: is everything there, and as it should be?"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

import models  # noqa: F401  (maps every table)
from config import Settings
from extensions import clock, db
from files.admission import AdmissionBroken, network_isolation
from files.storage import UnsupportedStorage, storage_from_url
from materials import fonts
from ops import redis_server
from ops.database import is_migrated
from ops.errors import CannotRun, Remark, Unwell
from ops.invariants import DEEP_CHECKS
from ops.prepare import connected
from ops.rotate_keys import examine_keys
from ops.stored_bytes import unchanging

LEAST_FREE_BYTES = 2 * 1024**3
SQLITE_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def examine(settings: Settings) -> int:
    """Print a line for every check; return 0 when all are well, else 1."""
    with connected(settings):
        findings = [_finding(name, lambda: check(settings)) for name, check in CHECKS.items()]  # noqa: B023
    return 0 if all(findings) else 1


def examine_deeply(settings: Settings) -> int:
    """Examine also every row and every stored byte; takes as long as reading all files does."""
    is_well = examine(settings) == 0
    with connected(settings):
        if not _can_be_read(settings):
            print("异常  深入检查：数据库或文件存储不可用，未进行")
            return 1
        with unchanging(db.engine) as session:
            storage = storage_from_url(settings.storage_url)
            findings = [
                _finding(name, lambda: check(session, storage))  # noqa: B023
                for name, check in DEEP_CHECKS.items()
            ]
    return 0 if is_well and all(findings) else 1


def _can_be_read(settings: Settings) -> bool:
    try:
        return bool(_migrations(settings) and storage_from_url(settings.storage_url))
    except (Unwell, UnsupportedStorage, OSError):
        return False


def _finding(name: str, check: Callable[[], str]) -> bool:
    try:
        said = check()
    except Unwell as trouble:
        print(f"异常  {name}：{trouble}", flush=True)
        return False
    except DatabaseError as error:  # pages of the file are damaged
        print(f"异常  {name}：数据库读不出来（{error.__class__.__name__}），请从备份恢复", flush=True)
        return False
    print(f"{'提示' if isinstance(said, Remark) else '正常'}  {name}：{said}", flush=True)
    return True


def _settings(settings: Settings) -> str:
    return f"{settings.env}，{settings.public_url}，数据目录 {settings.data_dir}"


def _database(settings: Settings) -> str:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            if db.engine.dialect.name != "sqlite":
                return db.engine.dialect.name
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in SQLITE_PRAGMAS}
    except SQLAlchemyError as error:
        raise Unwell(f"连接不上（{error.__class__.__name__}），请检查 HATCHERY_DATABASE_URL") from None
    if found != SQLITE_PRAGMAS:
        raise Unwell(f"SQLite 的设置应为 {SQLITE_PRAGMAS}，实际为 {found}；数据目录是否在网络磁盘上？")
    return "sqlite，WAL，每次提交都写到磁盘"


def _migrations(settings: Settings) -> str:
    try:
        if not is_migrated():
            raise Unwell("数据库不是本版本的结构，请运行 hatchery migrate")
    except SQLAlchemyError:
        raise Unwell("数据库连接不上，无法检查") from None
    return "是本版本的结构"


def _redis(settings: Settings) -> str:
    url = settings.redis_url or redis_server.url(settings.data_dir)
    try:
        with Redis.from_url(url, socket_connect_timeout=2) as redis:
            return f"{redis.info()['redis_version']} 正在运行"
    except RedisError:
        if settings.redis_url:
            raise Unwell("没有应答，请检查 HATCHERY_REDIS_URL；任务会在它恢复后继续") from None
    try:
        return f"未运行；hatchery serve 将启动 {redis_server.find_program()}"
    except CannotRun as error:
        raise Unwell(str(error)) from None


def _storage(settings: Settings) -> str:
    try:
        storage = storage_from_url(settings.storage_url)
        storage.new_temp().unlink()
    except (UnsupportedStorage, OSError) as error:
        raise Unwell(f"不能写入（{error}），请检查 HATCHERY_STORAGE_URL") from None
    free = shutil.disk_usage(storage.root).free
    if free < LEAST_FREE_BYTES:
        raise Unwell(f"{storage.root} 只剩 {free / 1024**3:.1f} GB 空间")
    return f"{storage.root}，剩余 {free / 1024**3:.0f} GB"


def _fonts(settings: Settings) -> str:
    names = [name for face in fonts.FACES for name in (face.regular, face.bold) if name]
    missing = [name for name in names if not (fonts.ASSETS / "fonts" / name).is_file()]
    if missing:
        raise Unwell(f"缺少字体 {'、'.join(missing)}，申报书中的汉字将无法显示")
    return "齐全"


def _isolation(settings: Settings) -> str:
    try:
        found = network_isolation()
    except (AdmissionBroken, OSError) as error:
        raise Unwell(f"读取上传文件的子进程不能运行：{error}") from None
    if found.startswith("未生效"):
        raise Unwell(found)
    return found


def _clock(settings: Settings) -> str:
    if time.time() < Path(__file__).stat().st_mtime:  # a clock that was reset would date everything wrongly
        raise Unwell("系统时间早于本程序安装的时间，请校准")
    clock.offset_file = settings.clock_file if settings.now else None
    return f"业务时间 {clock.now():%Y-%m-%d %H:%M} UTC"


def _keys(settings: Settings) -> str:
    try:
        return examine_keys(settings)
    except SQLAlchemyError:
        raise Unwell("数据库读不出来，无法检查") from None


CHECKS: dict[str, Callable[[Settings], str]] = {
    "设置": _settings,
    "数据库": _database,
    "数据库结构": _migrations,
    "Redis": _redis,
    "文件存储": _storage,
    "字体": _fonts,
    "上传文件的隔离": _isolation,
    "时钟": _clock,
    "密钥": _keys,
}
