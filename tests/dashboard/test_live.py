"""An inbound simulated call is watched live, listened to, instructed, put through, taken over and handed back; by an
agent that a file manages."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from offhook.cli.demo_command import free_port
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_dial import DialPlan
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.voices import TapeVoice, prepare
from tests.dashboard_world import WIDTHS, Aside, Desk, Server, flaws, signed_in
from tests.wire.test_process import ACCOUNT, AGENT, CANARY
from tests.wire.test_talk_browser import LISTEN

SAID = "what time do you open"
DESK, ELSEWHERE = "+15005550009", "+15005550007"
CONNECTS = {
    "name": "transfer_call",
    "destinations": [{"name": "desk", "number": DESK, "when": "the caller asks for a person", "say": "To the desk."}],
}


@dataclass
class Floor:
    """A server that is called, and the owner who watches."""

    server: Server
    owner: Desk
    carrier: Carrier
    aside: Aside

    @property
    def page(self) -> Page:
        return self.owner.page

    def ring(self) -> Any:
        """A caller who says something and stays."""

        async def call() -> CallOutcome:
            steps = [{"wait": {"silent_s": 0.5}}, {"say": SAID}, {"silence": 120.0}]
            script = script_from({"voice": "tape", "steps": steps})
            return await self.carrier.call(Caller(await prepare(script, TapeVoice())))

        return asyncio.run_coroutine_threadsafe(call(), self.aside.loop)


@pytest.fixture(scope="module")
def floor(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    folder: Path = tmp_path_factory.mktemp("live")
    (folder / "agent.yaml").write_text(yaml.safe_dump(AGENT | {"tools": [CONNECTS]}))
    aside, port = Aside(), free_port()

    async def carrier_of() -> Carrier:
        # The first who is called is busy, the next answers.
        options = CallOptions(dials=(DialPlan("busy", 6.0), DialPlan()))
        return Carrier(ServerWeb(Account(ACCOUNT, CANARY), f"http://127.0.0.1:{port}"), options)

    carrier = aside.do(carrier_of())
    rest = aside.enter(RestServer(carrier))
    environment = {
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": CANARY, "OFFHOOK_TWILIO_BASE_URL": rest.base_url,
        "OFFHOOK_MAX_LOOP_LAG_MS": "5000",
    }  # fmt: skip
    server = Server(folder, port, environment, folder / "agent.yaml")
    server.start()
    try:
        yield Floor(server, signed_in(browser, server), carrier, aside)
    finally:
        server.stop()
        aside.do(carrier.close())
        aside.stop()


def hear(page: Page) -> None:
    """Wait until the page gives a voice to the loudspeaker. The pages' policy lets nothing poll inside of them."""
    for _ in range(150):
        if page.evaluate("taken.some((piece) => piece.some((one) => Math.abs(one) > 0.02))"):
            return
        page.wait_for_timeout(200)
    raise AssertionError("the page is silent")


def test_a_call_is_watched_heard_told_something_and_taken_over(floor: Floor) -> None:
    page = floor.page
    page.add_init_script(LISTEN)
    floor.owner.go("/live")
    expect(page.get_by_text("Nobody is on the line")).to_be_visible()
    calling = floor.ring()
    card = page.get_by_role("listitem").filter(has_text="+15005550006")
    expect(card).to_contain_text(SAID)
    page.keyboard.press("j")
    said = page.get_by_role("log")
    expect(said.locator("[data-who=agent]").last).to_contain_text(f"You said: {SAID}")

    page.get_by_role("button", name="Listen", exact=True).click()
    page.get_by_text("Have it said").click()
    page.get_by_label("What the agent says").fill("We open at eight, and I am glad that you ask.")
    page.get_by_label("At once, whoever speaks").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status").filter(has_text="The agent says")).to_be_visible()
    expect(said.locator("[data-who=agent]").last).to_contain_text("glad that you ask")
    hear(page)

    assert flaws(page) == []
    page.emulate_media(color_scheme="dark")
    assert flaws(page) == []
    page.get_by_text("Tell the agent", exact=True).click()
    page.get_by_label("What the agent is to know or do").fill("Offer the late table.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The agent knows: “Offer the late table.”")).to_be_visible()

    width, height = WIDTHS["phone"]
    page.set_viewport_size({"width": width, "height": height})
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_text("The caller hears you")).to_be_visible()
    expect(said.get_by_text("has taken over the call")).to_be_visible()
    assert flaws(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("What the agent is to know when it goes on").fill("A table at nine was promised.")
    page.get_by_role("button", name="Hand back").click()
    expect(said.get_by_text("The person has left")).to_be_visible()
    expect(page.get_by_role("button", name="Take over")).to_be_visible()

    page.get_by_role("button", name="End call").click()
    page.get_by_role("dialog").get_by_role("button", name="End call").click()
    expect(page.get_by_role("link", name="Open its page")).to_be_visible()
    calling.result(30)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_caller_is_put_through_and_the_page_says_what_it_costs(floor: Floor) -> None:
    page = floor.page
    floor.owner.go("/live")
    calling = floor.ring()
    expect(page.get_by_role("listitem").filter(has_text="+15005550006")).to_contain_text(SAID)
    page.keyboard.press("j")
    said = page.get_by_role("log")
    expect(page.get_by_text(re.compile(r"\$0\.\d+ so far"))).to_be_visible()
    page.get_by_text("Put through", exact=True).click()
    where = page.get_by_role("combobox", name="Who is to talk to the caller")
    expect(where).to_have_value("desk")
    assert flaws(page) == []
    page.get_by_role("button", name="Put through").click()
    expect(page.get_by_text("The agent tells the caller, and then it rings there.")).to_be_visible()
    expect(said.get_by_text("The caller is to be connected to desk.")).to_be_visible()
    expect(said.get_by_text("To the desk.")).to_be_visible()
    expect(page.get_by_text("it rings at whoever is to talk to the caller")).to_be_visible()
    expect(page.get_by_text("it rings at whoever is to talk to the caller")).to_be_hidden()

    where.click()
    page.get_by_role("option", name="another number").click()
    page.get_by_label("The number").fill("500 555 0007")
    expect(page.get_by_text("With the country's code")).to_be_visible()
    page.get_by_label("The number").fill("+1 500 555 0007")
    page.get_by_role("button", name="Put through").click()
    expect(page.get_by_text("The caller was connected to a person")).to_be_visible()
    outcome = calling.result(60)
    assert [(one.number, one.status) for one in outcome.dialled] == [(DESK, "busy"), (ELSEWHERE, "completed")]


def test_a_call_of_another_process_is_told_of_in_words(floor: Floor) -> None:
    page = floor.page
    page.route_web_socket(re.compile("/take-over"), lambda socket: socket.close(code=4421, reason="call.elsewhere"))
    floor.owner.go("/live")
    calling = floor.ring()
    page.get_by_role("listitem").filter(has_text="+15005550006").click()
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_text("This call lives in another process of the server.")).to_be_visible()
    expect(page.get_by_role("button", name="Take over")).to_be_enabled()
    page.get_by_role("button", name="End call").click()
    page.get_by_role("dialog").get_by_role("button", name="End call").click()
    expect(page.get_by_role("link", name="Open its page")).to_be_visible()
    calling.result(30)


def test_an_agent_of_a_file_is_read_here_and_changed_there(floor: Floor) -> None:
    page = floor.page
    floor.owner.go("/agents")
    page.get_by_role("link", name="test").first.click()
    told = page.get_by_text("This agent is managed by the file")
    expect(told).to_contain_text(str(floor.server.agent))
    expect(told).to_contain_text("Change it there")
    expect(page.get_by_role("textbox").first).to_be_visible()
    assert page.locator("main input:enabled:not([readonly]), main textarea:enabled:not([readonly])").count() == 0
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    assert flaws(page) == []


def test_nothing_troubled_the_pages(floor: Floor) -> None:
    assert [one for one in floor.owner.troubles if "ScriptProcessorNode" not in one] == []
