"""The business clock: real time, moved by an offset in the demo and in tests, never in production."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def shanghai_day(moment: datetime) -> date:
    """Return the day on which a moment lies for everybody here; in UTC it is still the day before until 8 o'clock."""
    return moment.astimezone(SHANGHAI).date()


class Clock:
    """Tells the business time. The offset stands in a file so that every process agrees on it."""

    def __init__(self) -> None:
        self.offset_file: Path | None = None

    def now(self) -> datetime:
        """Return the business time in UTC."""
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """Return how far the business clock is from real time; zero when nothing moved it."""
        if self.offset_file is None:
            return timedelta()
        try:
            return timedelta(seconds=float(self.offset_file.read_text()))
        except FileNotFoundError:
            return timedelta()

    def move_to(self, moment: datetime) -> None:
        """Move the business clock to `moment` for every process that reads the same file."""
        if self.offset_file is None:
            raise RuntimeError("the business clock can be moved in the demo and in tests only")
        fresh = self.offset_file.with_suffix(".new")
        fresh.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        fresh.replace(self.offset_file)
