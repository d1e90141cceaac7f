"""The home, the start list, and what was not answered: a first look, and a house that works."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard.seeded_home import House, seeded_house
from tests.dashboard.test_call_page import flaws
from tests.dashboard_world import WIDTHS, serving, signed_in


@pytest.fixture(scope="module")
def fresh(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with serving(tmp_path_factory.mktemp("fresh")) as server:
        yield House(server, signed_in(browser, server))


@pytest.fixture(scope="module")
def busy(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with seeded_house(browser, tmp_path_factory.mktemp("busy")) as made:
        yield made


def test_a_first_look_has_a_button_that_talks_and_no_zeros(fresh: House) -> None:
    page = fresh.open("/")
    expect(page.get_by_role("button", name="Talk to it now")).to_be_visible()
    expect(page.get_by_text("Start: 0 of 5 done")).to_be_visible()
    expect(page.get_by_role("term")).to_have_count(0)
    expect(page.get_by_role("list", name="The last calls").get_by_role("listitem").first).to_contain_text("sample")
    page.get_by_role("button", name="Talk to it now").click()
    expect(page.get_by_role("button", name="Start talking")).to_be_visible()
    assert fresh.owner.troubles == []


def test_the_start_list_opens_its_steps_goes_away_and_comes_back(fresh: House) -> None:
    page = fresh.open("/")
    page.get_by_role("button", name="Give it better ears, brain and voice").click()
    for job in ("Ears", "Brain", "Voice"):
        expect(page.get_by_role("heading", name=job)).to_be_visible()
    page.get_by_role("button", name="Put away").click()
    expect(page.get_by_text("5 steps of the start are left.")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("button", name="Give it a telephone number").click()
    expect(page.get_by_label("Account SID")).to_be_visible()
    assert page.url.endswith("/start?step=number")
    page.reload()
    expect(page.get_by_label("Account SID")).to_be_visible()
    assert fresh.owner.troubles == []


def test_a_question_is_answered_taken_back_and_dismissed(fresh: House) -> None:
    page = fresh.open("/questions")
    card = page.get_by_role("article")
    expect(card).to_contain_text("winter gloves")
    card.get_by_role("button", name="Hear where it was asked").click()
    expect(card.get_by_role("list", name="Where it was asked")).to_contain_text("I do not know that")
    card.get_by_label("What the agent is to say").fill("Yes, we sell winter gloves from October on.")
    # What was typed outlives a reload.
    fresh.open("/questions")
    expect(card.get_by_label("What the agent is to say")).to_have_value("Yes, we sell winter gloves from October on.")
    card.get_by_role("button", name="Make it known").click()
    expect(page.get_by_text("The agent knows it from the next call on.")).to_be_visible()
    expect(page.get_by_text("Every question had an answer")).to_be_visible()
    page.get_by_text("Answered", exact=True).click()
    expect(card).to_contain_text("Yes, we sell winter gloves")
    card.get_by_role("button", name="Take the answer back").click()
    expect(card).to_have_count(0)
    page.get_by_text("Open", exact=True).click()
    card.get_by_role("button", name="It need not know this").click()
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(card).to_contain_text("winter gloves")
    assert fresh.owner.troubles == []


def test_the_home_says_what_needs_somebody_and_how_the_day_goes(busy: House) -> None:
    page = busy.open("/")
    expect(page.get_by_text("2 things need you")).to_be_visible()
    rows = page.get_by_role("list", name="What needs you").get_by_role("listitem")
    expect(rows.first).to_contain_text("The caller was told it is done")
    expect(rows.nth(1)).to_contain_text("+15005550006 wants to be called back.")
    assert "?at=20.4" in str(rows.nth(1).get_by_role("link", name="Listen").get_attribute("href"))
    expect(page.get_by_role("img", name="Gap as heard, in the last fourteen days")).to_be_visible()
    expect(page.get_by_role("link", name="Today").first).to_contain_text("2")
    assert busy.owner.troubles == []


def test_a_task_is_done_with_one_press_and_comes_back(busy: House) -> None:
    page = busy.open("/")
    rows = page.get_by_role("list", name="What needs you").get_by_role("listitem")
    rows.nth(1).get_by_role("button", name="Done").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(2)
    rows.nth(1).get_by_role("button", name="Done").click()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Done lately").click()
    page.get_by_role("button", name="Open again").click()
    expect(page.get_by_text("Nothing was done yet.")).to_be_visible()
    assert busy.owner.troubles == []


def test_two_people_at_one_task(busy: House, browser: Browser) -> None:
    page = busy.open("/")
    other = signed_in(browser, busy.server)
    other.go("/")
    theirs = other.page.get_by_role("listitem").filter(has_text="wants to be called back")
    expect(theirs).to_be_visible()
    mine = page.get_by_role("listitem").filter(has_text="wants to be called back")
    mine.get_by_role("button", name="Done").click()
    expect(theirs).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(theirs).to_be_visible()
    # Both press at once: it is done once, and nobody is told of a fault.
    buttons = [one.get_by_role("button", name="Done").element_handle() for one in (mine, theirs)]
    for button in buttons:
        button.evaluate("(button) => button.click()")
    expect(mine).to_be_hidden()
    expect(theirs).to_be_hidden()
    assert busy.owner.troubles == [] == other.troubles
    page.get_by_role("button", name="Undo").first.click()
    expect(mine).to_be_visible()
    assert other.troubles == []
    other.context.close()


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(busy: House, browser: Browser, dark: bool) -> None:
    owner = signed_in(browser, busy.server, dark=dark)
    for path in ("/", "/start?step=keys", "/questions"):
        owner.go(path)
        assert flaws(owner.page) == [], path
        for width, height in WIDTHS.values():
            owner.page.set_viewport_size({"width": width, "height": height})
            assert owner.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
    assert owner.troubles == []
    owner.context.close()
