"""An agent is made, edited, published, split and rolled back by hand in a browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from tests.dashboard_world import WIDTHS, Aside, Desk, Server, desk, serving, signed_in
from tests.platform.numbers_world import ACCOUNT, OURS

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = {
    "name": "Harbour Hotel",
    "language": "en-GB",
    "opening": {"text": "Harbour Hotel, good morning."},
    "prompt": "You answer the telephone of the Harbour Hotel.",
    "stt": {"provider": "local"},
    "llm": {"provider": "grounded"},
    "tts": {"provider": "local"},
}
SAVED = "Saved"
REFUSED = "status of 4"
"""How the console tells of an answer that was not 200."""


@dataclass
class Office:
    """The server with its owner's browser, and a program's way to it."""

    server: Server
    owner: Desk
    api: httpx2.Client

    @property
    def page(self) -> Page:
        return self.owner.page

    def agent(self, **more: Any) -> str:
        """A new agent; its id."""
        answer = self.api.post("/agents", json={"document": DOCUMENT | more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def draft(self, agent: str) -> dict[str, Any]:
        """What the server has."""
        return dict(self.api.get(f"/agents/{agent}").json()["draft"])

    def publish(self, agent: str, note: str = "") -> None:
        """The draft as a version."""
        answer = self.api.post(f"/agents/{agent}/publish", json={"note": note})
        assert answer.status_code == 201, answer.text

    def open(self, agent: str, section: str = "opening") -> Page:
        """Its editor."""
        self.owner.go(f"/agents/{agent}?section={section}")
        return self.page


@pytest.fixture(scope="module")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    aside = Aside()
    folder: Path = tmp_path_factory.mktemp("office")
    rest = aside.enter(RestServer(aside.do(_carrier())))
    environment = {
        "OFFHOOK_TWILIO_BASE_URL": rest.base_url, "OFFHOOK_PUBLIC_URL": "https://voice.example.test",
        "TWILIO_AUTH_TOKEN": "", "NO_PROXY": "*",
    }  # fmt: skip
    with serving(folder, None, **environment) as server:
        scopes = [f"{subject}:{right}" for subject in ("agents", "numbers") for right in ("read", "write")]
        key = server.key(*scopes, "agents:publish")
        with httpx2.Client(base_url=f"{server.base}/v1", headers={"Authorization": f"Bearer {key}"}) as api:
            yield Office(server, signed_in(browser, server), api)
    aside.stop()


async def _carrier() -> Carrier:
    carrier = Carrier(ServerWeb(Account(ACCOUNT.sid, ACCOUNT.token), "http://127.0.0.1:9"))
    carrier.numbers.add(OURS)
    return carrier


@pytest.fixture(autouse=True)
def no_troubles(office: Office) -> Iterator[None]:
    """The console holds nothing against the pages but what a test provokes and takes out."""
    office.owner.troubles.clear()
    yield
    assert office.owner.troubles == []


def saved(page: Page) -> None:
    """All of it is at the server."""
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()


def test_an_agent_is_made_edited_and_published(office: Office) -> None:
    page = office.page
    office.owner.go("/agents/new")
    page.get_by_label("Name", exact=True).fill("Night desk")
    page.get_by_label("What it is to do").fill("You answer at night.")
    page.get_by_role("button", name="Make it", exact=True).click()
    expect(page.get_by_role("button", name="Publish…")).to_be_visible()
    page.get_by_label("First sentence").fill("Good evening, this is the night desk.")
    saved(page)
    agent = re.search(r"agent_\w+", page.url)
    assert agent and office.draft(agent[0])["opening"]["text"] == "Good evening, this is the night desk."
    page.get_by_role("button", name="Publish…").click()
    page.get_by_label("A note for your colleagues").fill("The first one")
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1 answers from the next call on.")).to_be_visible()
    expect(page.get_by_text("Version 1 answers, and it is what stands here.")).to_be_visible()
    office.owner.go("/agents")
    expect(page.get_by_role("listitem").filter(has_text="Night desk")).to_contain_text("Version 1 answers")


def test_what_is_wrong_stands_at_its_field_and_is_not_lost(office: Office) -> None:
    agent = office.agent()
    page = office.open(agent)
    name = page.get_by_label("Name", exact=True)
    name.fill("x" * 120)
    expect(page.get_by_text("Not saved: 1 field to mend")).to_be_visible()
    expect(name).to_have_attribute("aria-invalid", "true")
    assert office.draft(agent)["name"] == DOCUMENT["name"]
    office.owner.settle()
    page.reload()
    page.get_by_role("button", name="Take them up").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("x" * 120)
    page.get_by_label("Name", exact=True).fill("Harbour")
    saved(page)
    assert office.draft(agent)["name"] == "Harbour"
    office.owner.troubles[:] = [one for one in office.owner.troubles if REFUSED not in one]


def test_a_moment_is_dragged_on_the_clock(office: Office) -> None:
    agent = office.agent()
    page = office.open(agent, "patience")
    handle = page.get_by_role("slider", name="In the middle of a number")
    expect(handle).to_have_attribute("aria-valuenow", "3")
    box = handle.locator("circle").last.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"], steps=4)
    page.mouse.up()
    moved = float(handle.get_attribute("aria-valuenow") or 3)
    assert moved < 2.9
    handle.press("ArrowRight")
    saved(page)
    assert office.draft(agent)["turn_taking"]["collecting_silence_s"] == pytest.approx(moved + 0.05)
    page.get_by_text("Patient", exact=True).click()
    expect(page.get_by_role("slider", name="It is plainly not done")).to_have_attribute("aria-valuenow", "2.4")
    page.get_by_role("button", name="Back to the default: 3.5").click()
    saved(page)
    assert office.draft(agent)["turn_taking"] == {"preset": "patient"}


def test_two_people_on_one_draft(office: Office) -> None:
    agent = office.agent()
    page = office.open(agent)
    # Theirs comes while this page waits with what it has.
    page.get_by_label("First sentence").fill("Mine, good morning.")
    theirs = {"opening": {"text": "Theirs, good morning."}, "timezone": "Europe/London"}
    office.api.patch(f"/agents/{agent}", json={"document": theirs})
    expect(page.get_by_text("Somebody else changed this draft at the same time")).to_be_visible()
    page.get_by_text("Mine", exact=True).first.click()
    page.get_by_role("button", name="Go on with this").click()
    saved(page)
    found = office.draft(agent)
    assert (found["opening"]["text"], found["timezone"]) == ("Mine, good morning.", "Europe/London")
    office.owner.troubles[:] = [one for one in office.owner.troubles if REFUSED not in one]


def test_the_file_and_the_form_are_one(office: Office) -> None:
    agent = office.agent()
    page = office.open(agent, "file")
    text = page.get_by_label("The agent as a file")
    expect(text).to_have_value(re.compile("name: Harbour Hotel"))
    text.fill(text.input_value().replace("Harbour Hotel, good morning.", "Hotel, hello."))
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        pass
    text.fill("name: [")
    expect(page.get_by_text("The form keeps what it had.")).to_be_visible()
    page.get_by_role("navigation", name="Sections").get_by_text("Opening").click()
    expect(page.get_by_label("First sentence")).to_have_value("Hotel, hello.")
    assert office.draft(agent)["opening"]["text"] == "Hotel, hello."
    office.owner.troubles[:] = [one for one in office.owner.troubles if REFUSED not in one]


def test_what_it_can_do_and_what_it_knows(office: Office) -> None:
    agent = office.agent()
    page = office.open(agent, "tools")
    page.get_by_role("button", name="Add something it can do").click()
    page.get_by_role("menuitem", name=re.compile("Take a message")).click()
    saved(page)
    assert [tool["type"] for tool in office.draft(agent)["tools"]] == ["end_call", "take_message"]
    page.get_by_role("button", name="Take out Hang up").click()
    page.get_by_role("button", name="Undo").click()
    saved(page)
    assert len(office.draft(agent)["tools"]) == 2
    page.get_by_role("navigation", name="Sections").get_by_text("What it knows").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "hours.md", "mimeType": "text/markdown", "buffer": b"# Hours\n\nBreakfast is from 7 to 10.\n"}
    )
    expect(page.get_by_role("listitem").filter(has_text="hours.md")).to_contain_text("known")
    saved(page)
    assert office.draft(agent)["knowledge"] == ["hours.md"]


def test_the_voice_is_heard(office: Office) -> None:
    page = office.open(office.agent(), "voice")
    with page.expect_response(lambda answer: "/v1/voices/preview" in answer.url) as heard:
        page.get_by_role("button", name="Play").click()
    assert heard.value.status == 200 and heard.value.headers["content-type"] == "audio/wav"
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=15_000)


def test_versions_are_compared_split_and_rolled_back(office: Office) -> None:
    agent = office.agent()
    office.publish(agent, "The first")
    office.api.patch(f"/agents/{agent}", json={"document": {"turn_taking": {"idle_s": 12}}})
    office.publish(agent, "More patient")
    account = {"carrier": "twilio", "account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.token}
    made = office.api.post("/carrier-accounts", json=account).json()["id"]
    number = {"carrier_account_id": made, "number": OURS, "agent_id": agent}
    assert office.api.post("/phone-numbers/connect", json=number).status_code == 201
    page = office.page
    office.owner.go(f"/agents/{agent}/versions?from=1&to=2")
    expect(page.get_by_text("Turn taking: idle was set to 12 s (before: 9 s, by default)")).to_be_visible()
    expect(page).to_have_url(re.compile("from=1&to=2$"))
    page.get_by_role("button", name="Split").click()
    page.get_by_role("dialog").get_by_role("button", name="Split").click()
    expect(page.get_by_text("90 % of the calls: version 2")).to_be_visible()
    held = office.api.get("/phone-numbers").json()["data"][0]
    assert held["split"] == [{"version": 2, "percent": 90}, {"version": 1, "percent": 10}]
    page.get_by_role("button", name="End the split").click()
    expect(page.get_by_text("Version 2 answers.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Go back to it").click()
    expect(page.get_by_text("What version 1 said answers again.")).to_be_visible()
    assert office.api.get(f"/agents/{agent}").json()["published_version"] == 3


def test_a_viewer_looks_and_changes_nothing(office: Office, browser: Browser) -> None:
    agent = office.agent()
    invited = office.page.request.post(
        f"{office.server.base}/v1/invitations",
        data={"email": "viewer@example.com", "role": "viewer"},
        headers={"Origin": office.server.base},
    ).json()
    theirs = desk(browser, office.server)
    link = str(invited["link"])
    theirs.page.goto(office.server.base + link[link.index("/sign-in") :])
    theirs.page.get_by_label("A password").fill("four words and a half")
    theirs.page.get_by_role("button", name="Come in").click()
    theirs.page.wait_for_url(lambda url: "/sign-in" not in url)
    theirs.go(f"/agents/{agent}")
    expect(theirs.page.get_by_text("You may look at this agent.")).to_be_visible()
    expect(theirs.page.get_by_label("First sentence")).not_to_be_editable()
    expect(theirs.page.get_by_role("button", name="Publish…")).to_have_count(0)
    theirs.go("/agents")
    expect(theirs.page.get_by_role("link", name="New agent")).to_have_count(0)
    theirs.context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("is_dark", [False, True])
def test_nothing_serious_is_found_and_nothing_scrolls_sideways(
    office: Office, browser: Browser, width: str, is_dark: bool
) -> None:
    agent = office.agent()
    office.publish(agent)
    axe = (ROOT / "dashboard/node_modules/axe-core/axe.min.js").read_text("utf-8")
    eye = signed_in(browser, office.server, dark=is_dark, size=WIDTHS[width])
    sections = ("opening", "patience", "voice", "tools", "rules", "file")
    pages = [f"/agents/{agent}?section={section}" for section in sections]
    for path in ("/agents", "/agents/new", f"/agents/{agent}/versions", *pages):
        eye.go(path)
        assert eye.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        eye.page.evaluate(axe)
        found = eye.page.evaluate("axe.run('main').then(({violations}) => violations)")
        serious = [
            (one["id"], [node["html"][:160] for node in one["nodes"]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], path
    assert eye.troubles == []
    eye.context.close()
