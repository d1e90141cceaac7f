"""Whatever is true of every page: readable, within its width, at home in our policy; and what outlives its server."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect

from tests.dashboard_pages import NOTHING, SEARCHES, Written, invited, made, not_understood, pages
from tests.dashboard_world import ROOT, WAIT_MS, WIDTHS, Desk, Server, desk, serving, signed_in

AXE = (ROOT / "dashboard/node_modules/axe-core/axe.min.js").read_text("utf-8")
RUN_AXE = """
axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(
  ({violations}) => violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => `${id}: ${nodes.slice(0, 5).map(({html, any}) =>
      `${html.slice(0, 200)} ${any.map(({message}) => message).join(" ").slice(0, 200)}`).join(" | ")}`)
)"""
TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide <= 0) return [];
  const isKept = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== "visible") return true;
    return false;
  };
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !isKept(element))
    .slice(0, 5).map((element) => element.outerHTML.slice(0, 160)).concat(`${wide} px`);
}"""
IS_THEMED = """(theme) => new Promise((resolve) => {
  const look = () => document.documentElement.dataset.mantineColorScheme === theme
    ? setTimeout(resolve, 60) : requestAnimationFrame(look);
  look();
})"""
PRESS_ALL = """(where) => {
  for (const button of document.querySelectorAll(`${where} button:enabled:not([aria-haspopup])`))
    if (button.checkVisibility() && !/sign out/i.test(button.textContent)) button.click();
}"""
THEMES: Final[dict[str, tuple[Literal["light", "dark"], ...]]] = {
    "desktop": ("light", "dark"), "tablet": (), "phone": ("dark", "light"),
}  # fmt: skip
FAULT = "This page has a fault"
PAGES = pages()
SHOWN = [page for page in PAGES if not page.is_public]
STATES = [(page, search) for page in PAGES for search in ("", *SEARCHES.get(page.pattern, ()))]


@dataclass
class House:
    """The server, its owner, somebody who may only look, and something of each kind."""

    server: Server
    owner: Desk
    viewer: Desk
    ids: dict[str, str]


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with serving(tmp_path_factory.mktemp("house"), OFFHOOK_PRIVATE_HOSTS="127.0.0.1") as server:
        key = server.key()
        ids = made(server, key)
        viewer = desk(browser, server)
        viewer.page.goto(invited(server, key, "viewer"))
        viewer.page.get_by_label("A password").fill("four words and a half")
        viewer.page.get_by_role("button", name="Come in").click()
        viewer.page.wait_for_url(lambda url: "/sign-in" not in url)
        viewer.settle()
        yield House(server, signed_in(browser, server), viewer, ids)


def _name(value: object) -> str:
    return value.pattern if isinstance(value, Written) else str(value)


def test_all_routes_are_understood() -> None:
    assert not_understood() == [], "write routes as `createRoute({ getParentRoute: () => parent, path: ...`"
    assert {page.pattern for page in PAGES} >= {"/", "/calls", "/agents", "/settings/people", "/sign-in"}


@pytest.mark.parametrize(("page", "search"), STATES, ids=_name)
def test_a_page_can_be_read_by_anybody_at_any_width(house: House, page: Written, search: str) -> None:
    view, found = house.owner.page, list[str]()
    view.emulate_media(color_scheme="light")
    _resize(view, "desktop")
    # From nowhere: an address that differs from the last one behind its `#` alone loads nothing.
    view.goto("about:blank")
    house.owner.go(page.address(house.ids, search))
    assert view.get_by_text(FAULT).count() == 0, view.locator("body").inner_text()
    assert view.locator("h1").count() == 1, "a page has one heading that says where one is"
    assert view.locator("main").count() == 1
    assert re.match(r".+ · Offhook$|^Offhook$", view.title())
    view.evaluate(AXE)
    for name in WIDTHS:
        _resize(view, name)
        found += [f"{name}: too wide: {one}" for one in view.evaluate(TOO_WIDE)]
        for theme in THEMES[name]:
            view.emulate_media(color_scheme=theme)
            view.evaluate(IS_THEMED, theme)
            found += [f"{name}, {theme}: {one}" for one in view.evaluate(RUN_AXE)]
    troubles, house.owner.troubles[:] = list(house.owner.troubles), []
    assert not found, "\n".join(found)
    assert troubles == [], "the console holds something against the page; what the policy refuses is told there too"


def _resize(view: Page, name: str) -> None:
    width, height = WIDTHS[name]
    view.set_viewport_size({"width": width, "height": height})


@pytest.mark.parametrize("page", [page for page in SHOWN if page.parameters], ids=_name)
def test_what_is_not_there_is_said(house: House, page: Written) -> None:
    house.owner.go(page.address(dict.fromkeys(page.parameters, NOTHING)))
    words = house.owner.page.locator("main").inner_text()
    house.owner.troubles.clear()
    assert len(words) > 20 and FAULT not in words


@pytest.mark.parametrize("page", SHOWN, ids=_name)
def test_who_may_only_look_is_shown_no_button_that_is_refused(house: House, page: Written) -> None:
    view, refused = house.viewer.page, list[str]()

    def note(answer: Response) -> None:
        if answer.status == 403 and answer.request.method != "GET":
            refused.append(f"{answer.request.method} {answer.url}")

    house.viewer.go(page.address(house.ids))
    assert view.get_by_text(FAULT).count() == 0 and "/sign-in" not in view.url
    view.on("response", note)
    for where in ("main", "[role=dialog]"):
        view.evaluate(PRESS_ALL, where)
        house.viewer.settle()
    view.remove_listener("response", note)
    house.viewer.troubles.clear()
    assert refused == [], "who may not do it is not offered it (`useMay`)"


def test_an_address_of_nothing_leads_back(house: House) -> None:
    house.owner.go("/no-such-page")
    expect(house.owner.page.get_by_text("There is nothing at this address")).to_be_visible()
    house.owner.page.get_by_role("link", name="To Today").click()
    house.owner.page.wait_for_url(lambda url: url.endswith("/"))


def test_all_pages_are_reached_by_a_thumb(house: House) -> None:
    view = house.owner.page
    _resize(view, "phone")
    house.owner.go("/")
    view.get_by_role("button", name="More").click()
    drawer = view.get_by_role("dialog", name="All pages")
    drawer.get_by_role("link", name="System").click()
    expect(view.get_by_role("heading", name="System", level=1)).to_be_visible()
    expect(drawer).to_be_hidden()


def test_a_server_that_goes_and_comes_is_told_and_the_page_goes_on(house: House) -> None:
    view = house.owner.page
    _resize(view, "desktop")
    house.owner.go("/keys")
    house.server.stop()
    expect(view.get_by_text("The server cannot be heard")).to_be_visible()
    expect(view.get_by_role("heading", level=1)).to_be_visible()
    house.server.start()
    expect(view.get_by_text("The server cannot be heard")).to_be_hidden(timeout=2 * WAIT_MS)
    view.get_by_role("link", name="System").click()
    expect(view.get_by_role("heading", name="System", level=1)).to_be_visible()
    house.owner.troubles.clear()


@pytest.mark.parametrize("is_back", [True, False], ids=["loaded anew once", "and gone for good"])
def test_a_tab_of_before_an_upgrade(browser: Browser, house: House, is_back: bool) -> None:
    tab = desk(browser, house.server, storage_state=house.owner.context.storage_state())
    asked, loads = list[str](), list[str]()

    def send_on(route: Route) -> None:
        # As after an upgrade: the server has no such part any more.
        is_gone = not is_back or not asked
        asked.append(route.request.url)
        route.continue_(url=route.request.url.replace(".js", "-gone.js") if is_gone else None)

    tab.go("/keys")
    tab.page.on("load", lambda page: loads.append(page.url))
    tab.page.route("**/assets/System-*.js", send_on)
    # A page's parts are fetched as soon as somebody points at its name.
    link = tab.page.get_by_role("link", name="System")
    with tab.page.expect_event("load"):
        link.focus()
    link.click()
    if is_back:
        expect(tab.page.get_by_role("heading", name="System", level=1)).to_be_visible()
    else:
        expect(tab.page.get_by_text(FAULT)).to_be_visible()
    # Vite's own news of it and the router's each load the page anew once.
    assert len(loads) <= 2, "it is not loaded again and again"
    tab.context.close()


def test_what_was_typed_in_a_tab_of_before_an_upgrade_is_still_there(browser: Browser, house: House) -> None:
    tab = desk(browser, house.server, storage_state=house.owner.context.storage_state())
    tab.go("/money")
    tab.page.get_by_label("Calls a day").first.fill("77")
    tab.page.get_by_label("Why", exact=True).fill("calls at night")
    gone: list[str] = []

    def send_on(route: Route) -> None:
        gone.append(route.request.url)
        route.continue_(url=route.request.url.replace(".js", "-gone.js") if len(gone) == 1 else None)

    tab.page.route("**/assets/System-*.js", send_on)
    with tab.page.expect_event("load"):
        tab.page.get_by_role("link", name="System").focus()
    expect(tab.page.get_by_label("Calls a day").first).to_have_value("77")
    expect(tab.page.get_by_label("Why", exact=True)).to_have_value("calls at night")
    expect(tab.page.get_by_role("button", name="Save limits")).to_be_enabled()
    tab.page.get_by_role("button", name="Save limits").click()
    expect(tab.page.get_by_text("It holds for calls from now on.")).to_be_visible()
    tab.context.close()


def test_who_is_signed_out_elsewhere_comes_back_to_where_they_were(house: House) -> None:
    here = house.viewer
    here.go("/money")
    elsewhere = here.context.new_page()
    elsewhere.goto(house.server.base + "/icon.svg")
    left = elsewhere.evaluate("fetch('/v1/session', {method: 'DELETE'}).then(({status}) => status)")
    assert left in (200, 204)
    here.page.get_by_role("link", name="Keys").click()
    here.page.wait_for_url(re.compile(r"/sign-in\?to=%2F(keys|money)"))
    expect(here.page.get_by_label("E-mail")).to_be_visible()
