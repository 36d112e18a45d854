"""The way of a newcomer: a unit and a person register, are verified, one authorises the other, and he files."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.judging import Inspect
from tests.browser.newcomer import PERSON_SHEET, UNIT_SHEET, Newcomer

VENUE = {"address": "天河区高普路1023号3层", "area_total": "600", "area_resident": "600", "workstations": "40",
         "ownership": "owned"}  # fmt: skip
NAME = "郑小新"
Look = Callable[[str, Newcomer], None]


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_newcomer_registers_and_files(has_javascript: bool, open_page: OpenPage, inspect: Inspect) -> None:
    """Pages are judged by axe on one of the two ways: the markup is the same."""

    def look(name: str, who: Newcomer) -> None:
        if has_javascript:
            inspect(name, who.page)

    unit, person = (Newcomer(open_page(java_script_enabled=has_javascript)) for _ in range(2))
    register_unit(unit, look)
    register_person(person, look)
    authorise(unit, person, look)
    file_for_the_unit(person)


def register_unit(unit: Newcomer, look: Look) -> None:
    unit.search_as_unit()
    unit.ask_for_code()
    look("the code of a registration", unit)
    unit.prove_mobile()
    look("the account of a unit", unit)
    unit.complete(legal_representative="周新来", person_name="吴小芳", id_number="330106197811051015")
    look("registered", unit)
    unit.come_in()
    look("the desk of a new unit", unit)
    unit.be_verified(UNIT_SHEET)
    look("the sheet of a unit", unit)


def register_person(person: Newcomer, look: Look) -> None:
    person.search_as_person(NAME)
    person.ask_for_code()
    person.prove_mobile()
    person.complete()
    person.come_in()
    look("a person whom nobody authorised", person)
    person.be_verified(PERSON_SHEET)
    person.open("/")
    expect(person.page.locator("#first-steps")).to_contain_text(f"登录名“{person.login}”")


def authorise(unit: Newcomer, person: Newcomer, look: Look) -> None:
    """Enter the service, by which the unit acquires it, and let the person handle it."""
    unit.open("/")
    unit.go("去办理入口")
    look("the dialog before the entry", unit)
    unit.press("确定")
    expect(unit.page.locator("h1")).to_have_text("众创空间国家备案")
    unit.open("/")
    unit.go("去授权")
    look("the search for a person", unit)
    unit.type({"person_name": NAME, "login_name": person.login})
    unit.press("查询")
    unit.page.get_by_label("科技创业孵化机构信息服务系统 · 事项办理员", exact=True).check()
    look("what a person may do", unit)
    unit.press("保存授权")
    expect(unit.page.get_by_role("status")).to_contain_text("已保存，下次操作起生效")
    unit.open("/grants/invitations")
    look("whom a unit may invite", unit)
    unit.open("/grants")
    look("the people of a unit", unit)
    unit.go(f"停用 {person.login}")
    look("before a person is dismissed", unit)


def file_for_the_unit(person: Newcomer) -> None:
    """Open a filing for a makerspace that nobody knows yet, fill a row and save."""
    person.open("/")
    person.go("新建申报")
    person.press("新建众创空间国家备案申报书")
    expect(person.page.locator("h1")).to_have_text("填报说明")
    person.filing = person.address.rsplit("/", 1)[0]
    person.open("basic_info")
    person.fill({"makerspace_name": "新来众创空间", "makerspace_address": "广州市天河区高普路1023号3层"})
    person.save()
    person.open("venue")
    person.add_row("venue_rows", VENUE)
    assert person.values()["venue_total_area"] == "600"
    person.open("/filings")
    expect(person.page.locator("tbody tr")).to_contain_text("新来众创空间")
