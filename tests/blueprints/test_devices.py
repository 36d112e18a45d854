"""What a browser is called in the record of sessions: by its own name, not by the one it stems from."""

import pytest
from flask import Flask

from blueprints.account.devices import browser_name, device_name

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
CHROME = f"{WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome 120"),
        (f"{CHROME} Edg/119.0.0.0", "Edge 119"),
        (f"{CHROME} Edge/17.17134", "Edge 17"),
        (f"{CHROME} QIHU 360SE", "360"),
        (f"{CHROME} 360EE/13", "360 13"),
        (f"{WINDOWS} Gecko/20100101 Firefox/121.0", "Firefox 121"),
        ("Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Version/17.1 Mobile/15E148 Safari/604.1", "Safari 17"),
        ("", "未知浏览器"),
    ],
)
def test_a_browser_is_called_by_its_own_name(agent: str, name: str) -> None:
    with Flask("any").test_request_context(headers={"User-Agent": agent}):
        assert browser_name() == name


def test_a_device_is_a_browser_and_its_system() -> None:
    with Flask("any").test_request_context(headers={"User-Agent": f"{CHROME} Edg/119.0.0.0"}):
        assert device_name() == "Edge 119 · Windows"
