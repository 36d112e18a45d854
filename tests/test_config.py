"""What is set wrongly is told by its name before anything starts."""

from pathlib import Path

import pytest

from config import Settings, UnsafeSettings

PRODUCTION = {
    "HATCHERY_ENV": "production",
    "HATCHERY_SECRET_KEY": "0" * 32,
    "HATCHERY_PUBLIC_URL": "https://shenbao.example.com/",
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HATCHERY_PORT", "abc"),
        ("HATCHERY_PORT", "0"),
        ("HATCHERY_PORT", "65536"),
        ("HATCHERY_PORT", "-1"),
        ("HATCHERY_PORT", "²"),
        ("HATCHERY_WEB_WORKERS", "x"),
        ("HATCHERY_WEB_WORKERS", "0"),
        ("HATCHERY_NOW", "x"),
        ("HATCHERY_NOW", "2021-11-10T10:00"),
        ("HATCHERY_PASSWORD_MAX_AGE_DAYS", "²"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, text: str) -> None:
    with pytest.raises(UnsafeSettings, match=f"{name} is a"):
        Settings.from_env({name: text})


def test_a_line_without_a_value_leaves_the_default() -> None:
    names = ("DATA_DIR", "DATABASE_URL", "STORAGE_URL", "REDIS_URL", "HOST", "PORT", "PUBLIC_URL", "WEB_WORKERS",
             "OIDC_SCOPE", "PASSWORD_PROFILE", "PASSWORD_MAX_AGE_DAYS", "DATA_KEYS")  # fmt: skip
    settings = Settings.from_env({f"HATCHERY_{name}": "" for name in names})
    assert settings == Settings.from_env({})
    assert settings.database_url == f"sqlite:///{Path('var').resolve() / 'hatchery.sqlite3'}"


@pytest.mark.parametrize("address", ["http://shenbao.example.com", "shenbao.example.com", "", "https://"])
def test_production_is_reached_by_https_only(address: str) -> None:
    assert Settings.from_env(PRODUCTION).public_url == "https://shenbao.example.com"
    with pytest.raises(UnsafeSettings, match="HATCHERY_PUBLIC_URL needs https://"):
        Settings.from_env(PRODUCTION | {"HATCHERY_PUBLIC_URL": address})


def test_two_keys_of_one_name_are_refused() -> None:
    """The older one won, and what the newer one had sealed could not be opened."""
    one, other = "a secret of the tests 0123456789 0", "a secret of the tests 0123456789 1"
    keys = Settings.from_env({"HATCHERY_DATA_KEYS": f"k2:{other},k1:{one}"}).data_keys
    assert keys == (("k2", other), ("k1", one))
    with pytest.raises(UnsafeSettings, match="two keys of the name k1"):
        Settings.from_env({"HATCHERY_DATA_KEYS": f"k1:{other},k1:{one}"})
