"""One harmless exchange with a provider, through the adapter that calls use. Costs fractions of a cent."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Final, cast

from offhook import clock
from offhook.core.events import TranscriptFinal
from offhook.core.formats import FRAME_S, TELEPHONE
from offhook.errors import ProviderTimeout, ProviderUnavailable
from offhook.live.clip import HELLO, SILENCE, hello, length_s
from offhook.live.purse import tokens_of
from offhook.live.question import Asking, Probe
from offhook.speech.fallback import LlmBlock
from offhook.speech.ports import (
    LanguageModel,
    Message,
    ModelRequest,
    ProviderConfig,
    SpeechToText,
    SpokenAudio,
    TextDelta,
    ToolCall,
    TranscriberEvent,
    Usage,
    Voice,
)
from offhook.speech.registry import Kind, Port, create_alone

PROBE_S: Final = 30.0
PROVIDERS: Final = logging.getLogger("offhook.providers")
ADVICE: Final = "calls do the same; set in the agent's file what it names, and it is not refused first"
WORD: Final = "Hello."
FEW_TOKENS: Final = 32
"""Enough for a word, and not for a model's thoughts."""
SHOWN: Final = 40
BEHIND_FRAMES: Final = 10
"""Silence behind the last word, before a transcriber is asked: as much as a call needs to hear it."""
NEAR_S: Final = 0.1
SHORTEST_WORD_S: Final = 0.1
QUIET: Final = frozenset((0xFF, 0x7F))
"""Mu-law's zeros."""
SYSTEM: Final = "This is a test of the line before any call is taken."
ASKED: Final = "Say the one word: yes. Use no tool."


async def probe(asking: Asking) -> Probe:
    """Ask once and judge what comes. Raises an `OffhookError`, also when nothing comes."""
    told = _Told()
    try:
        async with asyncio.timeout(PROBE_S):
            with told:
                found = await _probe(asking)
    except TimeoutError as error:
        raise ProviderTimeout(f"no end within {PROBE_S:g} s", provider=asking.subject.vendor) from error
    return replace(found, note=found.note or told.line, advice=found.advice or (ADVICE if told.line else ""))


class _Told(logging.Handler):
    """Keeps the last warning about providers: one that was put right by itself, and would be in a server's log."""

    line = ""

    def __enter__(self) -> None:
        PROVIDERS.addHandler(self)

    def __exit__(self, *_: object) -> None:
        PROVIDERS.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            self.line = " ".join(record.getMessage().removeprefix("! ").split())


async def _probe(asking: Asking) -> Probe:
    match asking.subject.kind:
        case Kind.STT:
            return await hear(asking)
        case Kind.LLM:
            return await think(asking)
        case Kind.TTS:
            return await speak(asking)
        case None:
            return await carrier(asking)


async def carrier(asking: Asking) -> Probe:
    """Read the account."""
    assert asking.account is not None
    begun_at = clock.now()
    found = await asking.account.account()
    if found.status != "active":
        raise ProviderUnavailable(f"the account is {found.status or 'of no known state'}; see Twilio's console")
    note = "a trial account calls and is called by verified numbers only" if found.type == "Trial" else ""
    return Probe(f"the account is active ({found.type})", clock.now() - begun_at, note)


# ── thinking ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def think(asking: Asking) -> Probe:
    """A word of the model, with the agent's tools: some models think, or refuse tools, only then."""
    own = int(asking.config.model_dump().get("max_tokens", FEW_TOKENS))
    few = min(FEW_TOKENS, own)
    try:
        said, first_s = await _ask_model(asking, few)
    except ProviderUnavailable as error:
        # It may have thought with all of them, which calls would not mind.
        if few == own or "max_tokens" not in str(error):
            raise
        said, first_s = "", 0.0
    note = ""
    if not said and few < own:
        said, first_s = await _ask_model(asking, own)
        note = f"it spent {few} tokens before its first word: it thinks before it speaks"
    if not said:
        raise ProviderUnavailable("neither a word nor a tool came; take another model")
    config = asking.config
    if isinstance(config, LlmBlock) and first_s > config.first_token_timeout_s:
        note = f"the next of the list is asked after {config.first_token_timeout_s:g} s already"
    return Probe(f"said {said[:SHOWN]!r}", first_s, note, "take a model that answers at once" if note else "")


async def _ask_model(asking: Asking, most: int) -> tuple[str, float]:
    """What it said and when it began to; the name of a tool counts as a word."""
    config = asking.config.model_copy(update={"max_tokens": most})
    request = ModelRequest((Message("system", SYSTEM), Message("user", ASKED)), asking.tools)
    size = sum(tokens_of(f"{tool.name} {tool.told} {tool.parameters}") for tool in asking.tools) + 200
    model_name = str(config.model_dump().get("model", ""))
    thought = asking.purse.think(asking.subject.vendor, model_name, size, most)
    said, begun_at, first_at = "", clock.now(), float("inf")
    async with _opened(asking, config) as port, aclosing(cast("LanguageModel", port).stream(request)) as outputs:
        async for output in outputs:
            match output:
                case TextDelta(text=text):
                    said += text
                case ToolCall(name=name):
                    said = said or f"{name}()"
                case Usage():
                    thought.took(output)
                case _:
                    pass
            if said:
                first_at = min(first_at, clock.now())
    return " ".join(said.split()), first_at - begun_at


# ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def speak(asking: Asking) -> Probe:
    """A short word of the voice, which has to be sound."""
    asking.purse.speak(WORD)
    async with _opened(asking) as port:
        audio, begun_at, first_s = b"", clock.now(), 0.0
        async with aclosing(cast("Voice", port).synthesize(WORD)) as outputs:
            async for output in outputs:
                if isinstance(output, SpokenAudio) and output.audio:
                    first_s = first_s or clock.now() - begun_at
                    audio += output.audio
    length_s = TELEPHONE.seconds(len(audio))
    if length_s < SHORTEST_WORD_S:
        raise ProviderUnavailable(f"{length_s:.2f} s of sound came for {WORD!r}; try another voice")
    if QUIET.issuperset(audio):
        raise ProviderUnavailable(f"silence came for {WORD!r}; try another voice")
    return Probe(f"said {WORD!r} in {length_s:.1f} s of sound", first_s)


# ── hearing ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def hear(asking: Asking) -> Probe:
    """A sentence is said to the transcriber, which is asked for it behind the last word; its words have to come."""
    async with _opened(asking) as port:
        stt = cast("SpeechToText", port)
        if stt.format != TELEPHONE:
            raise ProviderUnavailable("it takes another audio than the telephone's, and cannot be tried so")
        heard, latency_s = await _transcribe(asking, stt)
    if heard:
        return Probe(f"heard {heard[:SHOWN]!r}", latency_s)
    if not asking.setup.language.lower().startswith("en"):
        note = f"no words came, but the clip is English and the agent's language is {asking.setup.language}"
        return Probe("answered", latency_s, note, "call the agent yourself")
    raise ProviderUnavailable(f"heard no word of {HELLO!r}; check stt.language and stt.model")


async def _transcribe(asking: Asking, stt: SpeechToText) -> tuple[str, float]:
    """What it heard, and how long after the question the final came."""
    words: list[str] = []
    whole = asyncio.Event()
    frames = (*hello(), *(SILENCE,) * BEHIND_FRAMES)
    asked_s = length_s(frames)

    def post(event: TranscriberEvent) -> None:
        if isinstance(event, TranscriptFinal):
            words.append(event.text)
            if event.to_s >= asked_s - NEAR_S:
                whole.set()

    transcriber = stt.transcriber(post)
    serving = asyncio.create_task(transcriber.run())

    async def talk() -> float:
        for frame in frames:
            await _say(frame)
        asked_at = clock.now()
        transcriber.finalize(asked_s)
        # A line is never without sound, and some end a turn by what they hear of its silence.
        while not whole.is_set():
            await _say(SILENCE)
        return clock.now() - asked_at

    async def _say(frame: bytes) -> None:
        asking.purse.hear(FRAME_S)
        transcriber.hear(frame)
        # At the pace of a caller: vendors throttle what comes faster.
        await asyncio.sleep(asking.waits.frame_s)

    talking = asyncio.create_task(talk())
    try:
        limit_s = asking.waits.answer_s + asked_s
        done, _ = await asyncio.wait((serving, talking), timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise ProviderTimeout(f"no transcript within {asking.waits.answer_s:g} s")
        if serving in done:
            serving.result()
            raise ProviderUnavailable("the transcriber ended")
        return " ".join(" ".join(words).split()), talking.result()
    finally:
        for task in (serving, talking):
            task.cancel()
        await asyncio.gather(serving, talking, return_exceptions=True)


@asynccontextmanager
async def _opened(asking: Asking, config: ProviderConfig | None = None) -> AsyncIterator[Port]:
    """The adapter of the block, alone and ready."""
    kind = asking.subject.kind
    assert kind is not None
    port = create_alone(kind, config or asking.config, asking.setup)
    try:
        await port.prepare()
        yield port
    finally:
        await port.close()
