"""What a password must be like, case by case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.password_rules import PROFILES, is_common, password_rules
from tests.conftest import demo_settings

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
    broken = "；".join(PROFILES["dengbao3"].broken(password, PERSONAL))
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


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("all small letters are fine", ""),
        ("一二三四五六七八九十一二三四五", ""),
        ("Zhu-hai-2021-a", "现有 14 个"),
        ("x" * 129, "现有 129 个"),
        ("password-password", ""),
        ("Password-2021!!", "太常见"),
        ("my name is gz_qihang", "登录名"),
    ],
)
def test_the_profile_nist_asks_for_length_only(password: str, words: str) -> None:
    broken = "；".join(PROFILES["nist"].broken(password, PERSONAL))
    assert words in broken if words else broken == ""


@pytest.mark.parametrize(("profile", "days", "is_over"), [
    ("dengbao3", 90, False), ("dengbao3", 91, True), ("nist", 9000, False),
])  # fmt: skip
def test_only_dengbao3_lets_passwords_expire(profile: str, days: int, is_over: bool) -> None:
    changed = datetime(2021, 1, 1, tzinfo=UTC)
    assert PROFILES[profile].has_expired(changed, changed + timedelta(days=days)) is is_over


def test_settings_choose_the_profile_and_the_age(tmp_path: Path) -> None:
    settings = demo_settings("sqlite://", tmp_path)
    assert password_rules(settings) == PROFILES["nist"]
    aged = replace(settings, password_max_age_days=30)
    assert (password_rules(aged).shortest, password_rules(aged).max_age_days) == (15, 30)
    never = replace(settings, password_profile="dengbao3", password_max_age_days=0)
    assert (password_rules(never).kinds, password_rules(never).max_age_days) == (3, 0)
