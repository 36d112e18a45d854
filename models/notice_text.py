"""Texts of notices: those of the release, and what an administrator made of them."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

# A text without this word tells people nothing they can use: the link, the code.
NEEDED_WORDS = ("{链接}", "{验证码}")
FILE = Path(__file__).parent / "data" / "notices.toml"


@dataclass(frozen=True)
class Wording:
    """One notice in words, with {words} in braces that are filled in, and by which ways it goes besides the site."""

    title: str
    text: str
    sms: bool
    mail: bool

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(channel for channel in ("sms", "mail") if getattr(self, channel))

    def lost_words(self, text: str) -> list[str]:
        """Name the words that this text has, that people need, and that `text` lacks."""
        return [word for word in NEEDED_WORDS if word in self.text and word not in text]

    def filled(self, values: Mapping[str, object]) -> "Wording":
        """Put the values in; a name that is not known shows as a dash, never as an error."""
        known = defaultdict(lambda: "—", {name: str(value) for name, value in values.items()})
        return Wording(self.title.format_map(known), self.text.format_map(known), self.sms, self.mail)


class NoticeText(Base):
    """An administrator's wording of one notice."""

    __tablename__ = "notice_text"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(String(1000))
    sms: Mapped[bool]
    mail: Mapped[bool]


@cache
def released_wordings() -> dict[str, Wording]:
    """Map the names of notices to the wordings of this release."""
    return {name: Wording(**entry) for name, entry in tomllib.loads(FILE.read_text("utf-8")).items()}


def wording(session: Session, name: str) -> Wording | None:
    """Return how a notice reads; None when there is none of that name, so nobody is told."""
    released = released_wordings().get(name)
    changed = session.get(NoticeText, name) if released else None
    return Wording(changed.title, changed.text, changed.sms, changed.mail) if changed else released
