"""What a password must be like: pure questions about typed text, shown before anything is typed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from config import Settings

# Collected elsewhere, and what people here think of first.
FILES = ("common_passwords.txt", "local_passwords.txt")
# A common word hides nothing when only this much stands around it: Password-2021.
AROUND = 8
LOOKALIKES = str.maketrans("@4310$57!", "aaeiossti")
KINDS = (r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9]")


@dataclass(frozen=True)
class PasswordRules:
    """One set of rules. `kinds` of characters needed (0: any will do), `former` passwords that may not come back."""

    shortest: int
    longest: int
    kinds: int = 0
    former: int = 1
    max_age_days: int = 0

    @property
    def shown(self) -> dict[str, str]:
        """Return name of a rule → how it is shown; the names tie the list on the page to its script."""
        shown = {"length": f"{self.shortest} 到 {self.longest} 个字符"}
        if self.kinds:
            shown["kinds"] = f"大写字母、小写字母、数字、符号中至少{_NUMERALS[self.kinds]}种"
        elif self.shortest > 12:
            shown["length"] += "，可以用一句自己记得住的话"
        shown["personal"] = "不含登录名、手机号码和统一社会信用代码"
        shown["common"] = "不是常见的密码，例如 Password-2021"
        return shown

    @property
    def former_shown(self) -> str:
        if self.former == 1:
            return "不与现在的密码相同"
        return f"不与最近 {self.former} 次用过的密码相同"

    def broken(self, password: str, personal: Iterable[str | None] = ()) -> list[str]:
        """Say in words what is wrong with a password; an empty list when nothing is.

        `personal`: login name, mobile and 统一社会信用代码 of the account, None where it has none. Whether it was
        used before is asked of `models/former_password.py`.
        """
        judged = {
            f"密码应为 {self.shortest} 到 {self.longest} 个字符，现有 {len(password)} 个":
                self.shortest <= len(password) <= self.longest,
            f"密码应有大写字母、小写字母、数字、符号中的至少{_NUMERALS[self.kinds]}种":
                sum(bool(re.search(kind, password)) for kind in KINDS) >= self.kinds,
            "密码不能包含登录名、手机号码或统一社会信用代码":
                not any(word and word.lower() in password.lower() for word in personal),
            "这个密码太常见，容易被猜到，请换一个": not is_common(password),
        }  # fmt: skip
        return [words for words, holds in judged.items() if not holds]

    def has_expired(self, changed_at: datetime, now: datetime) -> bool:
        """Say whether a password of that age must be changed; without a limit it never must."""
        return self.max_age_days > 0 and now - changed_at > timedelta(days=self.max_age_days)


_NUMERALS = "零一二三四"
# nist: long, not known, kept as long as it is good. Source: NIST SP 800-63B, 3.1.1.2.
# dengbao3: kinds of characters, changed regularly. Source: GB/T 22239-2019, 8.1.4.1 a).
PROFILES = {
    "nist": PasswordRules(shortest=15, longest=128),
    "dengbao3": PasswordRules(shortest=10, longest=64, kinds=3, former=5, max_age_days=90),
}
KEPT = max(rules.former for rules in PROFILES.values())


def password_rules(settings: Settings) -> PasswordRules:
    """Return the rules that HATCHERY_PASSWORD_PROFILE asks for, with the age of HATCHERY_PASSWORD_MAX_AGE_DAYS."""
    rules = PROFILES[settings.password_profile]
    days = settings.password_max_age_days
    return rules if days is None else replace(rules, max_age_days=days)


def is_common(password: str) -> bool:
    """Say whether it is a common one, also with a little around it or with look-alikes in it: P@ssw0rd-2021."""
    plain = password.lower()
    word = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    figure = re.sub(r"^[^0-9]+|[^0-9]+$", "", plain)
    cores = {core for core in (word, word.translate(LOOKALIKES), figure) if len(plain) - len(core) <= AROUND}
    return not _common().isdisjoint(cores | {plain})


@cache
def _common() -> frozenset[str]:
    folder = Path(__file__).parent / "data"
    return frozenset(word for name in FILES for word in (folder / name).read_text("utf-8").split())
