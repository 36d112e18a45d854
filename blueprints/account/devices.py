"""What a browser says it is, in plain words: family and major version, and the system it runs on."""

import re

from flask import request

BROWSER = re.compile(r"(Edg|QIHU|360SE|360EE|Firefox|Chrome|Version)/?([0-9]*)")
FAMILIES = {"Edg": "Edge", "QIHU": "360", "360SE": "360", "360EE": "360", "Version": "Safari"}
# The first that is found counts: telephones name the system they stem from, too.
SYSTEMS = (
    ("OpenHarmony", "鸿蒙"), ("HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name() -> str:
    """Return family and major version of the browser, nothing more."""
    found = BROWSER.search(request.user_agent.string)
    return f"{FAMILIES.get(found[1], found[1])} {found[2]}".strip() if found else "未知浏览器"


def device_name() -> str:
    """Return the browser and the system it runs on, as far as they are known: Chrome 120 · Windows."""
    agent = request.user_agent.string
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser_name(), system) if part)
