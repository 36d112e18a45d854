"""Random work on a line that comes and goes, against a model of what the clerk was told is saved."""

import random
import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.clerk import Clerk

TOLD = re.compile("已存在本机|已保存|已自动保存|已删除|已上传")
ACTS = ("add",) * 4 + ("edit",) * 2 + ("remove", "tab", "tab", "cut", "cut", "mend", "mend", "kill", "reload")


@dataclass
class Work:
    """One filing of one clerk. `told` is what the page said is saved; what it did not say may be there or not."""

    context: BrowserContext
    filing: str
    seed: int
    told: dict[str, str] = field(default_factory=dict)  # row as it was first named → its address now
    untold: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)  # rows whose last change nobody confirmed
    gone: set[str] = field(default_factory=set)
    website: list[str] = field(default_factory=lambda: [""])  # the last one told, then those not told
    is_cut: bool = False
    is_hasty: bool = False
    acts: list[str] = field(default_factory=list)
    count: int = 0

    def run(self, length: int) -> None:
        """Do `length` random acts, mend the line, and wait until nothing waits any more."""
        dice = random.Random(self.seed)
        self.page = self.context.new_page()
        self.open("venue")
        for _ in range(length):
            act = "kill" if self.is_hasty else dice.choice(ACTS)
            self.is_hasty = False
            self.acts.append(act)
            getattr(self, act)(dice)
        self.finish()

    def finish(self) -> None:
        self.mend(random.Random())
        if self.page.is_closed():
            self.page = self.context.new_page()
        self.open("venue")
        for _ in range(200):
            if not waiting_acts(self.page):
                break
            self.page.wait_for_timeout(100)
        self.open("venue")
        expect(self.page.locator("#unsent")).not_to_contain_text("尚未上传")
        rows = self.page.locator('tbody > tr[id^="venue_rows-"]:not([id="venue_rows-new"]) > td.lead')
        self.check(rows.all_inner_texts())
        self.open("basic_info")
        shown = self.page.locator("[name=website]").input_value()
        assert shown in self.website, (self.seed, self.acts, shown, self.website)
        self.page.close(run_before_unload=False)

    def check(self, there: list[str]) -> None:
        """Nothing told is lost, nothing is there twice, nothing came of nowhere, and the order is kept."""
        story = (self.seed, self.acts, there, self.told, self.untold)
        assert len(there) == len(set(there)), ("twice", story)
        sure = [now for first, now in self.told.items() if first not in self.unsure]
        assert set(sure) <= set(there), ("lost", set(sure) - set(there), story)
        assert not set(there) & self.gone, ("came back", story)
        known = set(self.told.values()) | self.untold
        assert set(there) <= known, ("unknown", set(there) - known, story)
        assert [one for one in there if one in sure] == sure, ("order", story)

    def open(self, name: str) -> None:
        """Open a page of the filing, which needs a line."""
        self.page.goto(f"{self.filing}/{name}")
        self.place = name

    def reached(self, name: str) -> bool:
        """Be at the page of this name, if the line or what is open allows it."""
        if self.place != name and not self.is_cut:
            self.open(name)
        return self.place == name

    def was_told(self, dice: random.Random) -> bool:
        """Say whether the page told that the act is saved; now and then the tab dies before it can."""
        self.is_hasty = dice.random() < 0.2
        if not self.is_hasty:
            expect(self.page.locator("#msg"), f"{self.seed}: {self.acts}").to_have_text(TOLD)
        return not self.is_hasty

    def hush(self) -> None:
        self.page.evaluate("document.getElementById('msg').textContent = ''")

    def new_text(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.seed}-{self.count}"

    def add(self, dice: random.Random) -> None:
        if not self.reached("venue"):
            return
        text = self.new_text("甲")
        blank = self.page.locator("#venue_rows-new [name=address]")
        self.hush()
        blank.fill(text)
        blank.press("Enter")
        if self.was_told(dice):
            self.told[text] = text
        else:
            self.untold.add(text)

    def edit(self, dice: random.Random) -> None:
        row = self.some_row(dice)
        if row is None or self.is_cut:
            return
        row_id, first = row
        self.page.locator(f"#{row_id}").get_by_role("link", name="编辑").first.click()
        address = self.page.locator(f"#{row_id} [name=address]")
        expect(address).to_be_visible()
        if dice.random() < 0.5:
            self.cut(dice)
        text = self.new_text("乙")
        self.hush()
        address.fill(text)
        address.press("Enter")
        if self.was_told(dice):
            self.told[first] = text
            self.unsure.discard(first)
        else:
            self.untold |= {text, self.told[first]}
            self.unsure.add(first)

    def remove(self, dice: random.Random) -> None:
        row = self.some_row(dice)
        if row is None:
            return
        row_id, first = row
        self.hush()
        self.page.locator(f"#{row_id}").get_by_role("button", name="删除").click()
        if self.was_told(dice):
            self.gone.add(self.told.pop(first))
        else:
            self.untold.add(self.told.pop(first))
        self.unsure.discard(first)

    def some_row(self, dice: random.Random) -> tuple[str, str] | None:
        """Pick a row that stands on the page as text and whose name is sure."""
        if not self.reached("venue"):
            return None
        by_text = {now: first for first, now in self.told.items() if first not in self.unsure}
        rows = self.page.locator('tr[id^="venue_rows-"]:not(.editing):not(.blank):not(.removed)')
        shown = rows.evaluate_all("all => all.map(one => [one.id, one.cells[1].innerText.trim()])")
        here = [(row_id, by_text[text]) for row_id, text in shown if text in by_text]
        return dice.choice(here) if here else None

    def tab(self, dice: random.Random) -> None:
        if not self.reached("basic_info"):
            return
        text = self.new_text("www.")
        box = self.page.locator("[name=website]")
        self.hush()
        box.fill(text)
        box.press("Tab")
        self.website = [text] if self.was_told(dice) else [*self.website, text]

    def cut(self, dice: random.Random) -> None:
        self.context.set_offline(True)
        self.is_cut = True

    def mend(self, dice: random.Random) -> None:
        self.context.set_offline(False)
        self.is_cut = False
        if self.place == "offline":
            self.open("venue")

    def kill(self, dice: random.Random) -> None:
        """Close the tab without a question, and open another one."""
        self.page.close(run_before_unload=False)
        self.page = self.context.new_page()
        self.reopen()

    def reload(self, dice: random.Random) -> None:
        self.reopen()

    def reopen(self) -> None:
        if self.is_cut:
            self.page.goto(f"{self.filing}/venue")
            expect(self.page.locator("h1")).to_have_text("现在连不上网络")
            self.place = "offline"
        else:
            self.open("venue")


KEPT = """async () => {
    const base = await new Promise((done, fail) => {
        const ask = indexedDB.open('hatchery', 1);
        ask.onupgradeneeded = () => ask.result.createObjectStore('kept', { keyPath: 'n', autoIncrement: true });
        ask.onsuccess = () => done(ask.result);
        ask.onerror = () => fail(ask.error);
    });
    const kept = await new Promise(done => {
        const ask = base.transaction('kept').objectStore('kept').getAll();
        ask.onsuccess = () => done(ask.result);
    });
    base.close();
    return kept.map(one => Object.assign(one, { box: String.fromCharCode(...new Uint8Array(one.box.text)) }));
}"""


def kept_in(page: Page) -> list[dict[str, Any]]:
    """Read what lies on this computer as a thief would: the boxes as characters, one for each byte."""
    kept: list[dict[str, Any]] = page.evaluate(KEPT)
    return kept


def waiting_acts(page: Page) -> list[dict[str, Any]]:
    return [one for one in kept_in(page) if one["isAct"]]


def sign_in(context: BrowserContext) -> Clerk:
    """Open a page of a clerk on a computer of his own, with the shell installed."""
    context.on("dialog", lambda dialog: dialog.accept())
    clerk = Clerk(context.new_page())
    clerk.sign_in("fs_chancheng", own_computer=True)
    clerk.page.evaluate("async () => { await navigator.serviceWorker.ready }")
    return clerk


def work_on(clerk: Clerk, seed: int, length: int) -> int:
    """Fill a new filing with random acts; return how many."""
    clerk.new_filing("新增众创空间")
    work = Work(clerk.page.context, clerk.filing, seed)
    work.run(length)
    return len(work.acts)
