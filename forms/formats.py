"""How figures and days are written, the same on the page, in the PDF and in a comparison."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

NOTHING = "—"


def show_number(value: Decimal | int) -> str:
    """Write a figure with thousands commas and no trailing zeros: 2,350.5."""
    text = f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_number(value: Decimal | int) -> str:
    """Write a figure without commas and trailing zeros: 2350.5."""
    return show_number(value).replace(",", "")


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round like the applicant does on paper: 46.25 → 46.3."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def show_ratio(value: Decimal | None, places: int = 1) -> str:
    """Write a ratio in percent: 30.0 %; — when it has no value."""
    return NOTHING if value is None else f"{round_half_up(value, places)} %"


def show_date(value: date) -> str:
    """Write a day for tables: 2021-11-10."""
    return value.isoformat()


def show_long_date(value: date) -> str:
    """Write a day for sentences: 2021年11月10日."""
    return f"{value.year}年{value.month}月{value.day}日"
