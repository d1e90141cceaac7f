"""A sample call is copied as a test that passes, is changed so that it fails, and says why; fixes are heard first."""

import json
import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard_world import Desk, serving, signed_in

RUN_MS = 120_000
"""A run yields to whatever else the machine does."""


@pytest.fixture(scope="module")
def owner(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serving(tmp_path_factory.mktemp("tests")) as server:
        yield signed_in(browser, server)


def open_sample(owner: Desk, caller: str) -> None:
    key = owner.server.key()
    answer = httpx2.get(
        f"{owner.server.base}/v1/calls", params={"from": caller}, headers={"Authorization": f"Bearer {key}"}
    )
    owner.go(f"/calls/{answer.json()['data'][0]['id']}")


def test_a_sample_call_becomes_a_test_that_passes_and_then_fails(owner: Desk) -> None:
    page = owner.page
    open_sample(owner, "+15035550139")
    page.get_by_role("button", name="Copy as test").click()
    page.wait_for_url("**/agents/agent_*/tests/test_*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Do you sell winter gloves?")
    words = page.get_by_role("textbox", name="Words")
    expect(words.first).to_have_value("18 dollars")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Passed: all")).to_be_visible(timeout=RUN_MS)
    words.first.fill("19 dollars")
    expect(page.get_by_text("Changed, and not saved.")).to_be_visible()
    page.get_by_role("button", name="Save and run").click()
    failed = page.get_by_text("Failed: 1 of")
    expect(failed).to_be_visible(timeout=RUN_MS)
    unmet = page.get_by_role("listitem").filter(has=page.get_by_label("otherwise"))
    expect(unmet).to_contain_text("The agent says “19 dollars”")
    expect(unmet).to_contain_text("The nearest is: “A flat tire costs 18 dollars")
    unmet.get_by_role("link", name=re.compile("Hear it at 0:")).click()
    page.wait_for_url(re.compile(r"/calls/call_.*at=\d"))
    owner.settle()
    expect(page.get_by_text("a trial, counted nowhere")).to_be_visible()
    expect(page.locator("[data-turn][data-on]")).to_contain_text(re.compile("flat tire", re.IGNORECASE))
    assert owner.troubles == []


def test_the_list_tells_what_failed_and_publishing_offers_to_run_them(owner: Desk) -> None:
    page = owner.page
    owner.go("/agents")
    page.get_by_role("link", name="Riverside Bicycle Workshop").click()
    owner.settle()
    page.get_by_role("link", name="Tests", exact=True).click()
    expect(page.get_by_text("One test failed.")).to_be_visible()
    expect(page.get_by_text("The agent says “19 dollars”")).to_be_visible()
    page.get_by_role("link", name="To the draft").click()
    owner.settle()
    page.get_by_role("button", name="Publish…").click()
    expect(page.get_by_text("Of 1 tests 0 passed with this draft.")).to_be_visible()
    page.get_by_role("button", name="Run them now").click()
    expect(page.get_by_role("button", name="Run them now")).to_be_disabled()
    page.get_by_role("link", name="To the tests").click()
    page.get_by_role("link", name=re.compile("winter gloves")).click()
    page.get_by_role("button", name="Delete this test").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete this test").click()
    expect(page.get_by_text("No call is kept as a test yet")).to_be_visible()
    assert owner.troubles == []


def test_a_fix_is_heard_and_looked_at_before_it_is_saved(owner: Desk) -> None:
    page = owner.page
    open_sample(owner, "+15035550114")
    said = page.locator("[data-heard]").filter(has_text="The workshop is open").first
    said.scroll_into_view_if_needed()
    box = said.evaluate("""(element) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), range = document.createRange();
      let text = walker.nextNode();
      while (!text.data.includes("workshop")) text = walker.nextNode();
      const at = text.data.indexOf("workshop");
      range.setStart(text, at);
      range.setEnd(text, at + 8);
      const {x, y, width, height} = range.getBoundingClientRect();
      return {x: x + width / 2, y: y + height / 2};
    }""")
    page.mouse.dblclick(box["x"], box["y"])
    page.get_by_role("button", name="Say it so").click()
    after = page.get_by_role("button", name="Hear it so")
    expect(after).to_be_disabled()
    page.get_by_label("As it is said").fill("work shop")
    asked: list[dict[str, object]] = []
    for button in (page.get_by_role("button", name="Hear it as it is"), after):
        with page.expect_response("**/v1/voices/preview", timeout=60_000) as answer:
            button.click()
        assert answer.value.ok and answer.value.headers["content-type"] == "audio/wav"
        asked.append(json.loads(answer.value.request.post_data or ""))
    before, then = (one["lexicon"] for one in asked)
    assert isinstance(before, dict) and "workshop" not in before
    assert then == before | {"workshop": "work shop"}
    page.get_by_role("button", name="Should have waited, or cut in").click()
    told = page.get_by_role("status").filter(has_text="In the last")
    expect(told).to_contain_text(re.compile(r"In the last \d+ turns"))
    expect(told).to_contain_text("later")
    page.get_by_text("Should have cut in").click()
    # The words of these calls came later than so short a patience would have let the agent answer.
    expect(told).to_contain_text("answers come when they come now")
    assert owner.troubles == []
