"""The queue of an office: filters in the address, counters, own views, and who works on what."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from blueprints.access import actor, me, my_office, role
from blueprints.idempotency import remember, was_done
from blueprints.ids import read_id, read_version
from blueprints.review import blueprint
from extensions import clock, db
from filings.kinds import KINDS
from filings.review.assigning import Assigned, assign_many
from filings.review.queue import COUNTED, QueuePage, read_page
from filings.review.sending import AT_ONCE
from filings.review.wanted import DESKS, SORTS, STATUSES, WAITING, Wanted
from forms.fields import normalised
from models.saved_view import MOST_VIEWS, SavedView

NAME_LENGTH = 30


@blueprint.get("")
@role("reviewer")
def queue() -> str:
    """List what lies before the office, by default the longest waiting first."""
    given = request.args.get("assigned_now", 0, type=int)
    done = f"{given} 件申报的经办人已更新。" if 0 < given <= AT_ONCE else ""
    return queue_page(recused=bool(request.args.get("recused")), done=done)


def queue_page(**context: Any) -> str:
    """Render the queue; `refusal` says why an act on ticked rows was refused, `done` that it was done."""
    office = my_office()
    wanted = Wanted.read(request.args)
    page = read_page(db.session(), office, wanted, me().account_id, clock.now())
    return render_template(
        "review/queue.html", office=office, wanted=wanted, page=page, here=_link(wanted),
        filters=_filters(wanted, page), desks=DESKS, sorts=SORTS, counted=COUNTED, waiting_texts=WAITING,
        name_length=NAME_LENGTH, **context,
    )  # fmt: skip


def _link(wanted: Wanted) -> Callable[..., str]:
    """Return what tells the address of another view of the queue."""

    def here(endpoint: str = "review.queue", view_id: str | None = None, **changes: str) -> str:
        address: dict[str, Any] = dict(wanted.address(**changes))
        return url_for(endpoint, view_id=view_id, **address)

    return here


def _filters(wanted: Wanted, page: QueuePage) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """List the filters to choose from: name, label, what is chosen, and the choices."""
    conditions = [
        (condition.code, condition.label) for kind in KINDS.values() for condition in kind.conditions
    ]
    people = [("me", "由我办理"), ("nobody", "未分配"), *page.choices.people]
    found = [
        ("kind", "事项", [(kind.name, kind.label) for kind in KINDS.values()]),
        ("batch", "批次", list(page.choices.batches)),
        ("status", "状态", list(STATUSES.items())),
        ("region", "所在地", list(page.choices.regions)),
        ("failing", "不满足的条件", conditions),
        ("waiting", "等待时间", list(WAITING.items())),
        ("assigned", "经办人", people),
    ]
    return [
        (name, label, _chosen(wanted, name), choices) for name, label, choices in found if len(choices) > 1
    ]


def _chosen(wanted: Wanted, name: str) -> str:
    chosen: str = getattr(wanted, name)
    return chosen


@blueprint.post("/assignment")
@role("reviewer")
def assign_ticked() -> ResponseReturnValue:
    """Give the ticked filings to oneself, a colleague or nobody; each whole or refused with its reason."""
    ticked = ticked_filings()
    refusal = refuse_number(ticked)
    if refusal:
        return queue_page(refusal=refusal), 422
    if was_done():
        return _back(assigned_now=len(ticked))
    results = assign_many(db.session(), ticked, request.form.get("account", ""), actor(), clock.now())
    remember()
    db.session.commit()
    refused = [one for one in results if one.refusal]
    if refused:
        return queue_page(refusal=_in_words(results, refused)), 409
    return _back(assigned_now=len(results))


def _in_words(results: list[Assigned], refused: list[Assigned]) -> str:
    reasons = "；".join(f"「{one.name}」{one.refusal}" for one in refused[:5])
    return f"{len(results) - len(refused)} 件已更新，{len(refused)} 件没有更新：{reasons}"


def ticked_filings() -> dict[uuid.UUID, int]:
    """Read the ticked rows: id of the filing, version of the opinion seen."""
    ticked: dict[uuid.UUID, int] = {}
    for text in request.form.getlist("filing"):
        name, _, version = text.partition(":")
        filing_id = read_id(name)
        if filing_id is not None:
            ticked[filing_id] = read_version(version) or 0
    return ticked


def refuse_number(ticked: dict[uuid.UUID, int]) -> str:
    """Say why an act on so many rows is refused; empty when it is not."""
    if not ticked:
        return "还没有勾选申报，请先在下面的列表中勾选"
    return (
        f"一次最多办理 {AT_ONCE} 件，您勾选了 {len(ticked)} 件，请分几次办理" if len(ticked) > AT_ONCE else ""
    )


@blueprint.post("/views")
@role("reviewer")
def save_view() -> ResponseReturnValue:
    """Keep the filters of the address under a name; the same name again changes what it stands for."""
    name = normalised(request.form.get("name", ""))
    if was_done():
        return _back()
    if not 0 < len(name) <= NAME_LENGTH:
        return queue_page(refusal=f"请填写视图名称，不超过 {NAME_LENGTH} 个字"), 422
    mine = select(SavedView).where(SavedView.account_id == me().account_id)
    view = db.session.scalars(mine.where(SavedView.name == name)).one_or_none()
    if view is None:
        if (db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= MOST_VIEWS:
            return queue_page(refusal=f"最多保存 {MOST_VIEWS} 个视图，请先删除不用的"), 422
        view = SavedView(account_id=me().account_id, name=name, created_at=clock.now())
        db.session.add(view)
    view.query = urlencode(Wanted.read(request.args).address())[:500]
    remember()
    db.session.commit()
    return _back()


@blueprint.post("/views/<uuid:view_id>/removal")
@role("reviewer")
def remove_view(view_id: uuid.UUID) -> ResponseReturnValue:
    """Forget one of the reviewer's own views."""
    if not was_done():
        view = db.session.get(SavedView, view_id)
        if view is None or view.account_id != me().account_id:
            abort(404)
        db.session.delete(view)
        remember(view_id)
        db.session.commit()
    return _back()


def _back(**marks: Any) -> ResponseReturnValue:
    """Go back to the queue as the reviewer had filtered it."""
    wanted = Wanted.read(request.args)
    address: dict[str, Any] = dict(wanted.address(after=wanted.after, before=wanted.before))
    return redirect(url_for("review.queue", **address, **marks), 303)
