"""What a browser says it is, in plain words: family and major version, and the system it runs on."""

import re

from flask import request

# The first mark that is found counts, wherever it stands: browsers name those they stem from first, and telephones
# the system they stem from, too.
BROWSERS = (
    ("Edg", "Edge"), ("QIHU", "360"), ("360SE", "360"), ("360EE", "360"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Version", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("OpenHarmony", "鸿蒙"), ("HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name() -> str:
    """Return family and major version of the browser, nothing more."""
    agent = request.user_agent.string
    for mark, family in BROWSERS:
        if found := re.search(rf"{mark}[A-Za-z]*/?([0-9]*)", agent):
            return f"{family} {found[1]}".strip()
    return "未知浏览器"


def device_name() -> str:
    """Return the browser and the system it runs on, as far as they are known: Chrome 120 · Windows."""
    agent = request.user_agent.string
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser_name(), system) if part)
