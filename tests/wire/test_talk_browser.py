"""The talk page in a real browser: its sound, its words for every trouble, and a whole call with one's own mouth."""

import asyncio
import base64
import os
import re
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.call.journal import read_lines
from offhook.cli.demo_command import example
from offhook.core.events import TranscriptFinal
from offhook.settings import Settings
from offhook.simulator.listener import open_transcriber
from offhook.simulator.voices import local_voice
from offhook.speech.ports import TranscriberEvent
from offhook.speech.scripted.tape import Utterance
from tests.chromium import Page, browsing
from tests.served import need_models
from tests.web_world import World
from tests.wire.test_talk_page import KEY, Doorkeeper, play_talk

FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
READY = "!document.querySelector('#start').disabled"
WORLD = Path(__file__).parents[1]


def in_browser(
    folder: Path, look: Callable[[World, Page], None], *options: str, prelude: str = "", address: str = ""
) -> None:
    """Open the page of a server whose calls only listen, and look at it from another thread."""
    door = Doorkeeper(folder)

    async def story(world: World) -> None:
        def browse() -> None:
            with browsing(folder, *options, prelude=prelude) as page:
                page.go((address or f"http://127.0.0.1:{world.port}/talk#{KEY}").replace("PORT", str(world.port)))
                look(world, page)

        await asyncio.to_thread(browse)

    play_talk(door, story)


# ── sound ────────────────────────────────────────────────────────────────────────────────────────────────────────────

RENDER = (WORLD / "talk_sound.js").read_text()


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_the_sound_is_right_at_every_rate_of_the_machine(tmp_path: Path, rate: int) -> None:
    def look(world: World, page: Page) -> None:
        page.evaluate(
            RENDER + "; window.pass = render; window.strong = strength; window.loud = loudest; window.tone = tone"
        )
        played: dict[str, float] = page.evaluate(f"""(async () => {{
          const {{out}} = await pass({rate}, 1, [[0.1, {{audio: tone(1000, 0.5)}}]]);
          return {{tone: strong(out, {rate}, 1000, 0.2, 0.5), image: strong(out, {rate}, 15000, 0.2, 0.5),
                   before: loud(out, {rate}, 0, 0.09), behind: loud(out, {rate}, 0.62, 1)}};
        }})()""")
        assert played["tone"] == pytest.approx(0.5, abs=0.01)
        assert played["image"] < 0.0005, "the image of the tone is 60 dB down"
        assert played["before"] == played["behind"] == 0
        for frequency, least, most in ((1000, 0.98, 1.02), (3400, 0.97, 1.03), (10_000, 0.0, 0.003)):
            heard: list[float] = page.evaluate(f"""(async () => {{
              const {{heard}} = await pass({rate}, 1, [], {frequency});
              const alias = {frequency} < 8000 ? {frequency} : 16000 - {frequency};
              return [heard.length, strong(heard, 16000, alias, 0.2, 0.8)];
            }})()""")
            assert heard[0] == pytest.approx(16_000, abs=400)
            assert least <= heard[1] <= most, f"{frequency} Hz at {rate} Hz"

    in_browser(tmp_path, look)


def test_a_clear_ends_the_sound_at_once_and_marks_are_told_truly(tmp_path: Path) -> None:
    def look(world: World, page: Page) -> None:
        page.evaluate(RENDER + "; window.pass = render; window.loud = loudest; window.tone = tone")
        got: dict[str, Any] = page.evaluate("""(async () => {
          const {out, passed} = await pass(48000, 2, [
            [0.1, {audio: tone(500, 0.2)}, {mark: "first"}],
            [0.2],
            [0.5, {audio: tone(500, 1)}, {mark: "second"}, {mark: "third"}],
            [0.7, {clear: true}, {mark: "fourth"}],
            [1.0, {audio: tone(500, 0.1)}, {mark: "fifth"}],
          ]);
          return {passed, during: loud(out, 48000, 0.6, 0.69), behind: loud(out, 48000, 0.71, 0.99),
                  again: loud(out, 48000, 1.02, 1.08)};
        })()""")
        assert got["during"] > 0.4 and got["again"] > 0.4
        assert got["behind"] == 0, "10 ms behind the clear there is silence"
        # The time is that of the last step before it was told.
        told = [(step[0], *step[1:]) for step in got["passed"]]
        assert told == [(0.2, "first"), (0.7, "second", "third"), (0.7, "fourth"), (1, "fifth")]

    in_browser(tmp_path, look)


# ── what the page says ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "prelude", "words", "can_start"),
    [
        ("http://127.0.0.1:PORT/talk", "", "needs its whole address", False),
        ("http://127.0.0.1:PORT/talk#wrong", "", "needs its whole address", False),
        (f"http://talk.example:PORT/talk#{KEY}", "", "over https only", False),
        ("", "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); }",
         "was not allowed", True),
        ("", "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); }",
         "No microphone was found", True),
        ("", "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError'); }",
         "cannot be opened", True),
        ("", "delete window.AudioWorkletNode", "too old", True),
        ("", "AudioContext.prototype.resume = () => new Promise(() => {});", "nothing to play", True),
    ],
)  # fmt: skip
def test_every_trouble_of_the_microphone_is_explained(
    tmp_path: Path, address: str, prelude: str, words: str, can_start: bool
) -> None:
    def look(world: World, page: Page) -> None:
        if can_start:
            page.until(READY)
            page.click("#start")
        page.until("!document.querySelector('#trouble').hidden")
        assert words in page.text("#trouble")
        assert page.evaluate(READY) is can_start
        assert not world.live.legs and KEY not in page.evaluate("location.href")

    rule = "--host-resolver-rules=MAP talk.example 127.0.0.1"
    in_browser(tmp_path, look, rule, *FAKE, prelude=prelude, address=address)


def test_a_connection_that_breaks_comes_back_and_a_call_that_is_over_does_not(tmp_path: Path) -> None:
    def look(world: World, page: Page) -> None:
        page.until(READY)
        page.click("#start")
        page.until("document.body.dataset.state === 'talking'")
        (call,) = world.live.legs
        first = world.live.ears[call]
        # As the server lets go of a leg that gave no sound for a while.
        world.loop.call_soon_threadsafe(world.live.legs[call].close)
        page.until("document.querySelector('#doing').innerText.includes('lost')")
        page.until("document.querySelector('#doing').innerText === 'Connected'")
        assert world.live.ears[call] is not first and len(world.live.streams) == 2
        page.press("m")
        assert page.evaluate("document.querySelector('#mute').getAttribute('aria-pressed')") == "true"
        page.press("5")
        second = world.live.ears[call]
        page.until("document.querySelector('#doing').innerText.startsWith('Muted')")
        world.wait(lambda: ("digit", "5") in second.heard)
        world.wait(lambda: second.frames[-3:] == [bytes(640)] * 3)
        world.live.returns = 0
        world.loop.call_soon_threadsafe(world.break_browsers)
        page.until("document.body.dataset.state === 'over'", 15)
        assert "the call is over by now" in page.text("#trouble")
        assert page.text("#start") == "Talk again"

    in_browser(tmp_path, look, *FAKE)


# ── a whole call ─────────────────────────────────────────────────────────────────────────────────────────────────────

LISTEN = (WORLD / "talk_ear.js").read_text()
TAKEN = "takenSound()"


async def spoken(path: Path, *line: str | float) -> None:
    """What the caller says, in the local voice, with pauses in seconds."""
    says, voice = await local_voice()
    pieces = [
        np.zeros(round(8000 * one), np.int16) if isinstance(one, float)
        else decode_ulaw(await says.say([one], Utterance()))
        for one in line
    ]  # fmt: skip
    await voice.close()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.concatenate(pieces).astype("<i2").tobytes())


async def understood(samples: NDArray[np.int16], rate: int) -> str:
    """What the local transcriber hears in it."""
    length = len(samples) * 8000 // rate
    # The page's sound has nothing above 8000 Hz; a mean over 125 us is enough of a filter for a transcriber.
    smooth = np.convolve(samples, np.ones(rate // 8000) / (rate // 8000), "same")
    narrow = np.interp(np.arange(length) * rate / 8000, np.arange(len(smooth)), smooth).astype(np.int16)
    audio = encode_ulaw(narrow)
    words: list[str] = []
    done = asyncio.Event()

    def post(event: TranscriberEvent) -> None:
        if isinstance(event, TranscriptFinal):
            words.append(event.text)
            done.set()

    store = need_models("whisper-base")
    async with open_transcriber(store.path, post) as transcriber, asyncio.timeout(30):
        for at in range(0, len(audio) - 160, 160):
            transcriber.hear(audio[at : at + 160])
        transcriber.finalize(len(audio) / 8000)
        await done.wait()
    return " ".join(words)


@contextmanager
def talking(folder: Path, *options: str) -> Iterator[str]:
    """`offhook talk` as a person runs it, with the sample agent; the address that it prints."""
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "OFFHOOK_DATA_DIR": str(folder / "data"),
        "OFFHOOK_MODEL_DIR": str(Settings.from_environment().model_dir), "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    command = [sys.executable, "-u", "-m", "offhook", "talk", str(example("harbour-hotel/agent.yaml"))]
    with subprocess.Popen(
        [*command, "--port", "0", "--no-open", *options], env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            lines: list[str] = []
            for line in process.stdout:
                lines.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\d+/talk#\S+", line):
                    yield found[0]
                    process.terminate()
                    assert process.wait(20) == 0, "it ends in order"
                    return
            pytest.fail("it ended before the page was there:\n" + "".join(lines))
        finally:
            process.kill()


def test_one_talks_to_the_sample_agent_and_hears_it(tmp_path: Path) -> None:
    need_models("silero-vad", "smart-turn", "whisper-base")
    voice = tmp_path / "caller.wav"
    line = (6.0, "Hi, what time is breakfast?", 10.5, "That is all, thank you. Goodbye.", 20.0)
    asyncio.run(spoken(voice, *line))
    capture = f"--use-file-for-fake-audio-capture={voice}%noloop"
    with talking(tmp_path) as address, browsing(tmp_path, *FAKE, capture, prelude=LISTEN) as page:
        page.look(768, 1000, dark=False)
        page.go(address)
        page.until(READY)
        assert page.text("#agent") == "harbour-hotel"
        page.click("#start")
        page.until("document.body.dataset.state === 'talking'", 15)
        page.until("document.querySelectorAll('.gap').length > 0", 25)
        page.until("document.body.dataset.state === 'over'", 40)
        shown = page.text("#feed")
        assert "Hello, this is the Harbour Hotel" in shown
        assert re.search(r"You\s+.*breakfast", shown)
        assert "Breakfast is served from 7 to 10:30" in shown
        gaps = [int(found) for found in re.findall(r"(\d+) ms: waited", shown)]
        assert gaps and all(gap > 0 for gap in gaps)
        assert "The agent ended the call." in page.text("#ending")
        assert "gap: last" in page.text("#numbers")
        assert page.evaluate("document.querySelectorAll('.open').length") == 0
        assert page.evaluate("document.querySelector('#trouble').hidden"), page.text("#trouble")
        # The test's own ear is of an old kind.
        assert [one for one in page.troubles if "ScriptProcessorNode" not in one] == []
        taken = page.evaluate(TAKEN)
    sound = np.frombuffer(base64.b64decode(taken["audio"]), np.int16)
    heard = asyncio.run(understood(sound, taken["rate"])).lower()
    assert "breakfast" in heard and ("harbo" in heard or "goodbye" in heard), heard
    (folder,) = (tmp_path / "data/calls").iterdir()
    measured = list(read_lines(folder / "journal.jsonl"))
    assert measured, "the call is kept like any other"
    with wave.open(str(folder / "recording.wav")) as recording:
        assert (recording.getframerate(), recording.getnchannels()) == (16_000, 2)
