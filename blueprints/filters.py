"""How templates write figures, days and moments; the rules themselves are those of forms/formats.py."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

from flask import Flask

from clock import SHANGHAI, shanghai_day
from extensions import clock
from forms.formats import NOTHING, plain_number, show_date, show_long_date, show_number, show_ratio


def init_app(app: Flask) -> None:
    """Give the filters to all templates."""
    filters = {
        "area": number, "money": number, "number": number, "plain": plain, "percent": show_ratio,
        "date": long_date, "day": day, "moment": moment, "time": clock_time, "ago": ago,
        "fingerprint": fingerprint,
    }  # fmt: skip
    app.jinja_env.filters.update(filters)


def number(value: Decimal | int | None) -> str:
    """Write an area, an amount of money or a count: 2,350.5; — for none."""
    return NOTHING if value is None else show_number(value)


def plain(value: Decimal | int | None) -> str:
    """Write a figure for machines: 2350.5; empty for none."""
    return "" if value is None else plain_number(value)


def long_date(value: date | datetime | None) -> str:
    """Write 2021年11月15日; — for none."""
    return NOTHING if value is None else show_long_date(_shanghai_day(value))


def day(value: date | datetime | None) -> str:
    """Write 2021-11-10; — for none."""
    return NOTHING if value is None else show_date(_shanghai_day(value))


def moment(value: datetime | None) -> str:
    """Write 11月10日 14:20 in Shanghai, with the year when it is not this one; — for none."""
    if value is None:
        return NOTHING
    local, today = value.astimezone(SHANGHAI), clock.now().astimezone(SHANGHAI)
    year = "" if local.year == today.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def clock_time(value: datetime | None) -> str:
    """Write 14:20 in Shanghai; — for none."""
    return NOTHING if value is None else f"{value.astimezone(SHANGHAI):%H:%M}"


def ago(value: datetime) -> str:
    """Write how long ago something was by the real clock: 刚刚, 2 分钟前."""
    minutes = int((datetime.now(UTC) - value).total_seconds() // 60)
    return f"{minutes} 分钟前" if minutes > 0 else "刚刚"


def fingerprint(html: str) -> str:
    """Return 8 signs that another text hardly has."""
    return hashlib.blake2s(html.encode(), digest_size=4).hexdigest()


def _shanghai_day(value: date | datetime) -> date:
    return shanghai_day(value) if isinstance(value, datetime) else value
