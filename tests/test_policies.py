from itertools import product

import pytest

import policies
from models.service import INCUBATION
from policies import Right

HANDLER = Right("item_handler", INCUBATION)
EXPIRED = Right("item_handler", INCUBATION, is_effective=False, has_expired=True)
ADMIN = Right("unit_admin", "")
ELSEWHERE = Right("item_handler", "human_genetics")


@pytest.mark.parametrize(
    ("rights", "roles"),
    [
        ([], set()),
        ([HANDLER], {"item_handler"}),
        ([Right("item_handler", INCUBATION, is_effective=False)], set()),
        ([EXPIRED], {"expired"}),
        ([EXPIRED, HANDLER], {"item_handler"}),
        ([ADMIN], {"unit_admin"}),
        ([Right("unit_admin", "", is_effective=False, has_expired=True)], set()),
        ([ADMIN, EXPIRED], {"unit_admin", "expired"}),
        ([ADMIN, HANDLER], {"unit_admin", "item_handler"}),
        ([Right("unit_maintainer", "")], {"unit_maintainer"}),
        ([ELSEWHERE], set()),
        ([ELSEWHERE, EXPIRED], {"expired"}),
        ([Right("item_handler", "human_genetics", is_effective=False, has_expired=True)], set()),
    ],
)
def test_rights_make_roles_of_this_system_only(rights: list[Right], roles: set[str]) -> None:
    assert policies.roles_in_unit(rights) == roles


def test_the_services_somebody_handles_are_those_that_count_today() -> None:
    assert policies.items_in_unit([HANDLER, ELSEWHERE, ADMIN]) == {INCUBATION, "human_genetics"}
    assert policies.items_in_unit([EXPIRED, ADMIN]) == frozenset()


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        ({"legal"}, True),
        ({"unit_admin"}, True),
        ({"item_handler"}, False),
        ({"unit_maintainer"}, False),
        (set(), False),
    ],
)
def test_the_legal_account_and_administrators_grant(roles: set[str], may: bool) -> None:
    assert policies.may_grant(frozenset(roles)) is may


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        ({"legal"}, True),
        ({"item_handler"}, True),
        ({"unit_admin"}, False),
        ({"expired"}, False),
        ({"unit_admin", "expired"}, False),
        ({"unit_disabled"}, False),
        ({"reviewer"}, False),
        ({"system_admin"}, False),
        (set(), False),
    ],
)
def test_the_legal_account_and_handlers_fill(roles: set[str], may: bool) -> None:
    assert policies.may_fill(frozenset(roles)) is may


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ({"expired"}, "授权已过期，请联系单位法人账号重新授权"),
        ({"expired", "unit_admin"}, "授权已过期，请联系单位法人账号重新授权"),
        ({"unit_admin"}, "需要“事项办理员”角色"),
        ({"unit_disabled"}, "单位已停用"),
        (set(), "需要“事项办理员”角色"),
    ],
)
def test_who_may_not_fill_learns_what_to_do(roles: set[str], words: str) -> None:
    assert words in policies.why_not_fill(frozenset(roles))


TIANHE, GUANGZHOU, GUANGDONG, SHENZHEN, NATION = "440106", "440100", "440000", "440300", "000000"
IN_TIANHE = (TIANHE, GUANGZHOU, GUANGDONG, NATION)


@pytest.mark.parametrize(
    ("office", "first", "current", "sees"),
    [
        (("city", GUANGZHOU), "city", "city", True),
        (("city", GUANGZHOU), "city", "province", True),
        (("city", GUANGZHOU), "province", "province", False),
        (("district", TIANHE), "city", "city", False),
        (("province", GUANGDONG), "city", "city", False),
        (("province", GUANGDONG), "city", "province", True),
        (("province", GUANGDONG), "city", "torch", True),
        (("province", SHENZHEN), "city", "province", False),
        (("torch", NATION), "city", "province", False),
        (("torch", NATION), "city", "torch", True),
    ],
)
def test_an_office_sees_what_reached_its_level(
    office: tuple[str, str], first: str, current: str, sees: bool
) -> None:
    assert sees is policies.may_review(
        *office, jurisdiction=IN_TIANHE, status="under_review", first_level=first, reached_level=current
    )


@pytest.mark.parametrize("status", policies.UNSEEN_STATUSES)
def test_nobody_reviews_what_was_not_handed_in(status: str) -> None:
    for level, current in product(policies.LEVELS, policies.LEVELS):
        assert not policies.may_review(
            level, GUANGZHOU, jurisdiction=IN_TIANHE, status=status, first_level="city", reached_level=current
        )


def test_a_filing_without_a_level_is_nobodys() -> None:
    assert not policies.may_review(
        "city", GUANGZHOU, jurisdiction=IN_TIANHE, status="returned", first_level=None, reached_level=None
    )


def test_what_was_approved_below_is_copied_to_those_who_only_read() -> None:
    def sees(office: tuple[str, str], status: str) -> bool:
        return policies.may_review(
            *office, jurisdiction=IN_TIANHE, status=status, first_level="city", reached_level="city",
            copy_levels=("province", "torch"),
        )  # fmt: skip

    assert sees(("province", GUANGDONG), "approved")
    assert sees(("torch", NATION), "approved")
    assert not sees(("province", SHENZHEN), "approved")
    assert not sees(("province", GUANGDONG), "returned")
    assert not sees(("province", GUANGDONG), "rejected")
