"""What the figures were measured on: cores, memory, versions; no name and no path of the machine."""

import os
import platform
import re
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from tests.postgres import program

PACKAGES = ("Flask", "SQLAlchemy", "psycopg", "gunicorn", "pypdf", "pikepdf", "reportlab", "xhtml2pdf")


def description() -> str:
    """Describe the machine and the versions in a few lines."""
    memory = int(re.findall(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[0]) / 1024**2
    packages = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return "\n".join(
        (
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load before {os.getloadavg()[0]:.2f}",
            f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB memory, {_system()}",
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_version('postgres')}, "
            f"{_version('chromium')}, {_version('qpdf')}",
            packages,
        )
    )


def _processor() -> str:
    return next(iter(re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())), "unknown")


def _system() -> str:
    names = re.findall(r'PRETTY_NAME="(.+)"', Path("/etc/os-release").read_text())
    return f"{names[0] if names else 'Linux'}, kernel {platform.release().split('-')[0]}"


def _version(name: str) -> str:
    found = program(name)
    if found is None:
        return f"no {name}"
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return said.splitlines()[0].strip() if said else name
