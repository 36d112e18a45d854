from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask

MORNING = datetime(2021, 11, 10, 6, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("area", Decimal("2350.50"), "2,350.5"),
        ("area", Decimal("10.00"), "10"),
        ("area", Decimal("449.76"), "449.76"),
        ("area", Decimal("1000000"), "1,000,000"),
        ("area", 0, "0"),
        ("area", None, "—"),
        ("money", Decimal("1234.10"), "1,234.1"),
        ("money", None, "—"),
        ("plain", Decimal("2350.50"), "2350.5"),
        ("plain", 1200, "1200"),
        ("plain", None, ""),
        ("percent", Decimal(30), "30.0 %"),
        ("percent", Decimal("72.75"), "72.8 %"),
        ("percent", None, "—"),
        ("date", date(2021, 11, 15), "2021年11月15日"),
        ("date", date(2021, 1, 5), "2021年1月5日"),
        ("date", None, "—"),
        ("day", date(2021, 11, 10), "2021-11-10"),
        ("day", datetime(2021, 11, 9, 16, 0, tzinfo=UTC), "2021-11-10"),
        ("day", None, "—"),
        ("moment", MORNING, "11月10日 14:20"),
        ("moment", MORNING.replace(year=2020), "2020年11月10日 14:20"),
        ("moment", datetime(2020, 12, 31, 16, 5, tzinfo=UTC), "1月1日 00:05"),
        ("moment", None, "—"),
    ],
)
def test_figures_and_days_are_written_one_way(app: Flask, name: str, value: object, shown: str) -> None:
    assert app.jinja_env.filters[name](value) == shown
