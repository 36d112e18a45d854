"""Teams and enterprises: cells that may not be filled, links between them, how many there were.

Source: 《国家备案众创空间申报操作手册》(2021), 孵化和服务情况; 120号, 备案条件第5、6项.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from filings.finding import Finding
from filings.kind import Check, CrossCheck
from filings.rules.dates import overlaps

FINANCING_FIELDS = ("financed_on", "financing_amount", "financing_file")
TEAM_REASONS = {
    "in_space": {"converted_registered_on": "未转化", "moved_out_on": "未迁出"},
    "converted": {"member_count": "已转化", "moved_out_on": "已转化"},
    "moved_out": {"member_count": "已迁出", "converted_registered_on": "已迁出"},
}


def closed_in_team(team: Any) -> dict[str, str]:
    """Map the 不可填项 of a team to the reason. A team without a status has none but financing's."""
    return TEAM_REASONS.get(team.team_status, {}) | closed_financing(team)


def closed_in_enterprise(enterprise: Any) -> dict[str, str]:
    """Map the 不可填项 of an enterprise to the reason."""
    closed = closed_financing(enterprise)
    if enterprise.converted_from_team is True:
        closed["moved_in_on"] = "团队转化而来"
    if enterprise.converted_from_team is False:
        closed["source_team_name"] = "非团队转化"
    if enterprise.has_moved_out is True:
        closed["employee_count"] = "已迁出"
    if enterprise.has_moved_out is False:
        closed["moved_out_on"] = "未迁出"
    return closed


def closed_financing(row: Any) -> dict[str, str]:
    return dict.fromkeys(FINANCING_FIELDS, "无投融资") if row.has_financing is False else {}


def financing_before_entry(start: str) -> Check:
    """Warn of money that came before the resident did. `start` is the field its residency begins with."""

    def find(row: Any, _filing: Any) -> Iterator[Finding]:
        begun = getattr(row, start) or getattr(row, "registered_on", None)
        if row.financed_on is not None and begun is not None and row.financed_on < begun:
            message = f"获得时间早于入驻时间 {begun.isoformat()}，请核对"
            yield Finding("financed_on", "W_FINANCING_BEFORE_ENTRY", message, "warning")

    return Check(("financed_on",), find)


def duplicates(table: str, field: str, label: str) -> CrossCheck:
    """Find rows of one table that share what must be unique in the filing."""

    def find(rows: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, Any, Finding]]:
        seen = Counter(getattr(row, field) for row in rows[table])
        for row in rows[table]:
            value = getattr(row, field)
            if value and seen[value] > 1:
                message = f"重复填报：{label}「{value}」填了 {seen[value]} 行，请保留一行"
                yield table, row.id, Finding(field, "E_DUPLICATE", message)

    return CrossCheck((table,), {table: (field,)}, find)


def links(rows: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, Any, Finding]]:
    """Find converted teams and enterprises that do not point at each other one to one."""
    teams = {team.team_name: team for team in rows["teams"] if team.team_name}
    children = Counter(e.source_team_name for e in rows["enterprises"] if e.converted_from_team)
    for team in rows["teams"]:
        count = children[team.team_name] if team.team_name else 0
        if team.team_status == "converted" and count != 1:
            yield "teams", team.id, Finding("team_status", "E_LINK_MISSING", _missing_text(count))
    for enterprise in rows["enterprises"]:
        if enterprise.converted_from_team and enterprise.source_team_name:
            yield from _enterprise_link(enterprise, teams.get(enterprise.source_team_name))


def _missing_text(count: int) -> str:
    if count == 0:
        return "团队已转化为企业，请在累计入驻企业表中添加对应企业，并选择本团队"
    return f"有 {count} 家企业都选择了本团队，只能对应一家，请核对"


def _enterprise_link(enterprise: Any, team: Any) -> Iterator[tuple[str, Any, Finding]]:
    if team is None or team.team_status != "converted":
        message = f"「{enterprise.source_team_name}」不是状态为「转化为企业」的团队，请核对团队表"
        yield "enterprises", enterprise.id, Finding("source_team_name", "E_LINK_MISMATCH", message)
    elif enterprise.registered_on and enterprise.registered_on != team.converted_registered_on:
        there = team.converted_registered_on
        message = f"注册时间应与团队表中的转化为企业注册时间 {there or '（未填）'} 一致"
        yield "enterprises", enterprise.id, Finding("registered_on", "E_LINK_MISMATCH", message)


LINKS = CrossCheck(
    tables=("teams", "enterprises"),
    fields={"teams": ("team_status",), "enterprises": ("source_team_name", "registered_on")},
    find=links,
)


def yearly_resident_count(teams: Sequence[Any], enterprises: Sequence[Any], first: date, last: date) -> int:
    """Count entities resident on any day of [first, last]; a team and its enterprise are one entity."""
    return len(_resident_entities(teams, enterprises, first, last))


def _resident_entities(
    teams: Sequence[Any], enterprises: Sequence[Any], first: date, last: date
) -> set[tuple[str, Any]]:
    present = {_team_key(team) for team in teams if overlaps(team.moved_in_on, _team_end(team), first, last)}
    names = {team.team_name for team in teams if team.team_name}
    for enterprise in enterprises:
        start = enterprise.registered_on if enterprise.converted_from_team else enterprise.moved_in_on
        if overlaps(start, enterprise.moved_out_on, first, last):
            present.add(_enterprise_key(enterprise, names))
    return present


def _team_key(team: Any) -> tuple[str, Any]:
    return ("team", team.team_name or team.id)


def _enterprise_key(enterprise: Any, team_names: set[str]) -> tuple[str, Any]:
    if enterprise.converted_from_team and enterprise.source_team_name in team_names:
        return ("team", enterprise.source_team_name)
    return ("enterprise", enterprise.id)


def _team_end(team: Any) -> date | None:
    return team.moved_out_on or team.converted_registered_on


def new_registered_count(teams: Sequence[Any], first: date, last: date) -> int:
    """Count teams that became an enterprise within [first, last], both days included."""
    return sum(
        team.team_status == "converted"
        and team.converted_registered_on is not None
        and first <= team.converted_registered_on <= last
        for team in teams
    )


def financed_count(teams: Sequence[Any], enterprises: Sequence[Any], first: date, last: date) -> int:
    """Count entities that got money within [first, last]; a team and its enterprise are one entity."""
    names = {team.team_name for team in teams if team.team_name}
    keys = {_team_key(team) for team in teams if _financed_within(team, first, last)}
    keys |= {_enterprise_key(e, names) for e in enterprises if _financed_within(e, first, last)}
    return len(keys)


def _financed_within(row: Any, first: date, last: date) -> bool:
    return bool(row.has_financing) and row.financed_on is not None and first <= row.financed_on <= last
