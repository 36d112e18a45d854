"""The catalogue of services (服务事项): every system the platform knows, as data in a file."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "services.toml"
INCUBATION = "incubation"  # 科技创业孵化机构信息服务系统: this system itself


@dataclass(frozen=True)
class Service:
    """One service item. `audience`: who may enter: legal, natural, both; `is_granted`: may be given to people."""

    key: str
    name: str
    code: str
    owner: str
    audience: str
    is_granted: bool


@cache
def services() -> dict[str, Service]:
    """Map the keys of all service items to the items, in the order of the catalogue."""
    entries = tomllib.loads(FILE.read_text("utf-8"))
    return {key: Service(key, **entry) for key, entry in entries.items()}
