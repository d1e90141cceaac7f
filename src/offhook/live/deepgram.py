"""What is asked of Deepgram: its ears (Nova, Flux) and its voices (Aura, Flux)."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final, cast
from urllib.parse import urlencode

from offhook import clock
from offhook.core.formats import TELEPHONE
from offhook.errors import ProviderUnavailable
from offhook.live.clip import SILENCE, hello, length_s, number
from offhook.live.question import Asking, Came, Question, came
from offhook.live.wire import HandshakeRefused, Message, SocketClosed, Talk
from offhook.speech.registry import Kind
from offhook.speech.tts import deepgram as tts

VENDOR: Final = "Deepgram"
NOVA: Final = (
    ("model", "nova-3"), ("language", "en"), ("encoding", "mulaw"), ("sample_rate", "8000"), ("channels", "1"),
    ("interim_results", "true"), ("endpointing", "false"), ("punctuate", "true"),
)  # fmt: skip
FLUX: Final = (("model", "flux-general-en"), ("encoding", "mulaw"), ("sample_rate", "8000"))
FLUX_VOICE: Final = (("model", "flux-haley-en"), ("encoding", "mulaw"), ("sample_rate", "8000"))
NEAR_S: Final = 0.1
KEEP_ALIVES: Final = 3
PLAN_SOCKETS: Final = 5
"""Of Aura, on the smallest plan in 2025."""
STEP_S: Final = 0.5
TAIL: Final = (SILENCE,) * 25
"""Half a second behind the words: who speaks on the telephone stops, too."""
SAID: Final = "Thank you for calling, we are open until six today."


# ── ears ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def finalize_position(asking: Asking) -> Came:
    """The answer to a question must reach to the place that was asked about."""
    async with asking.wire.socket(f"v1/listen?{urlencode(NOVA)}") as talk:
        sent_s = await _say(asking, talk, (*hello(), *TAIL))
        await talk.say({"type": "Finalize"})
        answer = await talk.until(lambda said: bool(said.fields.get("from_finalize")), asking.waits.answer_s)
        await talk.say({"type": "CloseStream"})
    if answer is None:
        return came("no result with from_finalize came", is_expected=False)
    end_s = float(answer.fields["start"]) + float(answer.fields["duration"])
    text = f"it ends at {end_s:.2f} s, and {sent_s:.2f} s were sent (the words end at {length_s(hello()):.2f} s)"
    return came(text, abs(end_s - sent_s) <= NEAR_S)


async def keep_alive_alone(asking: Asking) -> Came:
    """No audio at all, as on a call that is on hold from its beginning."""
    async with asking.wire.socket(f"v1/listen?{urlencode(NOVA)}") as talk:
        for _ in range(KEEP_ALIVES):
            await talk.say({"type": "KeepAlive"})
            if closed := await talk.closes(asking.waits.keep_alive_s):
                return came(f"it was {closed}", is_expected=False)
    return came(f"it stayed open for {KEEP_ALIVES * asking.waits.keep_alive_s:g} s")


async def numbers(asking: Asking) -> Came:
    """The adapter's own choice of `smart_format`, with `no_delay` and without."""
    heard = []
    for more in ({"smart_format": "true"}, {"smart_format": "true", "no_delay": "true"}):
        async with asking.wire.socket(f"v1/listen?{urlencode({**dict(NOVA), **more})}") as talk:
            await _say(asking, talk, (*number(), *TAIL))
            await talk.say({"type": "Finalize"})
            await talk.until(lambda said: bool(said.fields.get("from_finalize")), asking.waits.answer_s)
            await talk.say({"type": "CloseStream"})
        finals = [fields for fields in (Message(said).fields for said in talk.heard) if fields.get("is_final")]
        heard.append(" ".join(_transcript(fields) for fields in finals).strip())
    formatted, at_once = (any(sign.isdigit() for sign in text) for text in heard)
    text = f"without no_delay {heard[0][:80]!r}, with it {heard[1][:80]!r}"
    return came(text, formatted and not at_once)


async def phone_model(asking: Asking) -> Came:
    """A model that older agents name."""
    fields = {**dict(NOVA), "model": "nova-2-phonecall", "language": "en-US"}
    return await _is_accepted(asking, f"v1/listen?{urlencode(fields)}")


async def listeners_at_once(asking: Asking) -> Came:
    """Sockets that are only opened cost nothing."""
    opened, refused = await _open_many(asking, f"v1/listen?{urlencode(NOVA)}")
    return came(_counted(opened, refused), opened >= asking.waits.connections)


async def flux_mulaw(asking: Asking) -> Came:
    """Frames of 20 ms, where the vendor's examples send 80 ms."""
    async with asking.wire.socket(f"v2/listen?{urlencode(FLUX)}") as talk:
        await _say(asking, talk, (*hello(), *TAIL))
        answer = await _until_silent(asking, talk, lambda said: bool(said.fields.get("transcript")))
        if answer is None:
            return came("no transcript came", is_expected=False)
        await talk.say({"type": "CloseStream"})
    return came(f"{answer.fields.get('event')}: {str(answer.fields['transcript'])[:60]!r}")


async def flux_force_end(asking: Asking) -> Came:
    """With a turn in progress, since it is ignored without one."""
    async with asking.wire.socket(f"v2/listen?{urlencode([*FLUX, ('eot_threshold', '0.9')])}") as talk:
        await _say(asking, talk, hello())
        await talk.say({"type": "ForceEndTurn"})

        def is_answer(said: Message) -> bool:
            return said.fields.get("type") == "Error" or said.fields.get("event") == "EndOfTurn"

        answer = await _until_silent(asking, talk, is_answer)
        if answer is None:
            return came("neither an EndOfTurn nor an Error came", is_expected=False)
        if answer.fields.get("type") == "Error":
            return came(f"Error {str(answer.fields.get('code', ''))[:60]}", is_expected=False)
        await talk.say({"type": "CloseStream"})
    return came(f"EndOfTurn, trigger {str(answer.fields.get('trigger', 'not named'))[:40]}")


# ── voices ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def aura_idle(asking: Asking) -> Came:
    """A socket that said something and is kept for the next sentence."""
    asking.purse.speak("Yes.")
    async with asking.wire.socket(_aura(asking)) as talk:
        await talk.say({"type": "Speak", "text": "Yes."}, {"type": "Flush"})
        if await talk.until(lambda said: said.fields.get("type") == "Flushed", asking.waits.answer_s) is None:
            raise ProviderUnavailable("no Flushed came for a word")
        begun_at = clock.now()
        if closed := await talk.closes(asking.waits.idle_s):
            return came(f"after {clock.now() - begun_at:.0f} s of silence it was {closed}", is_expected=False)
    return came(f"still open after {asking.waits.idle_s:g} s of silence")


async def aura_at_once(asking: Asking) -> Came:
    """Sockets that are only opened cost nothing."""
    opened, refused = await _open_many(asking, _aura(asking))
    return came(_counted(opened, refused), opened >= PLAN_SOCKETS)


async def flux_voice_cut_off(asking: Asking) -> Came:
    """The vendor itself would tell what was heard before a barge-in."""
    asking.purse.speak(SAID)
    try:
        async with asking.wire.socket(f"v2/speak?{urlencode(FLUX_VOICE)}") as talk:
            await talk.say({"type": "Speak", "text": SAID}, {"type": "Flush"})
            if await talk.until(lambda said: said.is_audio, asking.waits.answer_s) is None:
                return came("no audio came", is_expected=False)
            await talk.say({"type": "Interrupt", "playback_offset": {"type": "time_ms", "value": 300}})
            wanted = ("SpeechInterrupted", "Warning", "Error")
            answer = await talk.until(lambda said: said.fields.get("type") in wanted, asking.waits.answer_s)
    except HandshakeRefused as refused:
        return came(f"not on this account: {refused}", is_expected=False)
    if answer is None:
        return came("nothing came", is_expected=False)
    fields = answer.fields
    if fields["type"] != "SpeechInterrupted":
        return came(f"{fields['type']} {str(fields.get('code', ''))[:60]}", is_expected=False)
    return came(f"SpeechInterrupted, text_spoken {str(fields.get('text_spoken'))[:60]!r}")


# ── what they share ──────────────────────────────────────────────────────────────────────────────────────────────


async def _say(asking: Asking, talk: Talk, frames: tuple[bytes, ...]) -> float:
    """Say them at the pace of a caller; how long they are."""
    asking.purse.hear(length_s(frames))
    for frame in frames:
        await talk.say(frame)
        await asyncio.sleep(asking.waits.frame_s)
    return length_s(frames)


async def _until_silent(asking: Asking, talk: Talk, is_it: Callable[[Message], bool]) -> Message | None:
    """As `until`, with silence sent meanwhile: Flux hears nothing end where no audio comes."""
    end_at = clock.now() + asking.waits.answer_s
    while clock.now() < end_at:
        if (found := await talk.until(is_it, STEP_S)) is not None:
            return found
        asking.purse.hear(STEP_S)
        await talk.say(TELEPHONE.silence(round(STEP_S * TELEPHONE.bytes_per_s)))
    return None


async def _is_accepted(asking: Asking, path: str) -> Came:
    try:
        async with asking.wire.socket(path):
            return came("it was accepted")
    except HandshakeRefused as refused:
        return came(f"it was refused: {refused}", is_expected=False)


async def _open_many(asking: Asking, path: str) -> tuple[int, str]:
    """How many opened, and how the next one was refused."""
    async with AsyncExitStack() as stack:
        for number in range(asking.waits.connections):
            try:
                await stack.enter_async_context(asking.wire.socket(path))
            except (HandshakeRefused, SocketClosed) as refused:
                return number, str(refused)
    return asking.waits.connections, ""


def _transcript(fields: dict[str, Any]) -> str:
    alternatives = fields.get("channel", {}).get("alternatives") or [{}]
    return str(alternatives[0].get("transcript") or "")


def _counted(opened: int, refused: str) -> str:
    more = f"the next one was refused: {refused}" if refused else "more were not tried"
    return f"{opened} were open at once, {more}"


def _aura(asking: Asking) -> str:
    return f"v1/speak?{tts.query(cast('tts.Config', asking.config))}"


QUESTIONS: Final = (
    Question(
        name="deepgram-finalize-position", vendor=VENDOR, kind=Kind.STT, ask=finalize_position,
        text="Where does the result with from_finalize end?",
        expected="where the audio ends that was sent before Finalize, within 0.1 s",
    ),
    Question(
        name="deepgram-keep-alive", vendor=VENDOR, kind=Kind.STT, ask=keep_alive_alone,
        text="Do KeepAlives alone keep a socket open before the first audio?",
        expected="yes, past the ten seconds after which a silent one is closed",
    ),
    Question(
        name="deepgram-numbers", vendor=VENDOR, kind=Kind.STT, ask=numbers,
        text="Does smart_format write digits when a final is asked for, with and without no_delay?",
        expected="digits without no_delay, words with it",
    ),
    Question(
        name="deepgram-phone-model", vendor=VENDOR, kind=Kind.STT, ask=phone_model,
        text="Is nova-2-phonecall still taken?", expected="yes",
    ),
    Question(
        name="deepgram-listeners", vendor=VENDOR, kind=Kind.STT, ask=listeners_at_once,
        text="How many transcriptions does the plan allow at once?",
        expected="at least a dozen (fifty on the smallest plan in 2025)",
    ),
    Question(
        name="deepgram-flux-mulaw", vendor=VENDOR, kind=Kind.STT, ask=flux_mulaw,
        text="Does Flux take mu-law at 8000 Hz in frames of 20 ms?", expected="yes, and hears the words",
    ),
    Question(
        name="deepgram-flux-force-end", vendor=VENDOR, kind=Kind.STT, ask=flux_force_end,
        text="Does this address know Flux's ForceEndTurn?",
        expected="yes (in the vendor's US data centres since August 2026), an EndOfTurn follows",
    ),
    Question(
        name="aura-idle", vendor=VENDOR, kind=Kind.TTS, ask=aura_idle,
        text="Is an Aura socket closed that is silent for fifty seconds?",
        expected="no; where it is (NET-0001), the next sentence opens another",
    ),
    Question(
        name="aura-connections", vendor=VENDOR, kind=Kind.TTS, ask=aura_at_once,
        text="How many Aura sockets does the plan allow at once?",
        expected=f"at least {PLAN_SOCKETS}; set `most_sockets` to what came",
    ),
    Question(
        name="deepgram-flux-interrupt", vendor=VENDOR, kind=Kind.TTS, ask=flux_voice_cut_off,
        text="Does Flux TTS know Interrupt, and tell what was spoken?",
        expected="SpeechInterrupted with text_spoken (Offhook does not use it yet)",
    ),
)  # fmt: skip
