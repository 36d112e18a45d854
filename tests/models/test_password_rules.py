"""What a password must be like, case by case."""

import pytest

from models.password_rules import BROKEN, RULES, broken_rules, is_common

PERSONAL = ("gz_qihang", "13800001234", None)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Zhu-hai-2021", ""),
        ("Zhu-hai-21", ""),
        ("Zhu-hai-2", "现有 9 个"),
        ("Aa1-" + "长" * 60, ""),
        ("Aa1-" + "长" * 61, "现有 65 个"),
        ("zhuhai-yuzhou", "至少三种"),
        ("zhuhai-yu-zhou2", ""),
        ("", "现有 0 个"),
        ("GZ_Qihang-2o21", "登录名"),
        ("A-13800001234", "手机号码"),
        ("Password-2021", "太常见"),
    ],
)
def test_a_password_is_judged(password: str, words: str) -> None:
    broken = "；".join(broken_rules(password, PERSONAL))
    assert words in broken if words else broken == ""


@pytest.mark.parametrize(
    "password",
    [
        "P@ssw0rd2021!",
        "1Qaz2wsX3edC",
        "Aa@1234567890",
        "Qwerty123456",
        "Chuangxin2021!",
        "WoAiNi-520",
        "!!admin!!",
    ],
)
def test_common_passwords_in_disguise_are_known(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password", ["Hatchery-2021-demo", "Abc82736451928xQ", "Correct-Horse-42", "Kx7-1234-pQ9z"]
)
def test_what_only_contains_a_common_word_is_not_common(password: str) -> None:
    assert not is_common(password)


def test_every_rule_that_is_shown_says_what_breaks_it() -> None:
    assert RULES.keys() == BROKEN.keys()
