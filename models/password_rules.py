"""What a password must be like: pure questions about typed text, shown before anything is typed."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

SHORTEST, LONGEST, FORMER = 10, 64, 5
KINDS_NEEDED = 3
# Collected elsewhere, and what people here think of first.
FILES = ("common_passwords.txt", "local_passwords.txt")
# A common word hides nothing when only this much stands around it: Password-2021.
AROUND = 8
LOOKALIKES = str.maketrans("@4310$57!", "aaeiossti")
KINDS = (r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9]")
# Name of a rule → how it is shown; the names tie the list on the page to the script that ticks it off.
RULES = {
    "length": f"{SHORTEST} 到 {LONGEST} 个字符",
    "kinds": "大写字母、小写字母、数字、符号中至少三种",
    "personal": "不含登录名、手机号码和统一社会信用代码",
    "common": "不是常见的密码，例如 Password-2021",
}
FORMER_RULE = f"不与最近 {FORMER} 次用过的密码相同"
BROKEN = {
    "length": f"密码应为 {SHORTEST} 到 {LONGEST} 个字符，现有 {{length}} 个",
    "kinds": "密码应有大写字母、小写字母、数字、符号中的至少三种",
    "personal": "密码不能包含登录名、手机号码或统一社会信用代码",
    "common": "这个密码太常见，容易被猜到，请换一个",
}


def broken_rules(password: str, personal: Iterable[str | None] = ()) -> list[str]:
    """Say in words what is wrong with a password; an empty list when nothing is.

    `personal`: login name, mobile and 统一社会信用代码 of the account, None where it has none. Whether it was
    used before is asked of `models/former_password.py`. Source: 科技部政务服务平台常见问题 says only that there
    is a format; which one is ours to say.
    """
    judged = {
        "length": SHORTEST <= len(password) <= LONGEST,
        "kinds": sum(bool(re.search(kind, password)) for kind in KINDS) >= KINDS_NEEDED,
        "personal": not any(word and word.lower() in password.lower() for word in personal),
        "common": not is_common(password),
    }
    return [BROKEN[name].format(length=len(password)) for name, holds in judged.items() if not holds]


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
