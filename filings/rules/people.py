"""People listed twice."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from filings.finding import Finding
from filings.kind import CrossCheck


def listed_twice(rows: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, Any, Finding]]:
    """Warn of the same name with the same 职务 twice in one table, and of a person in both tables."""
    for table, people in rows.items():
        seen = Counter((person.name, person.position) for person in people)
        for person in people:
            if person.name and seen[person.name, person.position] > 1:
                message = "同名且同职务的人员填了不止一行，请核对是否重复"
                yield table, person.id, Finding("name", "W_DUPLICATE_PERSON", message, "warning")
    staff = {person.name for person in rows["service_staff"] if person.name}
    for mentor in rows["mentors"]:
        if mentor.name in staff:
            message = "此人也在专业服务人员表中，会计算两次，请核对"
            yield "mentors", mentor.id, Finding("name", "W_DUPLICATE_PERSON", message, "warning")


PEOPLE_LISTED_TWICE = CrossCheck(
    tables=("service_staff", "mentors"),
    fields={"service_staff": ("name",), "mentors": ("name",)},
    find=listed_twice,
)
