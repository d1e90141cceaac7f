"""Keys, numbers, people, webhooks, limits: set by hand in a browser, before the stand-ins of vendors and carrier."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from tests.dashboard_world import Aside, Desk, Server, desk, serving, signed_in
from tests.key_vendors import RIGHT, KeyVendors
from tests.platform.numbers_world import ACCOUNT, OURS

REFUSED = "status of 4"
"""How the console tells of an answer that was not 200."""


@dataclass
class House:
    """The server with its owner's browser, and whom it asks."""

    server: Server
    owner: Desk
    carrier: Carrier

    @property
    def page(self) -> Page:
        return self.owner.page


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    aside = Aside()
    folder: Path = tmp_path_factory.mktemp("house")
    carrier = aside.do(_carrier())
    rest, vendors = aside.enter(RestServer(carrier)), aside.enter(KeyVendors())
    urls = " ".join(f"{name}={url}" for name, url in vendors.urls().items())
    environment = {
        "OFFHOOK_TWILIO_BASE_URL": rest.base_url, "OFFHOOK_VENDOR_URLS": urls,
        "OFFHOOK_PUBLIC_URL": "https://voice.example.test", "TWILIO_AUTH_TOKEN": "", "NO_PROXY": "*",
    }  # fmt: skip
    with serving(folder, None, **environment) as server:
        yield House(server, signed_in(browser, server), carrier)
    aside.stop()


async def _carrier() -> Carrier:
    carrier = Carrier(ServerWeb(Account(ACCOUNT.sid, ACCOUNT.token), "http://127.0.0.1:9"))
    carrier.numbers.add(OURS)
    return carrier


def test_a_key_is_tried_kept_and_never_shown(house: House) -> None:
    page = house.page
    house.owner.go("/keys")
    page.get_by_role("listitem").filter(has_text="OpenAI").first.get_by_role("button", name="Add a key").first.click()
    page.get_by_label("Key of OpenAI").fill("not-the-right-one")
    page.get_by_role("button", name="Try and keep").click()
    expect(page.get_by_text(re.compile("refused|does not take|Incorrect", re.IGNORECASE)).first).to_be_visible()
    page.get_by_label("Key of OpenAI").fill(RIGHT)
    page.get_by_role("button", name="Try and keep").click()
    row = page.get_by_role("listitem").filter(has_text="OpenAI").first
    expect(row).to_contain_text("works")
    expect(row).to_contain_text(RIGHT[-4:])
    assert RIGHT not in page.content()
    assert RIGHT not in house.server.log
    house.owner.troubles[:] = [one for one in house.owner.troubles if REFUSED not in one]


def test_a_number_is_connected_and_answers(house: House) -> None:
    page = house.page
    house.owner.go("/numbers")
    page.get_by_label("Account SID").fill(ACCOUNT.sid)
    page.get_by_label("Auth token").fill(ACCOUNT.token)
    page.get_by_role("button", name="Try and connect").click()
    page.get_by_role("button", name="Choose a number").click()
    page.get_by_role("button", name="Connect", exact=True).click()
    # The account's own list, in which it was chosen, may stand for a moment longer.
    row = page.get_by_role("list", name="Numbers", exact=True).get_by_role("listitem").filter(has_text=OURS)
    expect(row).to_contain_text("nobody answers")
    held = house.carrier.numbers.find(OURS)
    assert held is not None and "voice.example.test" in str(held)


def test_somebody_is_invited_and_may_only_look(house: House, browser: Browser) -> None:
    page = house.page
    house.owner.go("/settings/people")
    page.get_by_label("E-mail").fill("second@example.com")
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("code").filter(has_text="#link=").inner_text()
    theirs = desk(browser, house.server)
    theirs.page.goto(house.server.base + link[link.index("/sign-in") :])
    theirs.page.get_by_label("A password").fill("four words and a half")
    theirs.page.get_by_role("button", name="Come in").click()
    theirs.page.wait_for_url(lambda url: "/sign-in" not in url)
    theirs.go("/keys")
    expect(theirs.page.get_by_role("listitem").filter(has_text="Deepgram").first).to_be_visible()
    expect(theirs.page.get_by_role("button", name="Add a key")).to_have_count(0)
    theirs.context.close()


def test_a_program_gets_a_key_once_and_loses_it(house: House) -> None:
    page = house.page
    house.owner.go("/settings/api-keys")
    page.get_by_label("What is it for?").fill("crm")
    page.get_by_role("button", name="Make it").click()
    secret = page.locator("code").filter(has_text="oh_").first.inner_text()
    assert len(secret) > 20
    house.owner.go("/settings/api-keys")
    assert secret not in page.content()
    page.get_by_role("listitem").filter(has_text="crm").get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("listitem").filter(has_text="crm")).to_contain_text("revoked")


def test_limits_are_kept_and_taken_back(house: House) -> None:
    page = house.page
    house.owner.go("/money")
    page.get_by_label("Calls at once").first.fill("20")
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_text("It holds for calls from now on.")).to_be_visible()
    house.owner.go("/money")
    expect(page.get_by_label("Calls at once").first).to_have_value("20")
    page.get_by_label("Number", exact=True).fill("+493012345678")
    page.get_by_role("button", name="Keep out").click()
    row = page.get_by_role("listitem").filter(has_text="+493012345678")
    row.get_by_role("button", name="Let in").click()
    page.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()


def test_every_change_stands_in_the_audit(house: House) -> None:
    asked = house.page.request.get(f"{house.server.base}/v1/audit-events?object_kind=api_key")
    assert [one["action"] for one in asked.json()["data"]] == ["api_key.revoked", "api_key.created"]
    house.owner.go("/settings/audit?object=api_key")
    expect(house.page.get_by_role("listitem").filter(has_text="crm").first).to_be_visible()


def test_the_system_says_how_it_does(house: House) -> None:
    house.owner.go("/system")
    expect(house.page.get_by_role("listitem").filter(has_text="database").first).to_contain_text("SQLite")
    house.page.get_by_role("button", name="Make one now").click()
    expect(house.page.get_by_role("link", name="Download").first).to_be_visible(timeout=30_000)


def test_nothing_troubled_the_pages(house: House) -> None:
    assert house.owner.troubles == []
