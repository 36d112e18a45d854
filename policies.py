"""Who may do what: pure questions about roles, grants and levels. The gate and the loaders ask them."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.office import LEVELS
from models.service import INCUBATION

FILLERS = frozenset({"legal", "item_handler"})
GRANTERS = frozenset({"legal", "unit_admin"})
UNIT_ROLES = FILLERS | {"unit_admin", "unit_maintainer"}
ROLES = UNIT_ROLES | {"reviewer", "helpdesk", "system_admin", "operator"}
UNSEEN_STATUSES = ("draft", "withdrawn")

EXPIRED = "授权已过期，请联系单位法人账号重新授权"
NOT_A_HANDLER = "需要“事项办理员”角色才能填报，请联系单位法人账号授权"
CLOSING = "账号正在注销，这次的内容没有保存。需要继续使用的，请先取消注销"
UNIT_LOST = "刚才办理的单位已停用，或已停用对您的授权，这次的内容没有保存。请联系单位法人账号，或在“办理单位”中另选单位"
MANY_UNITS = "现在有多个单位授权您办理，这次的内容没有保存。请在新窗口选择办理单位，再回到本页保存。"
UNIT_DISABLED = "单位已停用，请联系平台客服"


@dataclass(frozen=True)
class Right:
    """What one grant comes to on a day: `is_effective` now, or `has_expired` after it was good once."""

    role: str
    item: str
    is_effective: bool = True
    has_expired: bool = False


def roles_in_unit(rights: Iterable[Right]) -> frozenset[str]:
    """Return what the rights of one person in one unit allow in this system.

    A handler of another service is none here. `expired` stands for a handler's grant that was good once: it
    allows nothing, but it says what to do.
    """
    ours = [right for right in rights if right.role != "item_handler" or right.item == INCUBATION]
    valid = frozenset(right.role for right in ours if right.is_effective)
    had_expired = any(right.role == "item_handler" and right.has_expired for right in ours)
    return valid | {"expired"} if had_expired and "item_handler" not in valid else valid


def items_in_unit(rights: Iterable[Right]) -> frozenset[str]:
    """Return the services that the rights of one person in one unit let him handle."""
    return frozenset(right.item for right in rights if right.role == "item_handler" and right.is_effective)


def may_grant(roles: frozenset[str]) -> bool:
    """Say whether somebody with these roles may let people act for the unit he acts for."""
    return bool(roles & GRANTERS)


def may_fill(roles: frozenset[str]) -> bool:
    """Say whether somebody with these roles may create, save and submit for the unit he acts for.

    Source: 科技部政务服务平台常见问题 (授权为“事项办理员”才可以新建项目; 授权过期须由法人账号重新授权).
    """
    return bool(roles & FILLERS)


def why_not_fill(roles: frozenset[str]) -> str:
    """Tell somebody who may not fill what to do about it."""
    if "unit_disabled" in roles:
        return UNIT_DISABLED
    return EXPIRED if "expired" in roles else NOT_A_HANDLER


def levels_up_to(level: str) -> tuple[str, ...]:
    """Return the levels below `level` and itself, lowest first."""
    return LEVELS[: LEVELS.index(level) + 1]


def levels_from(level: str) -> tuple[str, ...]:
    """Return `level` and the levels above it, lowest first."""
    return LEVELS[LEVELS.index(level) :]


def may_review(
    office_level: str, office_region: str, *, jurisdiction: Iterable[str], status: str,
    first_level: str | None, reached_level: str | None, copy_levels: Iterable[str] = (),
) -> bool:  # fmt: skip
    """Say whether an office may read a filing.

    It must govern the filing's region (`jurisdiction`: the codes that do, along `admin_parent`), and the
    filing must have reached its level, or passed it; a level that the applicant skipped never saw it.
    Offices of `copy_levels` get what was approved below them to read. `filings/review/inbox.py` says the same in
    SQL.
    """
    if status in UNSEEN_STATUSES or office_region not in jurisdiction:
        return False
    if status == "approved" and office_level in copy_levels:
        return True
    return first_level in levels_up_to(office_level) and reached_level in levels_from(office_level)


def may_read_note(office_level: str, is_own: bool, note_level: str) -> bool:
    """Say whether an office may read a note on a filing it may read: its own, and those from below."""
    return is_own or (note_level != office_level and note_level in levels_up_to(office_level))
