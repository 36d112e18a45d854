"""What somebody new does first, in order: told on his desk until he files."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.grant import Grant, effective_on
from models.person import Person
from models.service import INCUBATION
from models.service_permission import held_items
from models.unit import Unit


class Step(NamedTuple):
    """One thing to do: what, why or how, where, the words of the way there.

    `is_open`: it can be done now; `is_next`: it is the first of those.
    """

    title: str
    text: str
    path: str
    words: str
    is_done: bool
    is_open: bool = True
    is_next: bool = False


def steps_of_unit(session: Session, unit: Unit, day: date) -> list[Step]:
    """List what a unit's own account does before its first filing."""
    verified, entered = unit.is_real_named, INCUBATION in held_items(session, unit.id)
    granted = select(Grant.id).where(Grant.unit_id == unit.id, effective_on(day)).limit(1)
    has_people = session.scalar(granted) is not None
    return _with_next([
        Step("完成法人实名认证", f"在我的信息中把法人单位基本信息填写完整并保存，保存后自动认证。目前：{unit.real_name_text}。",
             "/profile/unit", "去认证", verified),
        Step("进入一次办理入口", "进入后本单位即取得该事项的权限，可以授权他人办理。",
             f"/services/{INCUBATION}/entry", "去办理入口", entered, verified),
        Step("授权事项办理员（选做）", "请办理人先注册自然人账号并完成个人实名认证，再用其姓名和登录名查找。由法人账号自己填报的，不需要这一步。",
             "/grants/search", "去授权", has_people, entered),
        Step("新建申报", "还没有登记孵化机构的，新建时选“新增”，名称和地址在申报书的基础信息中填写。",
             "/filings", "新建申报", False, verified),
    ])  # fmt: skip


def steps_of_person(person: Person | None, name: str, login_name: str) -> list[Step]:
    """List what a natural person does before a unit can authorise him; `person` None: nothing was filled in."""
    verified = person is not None and person.is_real_named
    state = person.real_name_text if person is not None else "未实名认证"
    return _with_next([
        Step("完成个人实名认证", f"在我的信息中把自然人用户信息填写完整并保存，保存后自动认证。目前：{state}。",
             "/profile/person", "去认证", verified),
        Step("请单位授权", f"请单位法人账号（或单位管理员）在“用户授权管理”的“授权操作”中，用您的姓名“{name}”和登录名“{login_name}”查找，"
             "授权您为“事项办理员”。授权后会有消息通知您。", "", "", False, verified),
    ])  # fmt: skip


def _with_next(steps: list[Step]) -> list[Step]:
    """Mark the first step that can be done now."""
    todo = next((step for step in steps if step.is_open and not step.is_done), None)
    return [step._replace(is_next=step is todo) for step in steps]
