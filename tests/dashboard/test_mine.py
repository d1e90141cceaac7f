"""From the address of a site to an agent that answers out of it, by hand in a browser."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.businesses import html
from tests.dashboard.test_every_page import TOO_WIDE
from tests.dashboard_world import WIDTHS, Desk, Server, flaws, serving, signed_in
from tests.served import need_models
from tests.small_site import Answer, SmallSite, small_site

PAGES: dict[str, str | Answer] = {
    "/": html(
        "<h1>Canal Cycles</h1><p>Bicycles for a day or a week, beside the old canal.</p><a href='/contact'>Contact</a> "
        "<a href='/prices'>Prices</a>", "Canal Cycles", "en-GB",
    ),
    "/contact": html("<h1>Contact</h1><p>Mon-Fri 9am-6pm, Sat 10am-4pm</p><p>3 Quay Street, Bristol, BS1 4EF</p>"),
    "/prices": html("<h1>Prices</h1><ul><li>City bike: £18 per day</li><li>Electric bike: £40 per day</li></ul>"),
    "/app": html("<div id=root></div>"),
    "/slow": Answer("", wait_s=30),
}  # fmt: skip
REFUSED = "status of 422"
"""How the console tells of an answer that was not 200."""


@dataclass
class Office:
    """The server, its owner's browser, and the site of a business."""

    server: Server
    owner: Desk
    site: SmallSite

    @property
    def page(self) -> Page:
        return self.owner.page

    def begin(self) -> Page:
        """The page, with nothing kept of before."""
        self.page.evaluate("localStorage.removeItem('offhook-mine')")
        self.owner.go("/start/mine")
        return self.page

    def read(self, address: str) -> None:
        """Have an address read."""
        self.page.get_by_label("Its address").fill(address)
        self.page.get_by_role("button", name="Read it").click()


@pytest.fixture(scope="module")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    need_models("minilm")
    with (
        small_site(PAGES) as site,
        serving(tmp_path_factory.mktemp("mine"), OFFHOOK_PRIVATE_HOSTS="127.0.0.1") as server,
    ):
        yield Office(server, signed_in(browser, server), site)


def test_a_site_becomes_an_agent_that_answers_out_of_it(office: Office) -> None:
    office.owner.go("/start?step=agent")
    page = office.page
    page.get_by_role("link", name="Make it yours").click()
    page.wait_for_url("**/start/mine")
    office.read(office.site.url)
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_value("Canal Cycles")
    known = page.get_by_label("What the agent knows")
    expect(known.nth(0)).to_be_visible()
    told = [known.nth(at).input_value() for at in range(known.count())]
    assert "We are open on Saturday, from 10 a.m. to 4 p.m." in told and "City bike: £18 per day" in told, told
    place = office.site.url.removeprefix("http://")
    expect(page.get_by_role("link", name=f"{place}/contact").first).to_be_visible()
    expect(page.locator("q", has_text="Mon-Fri 9am-6pm, Sat 10am-4pm").first).to_be_visible()
    expect(page.get_by_text("Nothing was found for Sunday")).to_be_visible()
    _is_readable(office)

    # What is corrected outlives a reload.
    name.fill("Canal Cycles Bristol")
    expect(page.get_by_label("The first sentence")).to_have_value(
        "Hello, this is Canal Cycles Bristol. How can I help you?"
    )
    page.get_by_role("button", name="Add a line").first.click()
    page.locator("textarea:focus").fill("We are closed on Sunday.")
    bike = next(at for at, text in enumerate(told) if text == "City bike: £18 per day")
    page.get_by_label("What the agent knows").nth(bike + 1).fill("City bike: £20 per day")
    page.get_by_label("Take it out").last.click()
    page.reload()
    expect(name).to_have_value("Canal Cycles Bristol")
    expect(page.get_by_text("changed by you")).to_be_visible()

    page.get_by_role("button", name="Save and talk to it").click()
    page.wait_for_url("**/agents/agent_*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Canal Cycles Bristol")
    dock = page.get_by_role("dialog", name="Talk to the draft")
    dock.get_by_text("Type", exact=True).click()
    said = dock.get_by_role("log")
    expect(said.locator("[data-who=agent]").first).to_contain_text("Canal Cycles Bristol")
    answers = (
        ("When are you open on Saturday?", "10 a.m. to 4 p.m."),
        ("Are you open on Sunday?", "closed on Sunday"),
        ("What does a city bike cost?", "£20"),
        ("Where are you?", "3 Quay Street"),
    )
    for number, (question, answer) in enumerate(answers, start=1):
        dock.get_by_label("What you say to the agent").fill(question)
        dock.get_by_role("button", name="Say", exact=True).click()
        expect(said.locator("[data-who=agent]").nth(number)).to_contain_text(answer)
    assert office.page.evaluate("localStorage.getItem('offhook-mine')") is None
    assert office.owner.troubles == []


def test_a_few_lines_do_as_well_and_in_german(office: Office) -> None:
    page = office.begin()
    page.get_by_text("From a few lines", exact=True).click()
    page.get_by_label("About your business").fill(
        "Bäckerei Müller, Hauptstraße 12, 10115 Berlin.\nMo-Fr 6.30-18 Uhr, Sa 6.30-13 Uhr, So geschlossen\n"
        "Torten bitte zwei Tage vorher bestellen."
    )
    page.get_by_role("button", name="Make an agent of it").click()
    expect(page.get_by_label("The first sentence")).to_have_value(
        "Guten Tag, hier ist Bäckerei Müller. Wie kann ich Ihnen helfen?"
    )
    expect(page.get_by_text("No prices were found")).to_be_visible()
    _is_readable(office)
    page.get_by_role("button", name="Begin anew").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Bäckerei Müller")
    page.get_by_role("button", name="Save and talk to it").click()
    page.wait_for_url("**/agents/agent_*")
    dock = page.get_by_role("dialog", name="Talk to the draft")
    dock.get_by_text("Type", exact=True).click()
    said = dock.get_by_role("log")
    dock.get_by_label("What you say to the agent").fill("Wann haben Sie am Samstag geöffnet?")
    dock.get_by_role("button", name="Say", exact=True).click()
    expect(said.locator("[data-who=agent]").nth(1)).to_contain_text("von 6:30 bis 13 Uhr")
    assert office.owner.troubles == []


def test_what_cannot_be_read_has_its_sentence_and_nothing_is_lost(office: Office) -> None:
    page = office.begin()
    for address, told in (
        (f"{office.site.url}/none", "does not give this page to a program"),
        (f"{office.site.url}/app", "hardly any words"),
        ("http://10.0.0.7/", "private network"),
        ("nobody.invalid", "no site of this name"),
    ):
        office.read(address)
        expect(page.get_by_text(told)).to_be_visible()
        expect(page.get_by_label("Its address")).to_have_value(address)
    page.reload()
    expect(page.get_by_label("Its address")).to_have_value("nobody.invalid")
    office.read(f"{office.site.url}/slow")
    expect(page.get_by_text("half a minute at most")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Read it")).to_be_enabled()
    assert [one for one in office.owner.troubles if REFUSED not in one] == []
    office.owner.troubles.clear()


def test_it_is_offered_where_new_agents_are_made(office: Office) -> None:
    office.owner.go("/agents/new")
    office.page.get_by_role("link", name="Begin", exact=True).click()
    office.page.wait_for_url("**/start/mine")
    expect(office.page.get_by_role("heading", level=1)).to_have_text("Make it yours")


def _is_readable(office: Office) -> None:
    page = office.page
    for size in WIDTHS.values():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate(TOO_WIDE) == []
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        assert flaws(page) == [], theme
    page.set_viewport_size({"width": WIDTHS["desktop"][0], "height": WIDTHS["desktop"][1]})
