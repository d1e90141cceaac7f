"""The page of a call, in a browser: heard, read, understood, put right, shared, deleted."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.seeded_calls import Seeded, seed
from tests.dashboard_world import ROOT, WIDTHS, Desk, Server, desk, serving, signed_in

AXE = (ROOT / "dashboard/node_modules/axe-core/axe.min.js").read_text("utf-8")


@dataclass
class House:
    """The server, its owner's browser, and the calls that it has."""

    server: Server
    owner: Desk
    seeded: Seeded

    @property
    def page(self) -> Page:
        return self.owner.page

    def open(self, call: str, search: str = "") -> Page:
        self.owner.troubles.clear()
        self.owner.go(f"/calls/{call}{search}")
        return self.page


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("calls")
    with serving(folder) as server:
        server.stop()
        seeded = seed(folder / "data")
        server.start()
        yield House(server, signed_in(browser, server), seeded)


def place(page: Page) -> float:
    """Where the playhead is, in seconds."""
    return float(page.get_by_role("slider", name="Place in the call").get_attribute("aria-valuenow") or -1)


def wait_at(page: Page, at: float) -> None:
    page.wait_for_function("at => Math.abs(document.querySelector('audio').currentTime - at) < 1.2", arg=at, polling=50)


def flaws(page: Page) -> list[str]:
    """What axe holds against the page, as it is now."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in ("serious", "critical")
    ]


def test_a_call_tells_in_words_what_became_of_it(house: House) -> None:
    page = house.open(house.seeded.call)
    expect(page.get_by_role("heading", level=1)).to_contain_text("+15005550006 → Harbour Hotel")
    expect(page.get_by_text("The caller hung up.")).to_be_visible()
    expect(page.get_by_text("Done: book table.")).to_be_visible()
    expect(page.get_by_text("1 promise was not kept.")).to_be_visible()
    expect(page.get_by_text("Another voice spoke for a while.")).to_be_visible()
    expect(page.get_by_text("0.61 s: waited 0.31, words 0.10, thought 0.13, voice 0.07")).to_be_visible()
    expect(page.locator("s", has_text="please? You can also spell it.")).to_be_visible()
    expect(page.get_by_text("The caller came in at 0:08.4")).to_be_visible()
    expect(page.get_by_text("people: 4, when: tomorrow 19:00")).to_be_visible()
    side = page.get_by_role("complementary")
    expect(side.get_by_text("promised, not done")).to_be_visible()
    receipt = side.locator("section", has=page.get_by_role("heading", name="Cost"))
    expect(receipt).to_contain_text("in all$0.031")
    receipt.get_by_text("hearing").click()
    expect(receipt).to_contain_text("12 seconds × $0.00008")
    assert house.owner.troubles == []


def test_words_and_turns_are_heard_from_where_they_stand(house: House) -> None:
    page = house.open(house.seeded.call)
    page.get_by_role("button", name="Hear from 0:05").first.click()
    wait_at(page, 5.6)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("[data-turn='3'][data-on]")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.wait_for_url(re.compile(r"at=\d"))
    word = page.evaluate_handle(
        """() => { const text = document.querySelector("[data-heard='2']").firstChild; const range = new Range();
        const begin = text.data.indexOf('Siobhan'); range.setStart(text, begin + 2); range.setEnd(text, begin + 3);
        const box = range.getBoundingClientRect(); return {x: box.x + 2, y: box.y + box.height / 2}; }"""
    ).json_value()
    page.mouse.click(word["x"], word["y"])
    wait_at(page, 3.8)
    page.get_by_role("button", name="Pause").click()
    page.keyboard.press("j")
    wait_at(page, 5.6)
    page.keyboard.press("k")
    wait_at(page, 2.5)
    page.keyboard.press("ArrowRight")
    wait_at(page, 7.5)
    page.get_by_role("button", name="2×").click()
    assert page.evaluate("document.querySelector('audio').playbackRate") == 2
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of this page")).to_be_visible()
    page.keyboard.press("Escape")
    house.open(house.seeded.call, "?at=8.4")
    assert place(page) == 8
    expect(page.locator("[data-turn='4'][data-on]")).to_be_visible()
    assert house.owner.troubles == []


def test_where_the_time_went_is_drawn_and_heard(house: House) -> None:
    page = house.open(house.seeded.call)
    page.get_by_text("Where the time went").click()
    page.wait_for_url(re.compile("view=times"))
    page.get_by_role("button", name=re.compile("^0:05 I have booked it.*0.61 s")).click()
    wait_at(page, 4.0)
    page.get_by_role("button", name="Pause").click()
    assert house.owner.troubles == []


def test_words_are_put_right_where_they_are_heard_and_taken_back(house: House) -> None:
    page = house.open(house.seeded.call)
    page.get_by_text("Siobhan tomorrow").dblclick(position={"x": 200, "y": 10})
    page.get_by_role("button", name="Put right what was said at 0:02").click()
    page.get_by_role("button", name=re.compile("It was meant so")).click()
    page.get_by_label("What was meant").fill("Siobhan")
    page.get_by_role("button", name="Put it right in the draft").click()
    expect(page.get_by_text("In the draft now:")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("Siobhan")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back: the draft is as it was.")).to_be_visible()
    page.get_by_role("button", name="answer it").click()
    page.get_by_role("button", name=re.compile("Answer so")).click()
    expect(page.get_by_label("What callers ask")).to_have_value("Is there a sauna")
    page.get_by_label("What is so").fill("The sauna opens at four.")
    page.get_by_role("button", name="Put it right in the draft").click()
    expect(page.get_by_text("In the draft now:")).to_be_visible()
    assert house.owner.troubles == []


def test_a_moment_is_shared_with_who_has_no_account_and_taken_back(house: House, browser: Browser) -> None:
    page = house.open(house.seeded.call, "?at=5.6")
    page.get_by_role("button", name="Share with somebody outside").click()
    page.get_by_text("It opens for").wait_for()
    page.wait_for_timeout(200)
    assert flaws(page) == []
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("The link").input_value()
    assert "#link=" in link
    guest = desk(browser, house.server)
    guest.page.goto(house.server.base + "/" + link.split("/", 3)[3])
    expect(guest.page.get_by_text("Somebody shared this call with you.")).to_be_visible()
    expect(guest.page.get_by_text("Harbour Walking Club.")).to_be_visible()
    expect(guest.page.get_by_text("Fix it here")).to_have_count(0)
    guest.page.get_by_role("button", name="Play", exact=True).click()
    wait_at(guest.page, 6.0)
    assert flaws(guest.page) == []
    assert guest.troubles == []
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Links that open this call now")).to_have_count(0)
    guest.page.reload()
    expect(guest.page.get_by_text("This link opens nothing any more")).to_be_visible()
    guest.context.close()
    page.keyboard.press("Escape")
    assert house.owner.troubles == []


def test_odd_calls_say_what_they_are(house: House) -> None:
    page = house.open(house.seeded.refused)
    expect(page.get_by_text("As many calls as are allowed at once were live already.")).to_be_visible()
    expect(page.get_by_text("Nothing was said")).to_be_visible()
    expect(page.get_by_text("There is no recording of this call.")).to_be_visible()
    assert house.owner.troubles == []
    page = house.open("call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C")
    expect(page.get_by_text("There is nothing at this address")).to_be_visible()
    assert all("404" in trouble for trouble in house.owner.troubles)


def test_an_hour_of_a_thousand_turns_stays_quick(house: House) -> None:
    began = time.monotonic()
    page = house.open(house.seeded.long)
    expect(page.locator("[data-turn='1000']")).to_be_attached()
    assert time.monotonic() - began < 8
    slowest = page.evaluate(
        """async () => { let slowest = 0, last = performance.now();
        const wave = document.querySelector('[role=slider]'); wave.focus();
        for (let n = 0; n < 30; n += 1) {
          wave.dispatchEvent(new KeyboardEvent('keydown', {key: 'PageUp', bubbles: true}));
          await new Promise(requestAnimationFrame); slowest = Math.max(slowest, performance.now() - last);
          last = performance.now(); } return slowest; }"""
    )
    assert slowest < 500
    assert place(page) == 900
    assert house.owner.troubles == []


@pytest.mark.parametrize("is_dark", [False, True])
def test_the_page_has_no_serious_flaw_and_fits_each_width(house: House, browser: Browser, is_dark: bool) -> None:
    for size in WIDTHS.values():
        seen = signed_in(browser, house.server, dark=is_dark, size=size)
        for search in ("", "?view=times"):
            seen.go(f"/calls/{house.seeded.call}{search}")
            assert flaws(seen.page) == [], (size, search)
            assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (size, search)
        if size[0] < 1100:
            seen.page.get_by_role("button", name="Fix, cost, share").click()
            expect(seen.page.get_by_role("dialog").get_by_text("Said and done")).to_be_visible()
            seen.page.wait_for_timeout(200)
            assert flaws(seen.page) == [], size
        assert seen.troubles == []
        seen.context.close()


def test_a_call_is_deleted_when_it_is_said_again(house: House) -> None:
    page = house.open(house.seeded.refused)
    page.get_by_role("button", name="Delete this call").click()
    dialog = page.get_by_role("dialog", name="Delete this call?")
    expect(dialog.get_by_text("gone for good")).to_be_visible()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_url("**/calls")
    expect(page.get_by_text("The call is deleted.")).to_be_visible()
    assert house.owner.troubles == []
