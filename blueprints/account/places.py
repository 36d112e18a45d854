"""Places to choose from: provinces, and the districts of one with the cities that have none."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models.region import Region


def provinces(session: Session) -> list[tuple[str, str]]:
    """List the provinces as (code, name)."""
    found = select(Region.code, Region.name).where(Region.level == "province").order_by(Region.code)
    return [(code, name) for code, name in session.execute(found)]


def places_in(session: Session, province_code: str) -> list[tuple[str, str]]:
    """List as (code, name) what has nothing below it in a province; 天河区 is 广州市 天河区 there."""
    above, below = aliased(Region), aliased(Region)
    has_parts = select(func.count()).where(below.geo_parent_code == Region.code).scalar_subquery()
    query = (
        select(Region.code, Region.name, above.name, above.level)
        .outerjoin(above, Region.geo_parent_code == above.code)
        .where(Region.code.startswith(province_code[:2]), has_parts == 0)
        .order_by(Region.code)
    )
    return [
        (code, f"{city} {name}" if level == "city" else name)
        for code, name, city, level in session.execute(query)
    ]


def province_of(session: Session, uscc: str) -> str:
    """Return the code of the province where a unit was registered; empty when its code says none."""
    code = f"{uscc[2:4]}0000"
    return code if code in dict(provinces(session)) else ""
