"""Where a filing lies: what its columns say once it comes before an office, or before none."""

from datetime import datetime
from typing import Any

from models.office import Office, highest

UNASSIGNED: dict[str, Any] = {"assignee_id": None, "assigned_at": None}
NOWHERE: dict[str, Any] = {"current_level": None, "current_office_id": None, **UNASSIGNED}
UNSEEN: dict[str, Any] = {"first_level": None, "reached_level": None}


def before_office(office: Office, reached_level: str | None, at: datetime) -> dict[str, Any]:
    """Return the columns of a filing that comes before `office`; `reached_level` is the highest one until now."""
    return {
        **UNASSIGNED, "current_level": office.level, "current_office_id": office.id,
        "reached_level": highest(reached_level, office.level), "arrived_at": at,
    }  # fmt: skip
