"""Calls from a browser over the real server: linear audio both ways, a socket that breaks, and who may not come in."""

import asyncio
import json
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from offhook import clock
from offhook.call.live import Limits, LiveCalls
from offhook.call.records.files import FileRecords
from offhook.call.replay import replay
from offhook.call.runtime import AgentRuntime
from offhook.core.endings import EndReason
from offhook.core.formats import WIDEBAND
from offhook.settings import Secret, Settings
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_media import Violation
from offhook.simulator.linear_client import LinearClient, narrowed
from offhook.simulator.linear_tape import WideTape, WideTurns
from offhook.simulator.report import FRAME_S
from offhook.simulator.voices import TapeVoice, prepare
from offhook.telephony.browser import browser_facts, with_browsers
from offhook.telephony.carriers.twilio_line import TwilioLines
from offhook.telephony.facts import CallFacts
from offhook.telephony.tokens import Tokens
from offhook.web import connection as connection_module
from offhook.web import media as media_module
from offhook.web.app import create_app
from offhook.web.server import Listening, serve
from tests.rig import Rig, caller_script
from tests.web_world import World, closing_code, play, until

PATH = "/browser/media"
FRAME = bytes(range(256)) * 2 + bytes(128)
SILENCE = narrowed(WIDEBAND.silence(WIDEBAND.frame_bytes))


class NoCarrier:
    """A carrier that is never to be asked: it has no browser's call."""

    async def hang_up(self, call_sid: str) -> None:
        raise AssertionError(f"the carrier is asked to hang up {call_sid}")

    async def redirect_call(self, call_sid: str, twiml: bytes) -> None:
        raise AssertionError(f"the carrier is asked to redirect {call_sid}: {twiml!r}")


@dataclass
class Page:
    """The browser's page: one caller, one connection after the other."""

    url: str
    call: str
    caller: Caller
    began_at: float = field(default_factory=clock.now)
    ticks: int = 0
    violations: list[Violation] = field(default_factory=list)

    @property
    def at(self) -> float:
        return self.ticks * FRAME_S

    async def connect(self, token: str, breaks_at: float = float("inf")) -> str:
        """Talk until somebody ends it or the network breaks it; how it ended."""
        client = LinearClient(self.call, {"token": token})
        async with connect(self.url, proxy=None, compression=None) as socket:
            await socket.send(client.open().decode())
            reader = asyncio.create_task(self._read(socket, client))
            try:
                return await self._talk(socket, client, reader, breaks_at)
            finally:
                reader.cancel()
                self.violations += client.violations

    async def wait(self, seconds: float) -> None:
        """Nothing is connected: nothing is heard, and what is said is lost."""
        for _ in range(round(seconds / FRAME_S)):
            self.caller.next_frame(self.at)
            self.caller.heard(SILENCE, self.at)
            await self._tick()

    async def _talk(
        self, socket: ClientConnection, client: LinearClient, reader: "asyncio.Task[None]", breaks_at: float
    ) -> str:
        while not reader.done():
            heard, marks, audio = client.tick(self.caller.next_frame(self.at))
            self.caller.heard(heard, self.at)
            for name in marks:
                await socket.send(client.mark(name).decode())
            await socket.send(audio)
            if self.caller.has_hung_up:
                await socket.send(client.stop().decode())
                return "the caller hung up"
            if self.at >= breaks_at:
                socket.transport.abort()
                return "the network broke it"
            await self._tick()
        return "the server closed"

    async def _read(self, socket: ClientConnection, client: LinearClient) -> None:
        async for message in socket:
            for name in client.received(message, self.at):
                await socket.send(client.mark(name).decode())

    async def _tick(self) -> None:
        self.ticks += 1
        await asyncio.sleep(max(0.0, self.began_at + self.at - clock.now()))


def hears_wide(runtime: AgentRuntime) -> None:
    """The scripted transcriber reads its tape from linear audio."""
    tape = WideTape(runtime.stt)
    runtime.stt, runtime.turn_model = tape, WideTurns(runtime.turn_model, tape)


def test_a_whole_call_loses_its_socket_and_comes_back(tmp_path: Path) -> None:
    rig = Rig(llm={"rules": [{"when": "open", "say": "We are open from seven in the morning until late at night."}]})
    rig.patch = hears_wide
    polite: dict[str, Any] = {"wait": {"silent_s": 0.8}}
    steps = [{"say": "what time do you open"}, {"silence": 4.5}, {"say": "and on sunday"}]
    script = caller_script(polite, steps[0], steps[1], polite, steps[2], polite, {"hang_up": True})

    async def main() -> tuple[Page, EndReason | None, list[str]]:
        runtimes, tokens = rig.runtimes(), Tokens(Secret(""))
        lines = with_browsers(TwilioLines(NoCarrier(), "https://voice.example.test"))
        live = LiveCalls(
            runtimes, Limits(), data_dir=tmp_path, records=FileRecords(tmp_path), lines=lines, tokens=tokens
        )
        await runtimes.acquire("")
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        app = create_app(live, Settings(twilio_auth_token=Secret("x" * 32)))
        server = asyncio.create_task(serve(app, live, Listening(port=0, on_ready=ready.set_result)))
        facts = browser_facts()
        page = Page(f"ws://127.0.0.1:{await ready}{PATH}", facts.call_sid, Caller(await prepare(script, TapeVoice())))
        how = [await page.connect(live.expect(facts), breaks_at=5.0)]
        await page.wait(1.0)
        token = live.lost_leg(facts.call_sid)
        assert token is not None, "the call waits"
        how.append(await page.connect(token))
        await until(lambda: not live.count)
        await live.settle(5.0)
        reason = live.outcome(facts.call_sid)
        server.cancel()
        await asyncio.wait([server])
        live.stop()
        await runtimes.close()
        return page, reason, how

    async def in_time() -> tuple[Page, EndReason | None, list[str]]:
        async with asyncio.timeout(60):
            return await main()

    page, reason, how = uvloop.run(in_time())
    assert how == ["the network broke it", "the caller hung up"]
    assert reason is EndReason.CALLER_HUNG_UP and page.violations == []
    report = page.caller.report(page.call, "caller")
    assert not report.unanswered and not report.cut_ins
    assert report.heard_text.startswith("Hello, how can I help you? We are open")
    (folder,) = (tmp_path / "calls").iterdir()
    journal = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    legs = [(one["event"], one["leg"]) for one in journal if one.get("event") in ("LegAttached", "LegDetached")]
    assert legs == [("LegAttached", 1), ("LegDetached", 1), ("LegAttached", 2), ("LegDetached", 2)]
    said = [one["entry"]["text"] for one in journal if one.get("entry", {}).get("entry") == "CallerSaid"]
    assert said == ["what time do you open", "and on sunday"]
    assert not replay(folder / "journal.jsonl").mismatches
    with wave.open(str(folder / "recording.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (16_000, 2)


# ── who may come in ──────────────────────────────────────────────────────────────────────────────────────────────────


def start(call: str, token: str, rate: int = 16_000) -> str:
    return json.dumps({"type": "start", "rate": rate, "call": call, "parameters": {"token": token}})


def test_audio_both_ways() -> None:
    async def story(world: World) -> None:
        token = world.live.expect(CallFacts("browser-1"))
        async with world.socket(PATH, signed="") as page:
            assert "sec-websocket-extensions" not in page.response.headers  # type: ignore[union-attr]
            await page.send(start("browser-1", token))
            await until(lambda: "browser-1" in world.live.ears)
            leg, ear = world.live.legs["browser-1"], world.live.ears["browser-1"]
            assert leg.format == WIDEBAND
            await page.send(FRAME)
            await page.send([FRAME[:100], FRAME[100:300], FRAME[300:]])
            await page.send(FRAME * 3)
            await until(lambda: len(ear.frames) == 5)
            assert set(ear.frames) == {FRAME}
            leg.send_audio(FRAME)
            leg.send_audio(FRAME * 25)
            leg.send_mark("m1")
            leg.send_clear()
            got = [await page.recv() for _ in range(6)]
            assert b"".join(one for one in got if isinstance(one, bytes)) == FRAME * 26
            assert [json.loads(one)["type"] for one in got if isinstance(one, str)] == ["mark", "clear"]
            await page.send('{"type":"stop"}')
            await until(lambda: ear.ends)
        assert ear.ends == [("stopped", None)]

    play(story)


@pytest.mark.parametrize("message", ["", "wrong", "other", "rate"])
def test_whose_token_does_not_count_is_closed(message: str) -> None:
    async def story(world: World) -> None:
        token = world.live.expect(CallFacts("browser-1"))
        other = world.live.expect(CallFacts("browser-2"))
        starts = {
            "": start("browser-1", ""), "wrong": start("browser-1", token + "x"), "other": start("browser-1", other),
            "rate": start("browser-1", token, 8_000),
        }  # fmt: skip
        async with world.socket(PATH, signed="") as page:
            await page.send(FRAME)
            await page.send(starts[message])
            assert await closing_code(page) == 1008
        assert not world.live.ears

    play(story)


def test_a_token_counts_once() -> None:
    async def story(world: World) -> None:
        token = world.live.expect(CallFacts("browser-1"))
        async with world.socket(PATH, signed="") as first, world.socket(PATH, signed="") as second:
            await first.send(start("browser-1", token))
            await until(lambda: "browser-1" in world.live.ears)
            await second.send(start("browser-1", token))
            assert await closing_code(second) == 1008
            await first.send(FRAME)
            await until(lambda: world.live.ears["browser-1"].frames == [FRAME])

    play(story)


def test_who_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "START_TIMEOUT_S", 0.05)

    async def story(world: World) -> None:
        async with world.socket(PATH, signed="") as page:
            assert await closing_code(page) == 1008

    play(story)


def test_sockets_that_wait_for_their_start_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_module, "MOST_WAITING", 2)

    async def story(world: World) -> None:
        token = world.live.expect(CallFacts("browser-1"))
        async with world.socket(PATH, signed="") as first, world.socket(PATH, signed=""):
            with pytest.raises(InvalidStatus) as caught:
                async with world.socket(PATH, signed=""):
                    pass
            assert caught.value.response.status_code == 503
            async with world.socket():
                pass  # The carrier's sockets are not meant: those are signed.
            await first.send(start("browser-1", token))
            await until(lambda: "browser-1" in world.live.ears)
            async with world.socket(PATH, signed=""):
                pass  # Who has said what it wants does not count.

    play(story)


def test_a_message_that_is_longer_than_a_second_costs_nothing() -> None:
    async def story(world: World) -> None:
        token = world.live.expect(CallFacts("browser-1"))
        async with world.socket(PATH, signed="") as page:
            await page.send(start("browser-1", token))
            await page.send(bytes(40_000))
            await page.send(FRAME)
            await until(lambda: "browser-1" in world.live.ears and world.live.ears["browser-1"].frames)
            assert world.live.ears["browser-1"].frames == [FRAME]
        async with world.socket(PATH, signed="") as page:
            await page.send(bytes(100_000))
            assert await closing_code(page) == 1009

    play(story)
