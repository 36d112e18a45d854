"""Whose data folder it is: what root writes there, the service cannot read."""

import os
import pwd

from config import Settings
from ops.errors import CannotRun


def refuse_root(settings: Settings) -> None:
    """Refuse to write as root into a data folder of somebody else, in production. Raises CannotRun.

    Who is neither root nor the owner needs no such check: the system says where he may not write.
    """
    if settings.is_demo or os.geteuid() != 0 or not settings.data_dir.exists():
        return
    owner = settings.data_dir.stat().st_uid
    if owner != 0:
        raise CannotRun(
            f"数据目录 {settings.data_dir} 属于用户 {_name(owner)}，以 root 运行会留下服务读不了的文件。"
            f"请改用：runuser -u {_name(owner)} -- .venv/bin/hatchery …"
        )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a user of the machine outside a container
        return str(uid)
