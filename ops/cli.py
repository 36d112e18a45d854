"""The command `hatchery`."""

import argparse
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from config import Settings, UnsafeSettings
from files.storage import DISK_ERRORS
from ops.errors import CannotRun
from ops.owner import refuse_root


def main() -> None:
    """Run the command named in the arguments."""
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("jobs").setLevel(logging.INFO)
    try:
        settings = Settings.from_env()
        if arguments.run not in READING:
            refuse_root(settings)
        sys.exit(arguments.run(settings, arguments))
    except (UnsafeSettings, CannotRun) as error:
        sys.exit(f"hatchery: {error}")
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            raise
        where = error.filename or "数据目录"
        sys.exit(
            f"hatchery: 不能写入 {where}（{error.strerror}）。请检查磁盘空间和权限；数据目录由 HATCHERY_DATA_DIR 指定。"
        )
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hatchery", description="孵化申报")
    commands = parser.add_subparsers(required=True, metavar="命令")
    _command(commands, "serve", _serve, "启动全部服务：网站、后台任务和 Redis，按 Ctrl-C 停止")
    _command(commands, "web", _web, "只启动网站")
    worker = _command(commands, "worker", _worker, "只启动后台任务")
    worker.add_argument(
        "--alone", action="store_true", help="此外没有别的后台进程：上一个留下的任务马上接着做"
    )
    _command(commands, "migrate", _migrate, "把数据库升级到本版本，载入地区和主管部门")
    _command(commands, "demo", _demo, "载入演示数据（仅限演示环境）")
    doctor = _command(commands, "doctor", _doctor, "检查安装是否正常")
    doctor.add_argument("--deep", action="store_true", help="还检查每条记录和每个文件的内容")
    _command(commands, "audit", _audit, "检查每条办理记录是否完整，指出第一处断开")
    backup = _command(commands, "backup", _backup, "备份数据库和文件，运行中也可以")
    backup.add_argument("folder", metavar="目录", type=Path, help="新的目录，一次备份一个")
    backup.add_argument("--with-secret-key", action="store_true", help="同时备份演示环境的密钥")
    restore = _command(commands, "restore", _restore, "从备份恢复，然后检查每条记录和每个文件")
    restore.add_argument("folder", metavar="目录", type=Path, help="hatchery backup 所用的目录")
    restore.add_argument("--force", action="store_true", help="替换已有的数据；请先停止全部服务")
    accounts = _command(commands, "import-accounts", _import_accounts, "从原系统的 CSV 文件转入账号")
    accounts.add_argument("file", metavar="文件", type=Path, help="CSV，列见运行手册；结果写在它旁边")
    accounts.add_argument("--dry-run", action="store_true", help="只说明会怎样，不写入数据库")
    _command(commands, "rotate-keys", _rotate_keys, "把个人信息全部改用最新的密钥加密，运行中也可以")
    admin = commands.add_parser("admin", help="系统管理员账号").add_subparsers(required=True, metavar="操作")
    create = _command(admin, "create", _create_admin, "新建系统管理员，从终端或标准输入读取密码")
    create.add_argument("login_name", metavar="登录名")
    create.add_argument("person_name", metavar="姓名")
    return parser


Run = Callable[[Settings, argparse.Namespace], int | None]


def _command(group: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Run,
             text: str) -> argparse.ArgumentParser:  # fmt: skip
    parser = group.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


# Each command imports what it needs itself, so that none waits for what only another one uses.


def _serve(settings: Settings, arguments: argparse.Namespace) -> None:
    from ops.serve import serve

    serve(settings)


def _web(settings: Settings, arguments: argparse.Namespace) -> None:
    from ops.web import serve

    sys.argv = sys.argv[:1]  # gunicorn would read our arguments as its own
    serve(settings)


def _worker(settings: Settings, arguments: argparse.Namespace) -> None:
    from jobs.worker import work, work_alone

    if not settings.redis_url:
        raise CannotRun("请用 HATCHERY_REDIS_URL 指定 Redis；hatchery serve 会自带一个。")
    (work_alone if arguments.alone else work)(settings)


def _migrate(settings: Settings, arguments: argparse.Namespace) -> None:
    from ops.prepare import migrate_and_load

    migrate_and_load(settings)


def _demo(settings: Settings, arguments: argparse.Namespace) -> None:
    from demo.accounts import PASSWORD
    from ops.prepare import demo_accounts, prepare_demo

    if not settings.is_demo:
        raise CannotRun("演示数据只能载入演示环境（HATCHERY_ENV=demo）。")
    prepare_demo(settings)
    print(f"演示账号（密码均为 {PASSWORD}）：", *demo_accounts(settings), sep="\n  ")


def _doctor(settings: Settings, arguments: argparse.Namespace) -> int:
    from ops.doctor import examine, examine_deeply

    return examine_deeply(settings) if arguments.deep else examine(settings)


def _audit(settings: Settings, arguments: argparse.Namespace) -> int:
    from ops.audit import audit

    return audit(settings)


def _backup(settings: Settings, arguments: argparse.Namespace) -> int:
    from ops.backup import back_up, back_up_with_secret_key

    make = back_up_with_secret_key if arguments.with_secret_key else back_up
    return make(settings, arguments.folder)


def _restore(settings: Settings, arguments: argparse.Namespace) -> int:
    from ops.restore import restore, restore_over

    put_back = restore_over if arguments.force else restore
    return put_back(settings, arguments.folder)


def _import_accounts(settings: Settings, arguments: argparse.Namespace) -> int:
    from ops.import_accounts import import_accounts, rehearse_import

    return (rehearse_import if arguments.dry_run else import_accounts)(settings, arguments.file)


def _rotate_keys(settings: Settings, arguments: argparse.Namespace) -> int:
    from ops.rotate_keys import rotate_keys

    return rotate_keys(settings)


def _create_admin(settings: Settings, arguments: argparse.Namespace) -> None:
    from ops.admin import create_admin, read_password

    create_admin(settings, arguments.login_name, arguments.person_name, read_password())


READING = (_doctor, _audit, _backup)  # they leave nothing in the data folder


if __name__ == "__main__":
    main()
