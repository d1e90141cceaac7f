"""What somebody who is new here does first: comes in, comes back, writes down what the agent is to know."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard_world import Server, desk, serving, signed_in

ADDRESS, PASSWORD = "shop@example.com", "four words and a half"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("first"), OFFHOOK_PUBLIC_URL="https://voice.example.test") as server:
        yield server


def first_link(server: Server) -> str:
    """As the first start prints it, for the machine itself."""
    found = re.search(r"(/sign-in\S*#link=\S+)", server.log)
    assert found, server.log
    return server.base + found[1]


def test_the_owner_comes_in_and_comes_back(server: Server, browser: Browser) -> None:
    owner = desk(browser, server)
    page = owner.page
    page.goto(first_link(server))
    page.get_by_label("Your name").fill("The shop")
    page.get_by_label("A password").fill(PASSWORD)
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_text("With which address will you come back?")).to_be_visible()
    page.get_by_label("Your e-mail").fill(ADDRESS)
    page.get_by_role("button", name="Come in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    expect(page.get_by_text("The shop").first).to_be_visible()
    owner.context.clear_cookies()
    owner.troubles.clear()
    # Whoever sends the address leads nobody to another site.
    page.goto(f"{server.base}/sign-in?to=https%3A%2F%2Fvoice.example.test%2F")
    expect(page.get_by_role("link", name="Sign in with your company's account")).to_have_count(0)
    page.get_by_label("E-mail").fill(ADDRESS)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: url.startswith(server.base) and "/sign-in" not in url)
    owner.context.close()


def test_whoever_is_invited_is_led_to_the_address_that_others_reach(server: Server, browser: Browser) -> None:
    owner = signed_in(browser, server)
    owner.go("/settings/people")
    owner.page.get_by_label("E-mail").fill("second@example.com")
    owner.page.get_by_role("button", name="Make a link").click()
    expect(owner.page.get_by_text("https://voice.example.test/sign-in#link=")).to_be_visible()
    assert owner.troubles == []
    owner.context.close()


def test_facts_are_typed_and_changed_on_the_page(server: Server, browser: Browser) -> None:
    owner, key = signed_in(browser, server), server.key("agents:read", "agents:write")
    headers = {"Authorization": f"Bearer {key}"}
    document = {"name": "Bakery", "llm": {"provider": "grounded"}, "prompt": "You answer at the bakery."}
    made = httpx2.post(f"{server.base}/v1/agents", headers=headers, json={"document": document}).json()
    page = owner.page
    owner.go(f"/agents/{made['id']}?section=knowledge")
    page.get_by_role("button", name="Write facts here").click()
    page.get_by_label("facts.md").fill("# Opening hours\nWe are open from eight to six.")
    page.reload()
    page.get_by_role("button", name="Write facts here").click()
    expect(page.get_by_label("facts.md")).to_have_value(re.compile("from eight to six"))
    page.get_by_role("button", name="Keep these facts").click()
    row = page.get_by_role("listitem").filter(has_text="facts.md")
    expect(row).to_contain_text("known")
    row.get_by_role("button", name="Change facts.md").click()
    row.get_by_label("facts.md", exact=True).fill("# Opening hours\nWe are open from eight to five.")
    row.get_by_role("button", name="Keep these facts").click()
    expect(row.get_by_role("button", name="Keep these facts")).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    base = f"{server.base}/v1/agents/{made['id']}"
    assert httpx2.get(base, headers=headers).json()["draft"]["knowledge"] == ["facts.md"]
    (one,) = httpx2.get(f"{base}/documents", headers=headers).json()["data"]
    assert "to five" in httpx2.get(f"{base}/documents/{one['id']}/content", headers=headers).text
    assert owner.troubles == []
    owner.context.close()


def test_a_vendors_key_is_typed_at_once(server: Server, browser: Browser) -> None:
    owner = signed_in(browser, server)
    owner.go("/keys")
    owner.page.get_by_role("button", name="Add a key").first.click()
    owner.page.keyboard.type("a-key-of-ours")
    expect(owner.page.get_by_label("Key of Deepgram")).to_have_value("a-key-of-ours")
    expect(owner.page.locator("main")).to_contain_text("${SHOP_TOKEN}")
    assert owner.troubles == []
    owner.context.close()
