"""The talk dock: with a microphone that plays recorded speech, and by typing."""

import asyncio
import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.dashboard_world import FAKE_MICROPHONE, Aside, Desk, Server, chromium, flaws, serving, signed_in
from tests.served import need_models
from tests.wire.test_talk_browser import LISTEN, TAKEN, spoken, understood

LINE = (11.0, "Hi, what does a flat tire cost?", 12.0, "That is all, thank you. Goodbye.", 20.0)


@dataclass
class Bench:
    """The owner's browser, whose microphone plays what was recorded."""

    server: Server
    owner: Desk
    agent_id: str


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    need_models("silero-vad", "smart-turn", "whisper-base")
    folder = tmp_path_factory.mktemp("talk")
    voice = folder / "caller.wav"
    asyncio.run(spoken(voice, *LINE))
    capture = f"--use-file-for-fake-audio-capture={voice}%noloop"
    with serving(folder) as server, chromium(*FAKE_MICROPHONE, capture) as browser:
        owner = signed_in(browser, server)
        headers = {"Authorization": f"Bearer {server.key('agents:read')}"}
        agents = httpx2.get(f"{server.base}/v1/agents", headers=headers).json()["data"]
        yield Bench(server, owner, agents[0]["id"])


def test_one_talks_to_the_draft_and_the_page_hears_the_answer(bench: Bench) -> None:
    page = bench.owner.page
    page.add_init_script(f"{LISTEN}; window.takenSound = takenSound;")
    bench.owner.go(f"/talk/{bench.agent_id}?which=draft")
    page.get_by_role("button", name="Start talking").click()
    said = page.get_by_role("log")
    expect(said.locator("[data-who=agent]").first).to_contain_text("Riverside")
    expect(said.locator("[data-who=caller]").first).to_contain_text("flat")
    expect(said.get_by_text(re.compile("waited|last sound was here")).first).to_be_visible()
    expect(page.get_by_text("Open this call")).to_be_visible(timeout=60_000)
    expect(said.locator("[data-open]")).to_have_count(0)
    taken = page.evaluate(TAKEN)
    sound = np.frombuffer(base64.b64decode(taken["audio"]), np.int16)
    # Playwright has this thread's loop.
    aside = Aside()
    heard = aside.do(understood(sound, taken["rate"])).lower()
    aside.stop()
    assert "bicycle" in heard or "river" in heard or "tire" in heard, heard
    assert flaws(page) == []
    said.get_by_role("button", name="Again from here").first.click()
    expect(page.get_by_text("The same turn, asked again")).to_be_visible()
    expect(page.get_by_text("then", exact=True)).to_be_visible()


def test_one_types_to_it_and_a_reload_loses_nothing(bench: Bench) -> None:
    page = bench.owner.page
    bench.owner.go(f"/talk/{bench.agent_id}?which=draft")
    page.get_by_text("Type", exact=True).click()
    said = page.get_by_role("log")
    expect(said.locator("[data-who=agent]").first).to_contain_text("Riverside")
    page.get_by_label("What you say to the agent").fill("Do I need an appointment for a flat tire?")
    page.get_by_role("button", name="Say", exact=True).click()
    expect(said.locator("[data-who=agent]").nth(1)).to_contain_text("flat tire")
    expect(said.get_by_text("knows it from").first).to_contain_text("workshop.md")
    for is_dark in (True, False):
        page.emulate_media(color_scheme="dark" if is_dark else "light")
        assert flaws(page) == [], is_dark
    page.reload()
    page.get_by_text("Type", exact=True).click()
    expect(said.locator("[data-who=caller]").first).to_contain_text("appointment")
    page.get_by_role("button", name="Begin anew").click()
    expect(said.locator("[data-who=caller]")).to_have_count(0)


def test_what_keeps_the_microphone_away_is_said_in_words(bench: Bench) -> None:
    page = bench.owner.context.new_page()
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); }"
    )
    page.goto(f"{bench.server.base}/talk/{bench.agent_id}")
    page.get_by_role("button", name="Start talking").click()
    expect(page.get_by_role("alert")).to_contain_text("No microphone was found")
    page.close()


def test_nothing_troubled_the_pages(bench: Bench) -> None:
    # The test's own ear is of an old kind.
    assert [one for one in bench.owner.troubles if "ScriptProcessorNode" not in one] == []
