"""The catalogue of services (服务事项): every system the platform knows, as data in a file."""

import tomllib
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

FILE = Path(__file__).parent / "data" / "services.toml"
INCUBATION = "incubation"  # 科技创业孵化机构信息服务系统: this system itself
AUDIENCE_TEXTS = {"legal": "法人", "natural": "自然人", "both": "法人和自然人"}
INFO_TEXTS = {
    "scope": "适用范围", "basis": "设定依据", "conditions": "申请条件", "papers": "办理材料",
    "place": "办理地点", "time": "办理时间", "steps": "办理流程", "contact": "联系方式", "faq": "常见问题",
    "notes": "事项说明",
}  # fmt: skip


@dataclass(frozen=True)
class Service:
    """One service item; models/data/services.toml says what each attribute means."""

    key: str
    name: str
    code: str
    owner: str
    category: str
    audience: str
    is_granted: bool
    for_unit: bool
    target: str
    entries: tuple[str, ...]
    confirmed: str
    needs_details: bool = False
    approval: str = ""
    refusal: str = ""
    grant_needs_approval: bool = False
    info: dict[str, str] = field(default_factory=dict)

    @property
    def is_connected(self) -> bool:
        return self.target.startswith("/")

    @property
    def audience_text(self) -> str:
        return AUDIENCE_TEXTS[self.audience]

    def matches(self, words: str) -> bool:
        """Say whether every one of the words stands in its name, code, owner or texts."""
        everything = " ".join(
            (self.name, self.code, self.owner, *self.entries, *self.info.values())
        ).casefold()
        return all(word in everything for word in words.casefold().split())


@cache
def services() -> dict[str, Service]:
    """Map the keys of all service items to the items, in the order of the catalogue."""
    entries = tomllib.loads(FILE.read_text("utf-8"))
    return {
        key: Service(key, **entry | {"entries": tuple(entry["entries"])}) for key, entry in entries.items()
    }


class Follow(Base):
    """A service that somebody follows (关注)."""

    __tablename__ = "service_follow"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
