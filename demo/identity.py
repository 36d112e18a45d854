"""Fixed ids and codes, so that demo data is the same everywhere and loading it twice changes nothing."""

import random
import uuid
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from stdnum.cn import uscc as stdnum_uscc

from models.base import Base
from models.id_rules import check_character

_demo = uuid.UUID("1b1c0f0e-7d3f-4f6d-8f55-0a3a5b1f2021")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USED_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

Row = TypeVar("Row", bound=Base)


def demo_id(name: str) -> uuid.UUID:
    """Return the fixed id of the demo row called `name`, for example unit/gz_qihang."""
    return uuid.uuid5(_demo, name)


def add_once(session: Session, model: type[Row], key: str, /, **values: Any) -> Row:
    """Return the demo row called `key`, added with `values` if it is not there yet."""
    row = session.get(model, demo_id(key))
    if row is None:
        row = model(id=demo_id(key), **values)
        session.add(row)
    return row


def chance(name: str) -> random.Random:
    """Return a source of chance that is the same at every start."""
    return random.Random(name)  # noqa: S311 - decides how made-up data looks, nothing else


def company_code(region_code: str, name: str) -> str:
    """Make up the 统一社会信用代码 of a company, always the same for a name.

    Both check characters are right. Source: GB 32100-2015, GB 11714-1997.
    """
    organisation = "MA5" + "".join(chance(f"uscc/{region_code}/{name}").choices(_USED_CHARACTERS, k=5))
    code = f"91{region_code}{organisation}{_organisation_check(organisation)}"
    return code + stdnum_uscc.calc_check_digit(code)


def _organisation_check(organisation: str) -> str:
    """Return the check character of an organisation code of eight characters."""
    values = map(_ORGANISATION_CHARACTERS.index, organisation)
    rest = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return {0: "0", 1: "X"}.get(rest, str(11 - rest))


def person_number(region_code: str, name: str) -> str:
    """Make up the 居民身份证号码 of a person, always the same for a name. Source: GB 11643-1999."""
    luck = chance(f"person/{region_code}/{name}")
    born = f"{luck.randint(1970, 1995)}{luck.randint(1, 12):02d}{luck.randint(1, 28):02d}"
    body = f"{region_code}{born}{luck.randint(1, 999):03d}"
    return body + check_character(body)
