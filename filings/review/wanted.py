"""What a reviewer asks of the queue: filters, order and place, as they stand in the address."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from models.moves import STATUS_TEXTS
from policies import UNSEEN_STATUSES

DESKS = {"here": "本机构待办", "sent": "已送出", "all": "全部"}
SORTS = {"waiting": "等待最久的在前", "arrived": "最近送达的在前", "name": "按名称"}
WAITING = {"0-5": "0–5 个工作日", "6-10": "6–10 个工作日", "over-10": "超过 10 个工作日"}
STATUSES = {name: text for name, text in STATUS_TEXTS.items() if name not in UNSEEN_STATUSES}
LONGEST = 100

# What may stand in a filter that has a fixed list; anything else there is as if it were left out.
_KNOWN: Mapping[str, Mapping[str, str]] = {
    "desk": DESKS, "sort": SORTS, "waiting": WAITING, "status": STATUSES,
}  # fmt: skip
_IDS = ("batch", "unit")


@dataclass(frozen=True)
class Wanted:
    """Filters of the queue; empty means any. `assigned`: `me`, `nobody` or the id of a colleague.

    `failing` is the code of a condition, `q` a part of a name or a 统一社会信用代码. `after` and `before` are
    the places at which a page begins or ends.
    """

    desk: str = "here"
    kind: str = ""
    batch: str = ""
    status: str = ""
    region: str = ""
    unit: str = ""
    failing: str = ""
    waiting: str = ""
    assigned: str = ""
    q: str = ""
    sort: str = "waiting"
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, typed: Mapping[str, Any]) -> Self:
        """Read what stands in an address; what cannot be meant is left out."""
        texts = {one.name: str(typed.get(one.name, ""))[:LONGEST].strip() for one in fields(cls)}
        texts = {name: text for name, text in texts.items() if text and _can_be_meant(name, text)}
        if texts.get("assigned") not in (None, "me", "nobody") and not is_id(texts["assigned"]):
            del texts["assigned"]
        return cls(**texts)

    def address(self, **changes: str) -> dict[str, str]:
        """Return what the address of another view says; a change of filter goes back to the first page."""
        if not {"after", "before"} & changes.keys():
            changes = {"after": "", "before": ""} | changes
        there = asdict(replace(self, **changes))
        return {name: text for name, text in there.items() if text and text != _DEFAULTS[name]}

    @property
    def is_narrowed(self) -> bool:
        """Say whether any filter is set besides the desk and the order."""
        return bool(self.address().keys() - {"desk", "sort"})


_DEFAULTS = {one.name: one.default for one in fields(Wanted)}


def _can_be_meant(name: str, text: str) -> bool:
    if name in _KNOWN:
        return text in _KNOWN[name]
    return is_id(text) if name in _IDS else True


def is_id(text: str) -> bool:
    """Say whether the text is an id."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
