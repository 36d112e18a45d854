"""The states of a filing and the moves between them: the one table of what may happen, and through whom.

Source: workflow of the filings, T1 to T18. Guards that need more than the state (levels, deadlines, opinions)
stand where the act is called: `filings/submission.py` and `filings/review/`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    PUBLICITY = "publicity"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    VOID = "void"


STATUS_TEXTS = {
    "draft": "填报中",
    "under_review": "审核中",
    "publicity": "公示中",
    "returned": "已退回",
    "rejected": "不通过",
    "approved": "已通过",
    "withdrawn": "已撤回",
    "void": "已作废",
}
LEVEL_TEXTS = {"district": "区县级", "city": "市级", "province": "省级", "torch": "火炬中心"}
EDITABLE = (Status.DRAFT, Status.RETURNED)
OPEN = (Status.DRAFT, Status.UNDER_REVIEW, Status.PUBLICITY, Status.RETURNED, Status.WITHDRAWN)
SENT = (Status.UNDER_REVIEW, Status.RETURNED, Status.REJECTED)
UNIT = frozenset({"legal", "item_handler"})
OFFICE = frozenset({"reviewer"})
SYSTEM = frozenset({"system"})


class IllegalMove(Exception):
    """The act is not possible in the filing's present state, for example because somebody was faster."""


@dataclass(frozen=True)
class Move:
    """One act: from which states, to which, and through whom. `target` None: the state stays.

    `by_holder`: only the office that has the filing now may do it.
    """

    sources: tuple[Status, ...]
    target: Status | None
    roles: frozenset[str]
    by_holder: bool = False

    def allows(self, status: str, role: str) -> bool:
        return status in self.sources and role in self.roles


MOVES: dict[str, Move] = {
    "submit": Move(EDITABLE, Status.UNDER_REVIEW, UNIT),  # T4
    "withdraw": Move((Status.UNDER_REVIEW,), Status.WITHDRAWN, UNIT),  # T5
    "resume": Move((Status.WITHDRAWN,), Status.DRAFT, UNIT),  # T6
    "pass": Move((Status.UNDER_REVIEW,), Status.UNDER_REVIEW, OFFICE, by_holder=True),  # T7
    "return": Move((Status.UNDER_REVIEW,), Status.RETURNED, OFFICE, by_holder=True),  # T8
    "reject": Move((Status.UNDER_REVIEW,), Status.REJECTED, OFFICE, by_holder=True),  # T9
    "give_notice": Move((Status.UNDER_REVIEW,), Status.PUBLICITY, OFFICE, by_holder=True),  # T10, T13
    "recommend": Move((Status.PUBLICITY,), Status.UNDER_REVIEW, OFFICE, by_holder=True),  # T11
    "uphold_objection": Move((Status.PUBLICITY,), Status.UNDER_REVIEW, OFFICE, by_holder=True),  # T12
    "publish": Move((Status.PUBLICITY,), Status.APPROVED, OFFICE, by_holder=True),  # T14
    # T15, and the last level of every kind without public notice
    "approve": Move((Status.UNDER_REVIEW,), Status.APPROVED, OFFICE, by_holder=True),
    "expire": Move(EDITABLE, Status.VOID, SYSTEM),  # T16
    "revoke": Move((Status.APPROVED,), None, OFFICE),  # T17
    "void": Move(OPEN, Status.VOID, OFFICE),  # T17, for what the carrier still has open
    "correct": Move(SENT, Status.UNDER_REVIEW, OFFICE),  # T18
}
