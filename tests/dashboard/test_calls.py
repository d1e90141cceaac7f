"""The list of calls, in a browser: filtered, searched, peeked at, kept as a view, taken away as a file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.dashboard.seeded_list import COUNT, seed_list
from tests.dashboard_world import ROOT, WIDTHS, Desk, Server, serving, signed_in

AXE = (ROOT / "dashboard/node_modules/axe-core/axe.min.js").read_text("utf-8")
OWN = "is_sample=false"
"""Without the calls that a first start brings along."""


@dataclass
class House:
    """The server with a week of calls, and its owner's browser."""

    server: Server
    owner: Desk

    @property
    def page(self) -> Page:
        return self.owner.page

    def open(self, search: str = "") -> Page:
        self.owner.troubles.clear()
        self.owner.go(f"/calls?{OWN}&{search}")
        return self.page


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("list")
    with serving(folder) as server:
        server.stop()
        seed_list(folder / "data")
        server.start()
        yield House(server, signed_in(browser, server))


def rows(page: Page) -> Locator:
    return page.locator("[data-call]")


def flaws(page: Page) -> list[str]:
    """What axe holds against the page, as it is now."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in ("serious", "critical")
    ]


def test_a_line_says_who_and_what_came_of_it(house: House) -> None:
    page = house.open("days=30")
    first = rows(page).first
    expect(first).to_contain_text("+15005550001 called Harbour Hotel")
    expect(first).to_contain_text("A question had no answer")
    expect(first).to_contain_text("0.56 s")
    promised = rows(page).filter(has_text="A promise was not kept").first
    expect(promised).to_contain_text("Put through to a person")
    expect(page.get_by_text("The newest 25 calls.")).to_be_visible()
    page.get_by_role("button", name="Show more").click()
    expect(rows(page)).to_have_count(COUNT)
    assert house.owner.troubles == []


def test_filters_stand_in_the_address_and_go_one_by_one(house: House) -> None:
    page = house.open()
    page.keyboard.press("f")
    panel = page.get_by_role("region", name="Filters")
    panel.get_by_role("combobox", name="How it ended").click()
    page.get_by_role("option", name="A vendor failed").click()
    page.wait_for_url(re.compile(r"end_reason=provider"))
    expect(rows(page)).to_have_count(4)
    panel.get_by_label("Cost at least, in dollars").fill("0,1")
    panel.get_by_label("Cost at least, in dollars").press("Enter")
    expect(rows(page)).to_have_count(1)
    page.reload()
    expect(rows(page)).to_have_count(1)
    pills = page.get_by_role("list", name="Filters that hold")
    pills.get_by_role("button", name="Without: Ended: A vendor failed").click()
    expect(rows(page)).to_have_count(10)
    page.go_back()
    expect(rows(page)).to_have_count(1)
    assert house.owner.troubles == []


def test_what_was_said_is_found_and_shown(house: House) -> None:
    page = house.open()
    page.keyboard.press("/")
    page.keyboard.type("sauna hou")
    page.wait_for_url(re.compile("q=sauna"))
    expect(rows(page)).to_have_count(8)
    expect(rows(page).first.locator("q").first).to_have_text("Is there a sauna in the house?")
    page.get_by_label("Search in what was said").fill("sauna")
    expect(rows(page).first.locator("q")).to_have_text("Is there a sauna in the house?")
    expect(page.get_by_text("It was said in 8 calls.")).to_be_visible()
    page.get_by_label("Search in what was said").fill("penguin")
    expect(page.get_by_text("Nobody said that")).to_be_visible()
    page.get_by_role("button", name="Show all calls").click()
    expect(rows(page)).to_have_count(25)
    assert house.owner.troubles == []


def test_keys_peek_at_one_call_after_the_other(house: House) -> None:
    page = house.open("q=sauna")
    rows(page).first.click()
    pane = page.get_by_role("complementary", name="The call that is peeked at")
    expect(pane.get_by_text("Is there a sauna in the house?")).to_be_visible()
    first = page.url
    page.keyboard.press("j")
    expect(rows(page).nth(1)).to_be_focused()
    expect(rows(page).nth(1)).to_have_attribute("aria-current", "true")
    assert page.url != first
    page.keyboard.press("k")
    page.wait_for_url(first)
    page.keyboard.press("Escape")
    expect(pane).to_have_count(0)
    page.keyboard.press("j")
    expect(pane).to_be_visible()
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/calls/call_"))
    page.go_back()
    expect(pane).to_be_visible()
    expect(rows(page)).to_have_count(8)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of this page")).to_be_visible()
    assert house.owner.troubles == []


def test_a_view_is_saved_shown_deleted_and_brought_back(house: House) -> None:
    page = house.open("has=unkept&days=30")
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_role("menuitem", name="Save this view…").click()
    page.get_by_label("Its name").fill("Owed")
    page.get_by_role("button", name="Save it").click()
    button = page.get_by_role("button", name="Owed", exact=True)
    expect(button).to_be_visible()
    page = house.open()
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_role("menuitem", name="Owed", exact=True).click()
    page.wait_for_url(re.compile(r"has=unkept"))
    expect(rows(page)).to_have_count(4)
    button.click()
    page.get_by_role("button", name="Delete the view Owed").click()
    page.get_by_role("button", name="Undo").click()
    expect(button).to_be_visible()
    assert house.owner.troubles == []


def test_the_list_is_taken_away_as_a_file(house: House) -> None:
    page = house.open("has=questions")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as told:
        page.get_by_role("menuitem", name="Table (CSV)").click()
    lines = Path(told.value.path()).read_text("utf-8-sig").splitlines()
    assert told.value.suggested_filename.startswith("calls-")
    assert lines[0].startswith("id,started_at,")
    assert len(lines) == 1 + 8
    assert house.owner.troubles == []


def test_calls_that_were_not_taken_have_a_tab(house: House) -> None:
    page = house.open()
    page.get_by_role("tab", name="Not taken").click()
    page.wait_for_url(re.compile("tab=refused"))
    expect(page.get_by_role("list", name="Refused calls")).to_contain_text("+15005550009")
    assert house.owner.troubles == []


def test_a_call_that_is_gone_goes_from_the_list_by_itself(house: House) -> None:
    page = house.open("from=%2B15005550005")
    expect(rows(page)).to_have_count(1)
    key = {"Authorization": f"Bearer {house.server.key('calls:read', 'calls:write')}"}
    call = rows(page).first.get_attribute("data-call")
    assert httpx2.delete(f"{house.server.base}/v1/calls/{call}", headers=key).status_code == 204
    expect(page.get_by_text("No call is like this")).to_be_visible()
    assert house.owner.troubles == []


def test_without_a_number_a_call_is_not_placed_and_it_says_why(house: House) -> None:
    page = house.open()
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Place a call")
    expect(dialog).to_contain_text("There is no number to call from")
    expect(dialog.get_by_role("link", name="Connect a number")).to_be_visible()
    assert house.owner.troubles == []


@pytest.mark.parametrize("is_dark", [False, True])
def test_it_is_for_everybody(house: House, browser: Browser, *, is_dark: bool) -> None:
    theirs = signed_in(browser, house.server, dark=is_dark)
    theirs.go("/calls")
    rows(theirs.page).first.click()
    theirs.settle()
    theirs.page.keyboard.press("f")
    assert flaws(theirs.page) == []
    assert theirs.troubles == []
    theirs.context.close()


def test_a_telephone_has_two_lines_a_call_and_no_sideways(house: House, browser: Browser) -> None:
    theirs = signed_in(browser, house.server, size=WIDTHS["phone"])
    theirs.go(f"/calls?{OWN}&q=sauna")
    assert theirs.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rows(theirs.page).first.click()
    theirs.page.wait_for_url(re.compile(r"/calls/call_"))
    assert theirs.troubles == []
    theirs.context.close()
