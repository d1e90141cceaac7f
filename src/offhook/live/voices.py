"""What is asked of the voices' vendors: ElevenLabs, Cartesia and Azure."""

from contextlib import AsyncExitStack
from typing import Any, Final, cast
from xml.sax.saxutils import quoteattr

from offhook.live.question import Asking, Came, Question, came
from offhook.live.wire import HandshakeRefused, Message, SocketClosed, Talk
from offhook.speech.registry import Kind
from offhook.speech.tts import azure, cartesia, elevenlabs

CONTEXTS: Final = 3
LONG: Final = (
    "We are open from nine until six on weekdays, and from ten until two on Saturdays. On Sundays we are closed."
)
YES: Final = "Ja."
LATER: Final = "You can park behind the shop for free."
SPELLINGS: Final = ("contextId", "context_id")
LENGTHS: Final = ("charDurationsMs", "charsDurationsMs")
OK: Final = 200
REFUSED: Final = 400


# ── ElevenLabs ───────────────────────────────────────────────────────────────────────────────────────────────────


async def spelling(asking: Asking) -> Came:
    """Specification and wire differed on both names."""
    async with asking.wire.socket(_contexts(asking)) as talk:
        await _say(asking, talk, "s1", "Hello there.")
        await talk.until(_is_final, asking.waits.answer_s)
    messages = [Message(heard).fields for heard in talk.heard]
    ids = [name for name in SPELLINGS if any(name in fields for fields in messages)]
    alignments = [fields[name] for fields in messages for name in ("alignment", "normalizedAlignment")
                  if isinstance(fields.get(name), dict)]  # fmt: skip
    lengths = [name for name in LENGTHS if any(name in alignment for alignment in alignments)]
    text = f"{' and '.join(ids) or 'no id'}; {' and '.join(lengths) or 'no lengths'}"
    return came(text, (ids, lengths) == ([SPELLINGS[0]], [LENGTHS[0]]))


async def final_after_close(asking: Asking) -> Came:
    """A segment whose end never comes holds its place until it is given up."""
    async with asking.wire.socket(_contexts(asking)) as talk:
        names = [f"s{number}" for number in range(1, CONTEXTS + 1)]
        for name in names:
            await _say(asking, talk, name, "Hello there.")
        waiting = set(names)

        def is_over(said: Message) -> bool:
            if _is_final(said):
                waiting.discard(_context(said))
            return not waiting

        await talk.until(is_over, asking.waits.answer_s)
    sound = {_context(said) for said in map(Message, talk.heard) if said.fields.get("audio")}
    text = f"{CONTEXTS - len(waiting)} of {CONTEXTS} contexts were called final, {len(sound)} had audio"
    return came(text, not waiting and len(sound) == CONTEXTS)


async def elevenlabs_at_once(asking: Asking) -> Came:
    """Each socket says a word at the same time as all others."""
    count = asking.waits.connections
    async with AsyncExitStack() as stack:
        talks: list[Talk] = []
        for number in range(count):
            try:
                talks.append(await stack.enter_async_context(asking.wire.socket(_contexts(asking))))
            except HandshakeRefused as refused:
                return came(f"handshake {number + 1} was refused: {refused}", is_expected=False)
        for talk in talks:
            await _say(asking, talk, "s1", "Yes.")
        codes = [code for talk in talks if (code := await _refusal(asking, talk))]
    if not codes:
        return came(f"{count} sockets spoke at once, none was refused; more were not tried")
    is_known = all(code.partition(" ")[0] in elevenlabs.CROWDED for code in codes)
    return came(f"{len(codes)} of {count} were refused: {codes[0]}", is_known)


async def _refusal(asking: Asking, talk: Talk) -> str:
    """How a socket was refused its word; empty when it was said."""
    try:
        said = await talk.until(lambda said: _is_final(said) or "error" in said.fields, asking.waits.answer_s)
        if said is None or "error" not in said.fields:
            return "" if said is not None else "no answer"
        closed = await talk.closes(1.0)
    except SocketClosed as error:
        return str(error)
    return asking.wire.safe(f"{said.fields['error']} ({closed or 'still open'})")


def _contexts(asking: Asking) -> str:
    config = cast("elevenlabs.Config", asking.config)
    return f"v1/text-to-speech/{config.voice}/multi-stream-input?{elevenlabs.query(config, asking.setup)}"


async def _say(asking: Asking, talk: Talk, context: str, text: str) -> None:
    asking.purse.speak(text)
    await talk.say(
        {"text": " ", "context_id": context},
        {"text": f"{text} ", "context_id": context},
        {"context_id": context, "flush": True},
        {"context_id": context, "close_context": True},
    )


def _is_final(said: Message) -> bool:
    return bool(said.fields.get("isFinal") or said.fields.get("is_final"))


def _context(said: Message) -> str:
    return str(said.fields.get(SPELLINGS[0]) or said.fields.get(SPELLINGS[1]) or "")


# ── Cartesia ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def cancel(asking: Asking) -> Came:
    """A context is cancelled while it is being said; another one follows on the same socket."""
    common = cartesia.request(cast("cartesia.Config", asking.config), asking.setup)
    asking.purse.speak(LONG + LATER)
    async with asking.wire.socket("tts/websocket") as talk:
        await talk.say({**common, "context_id": "s1", "transcript": LONG})
        if await talk.until(lambda said: said.fields.get("type") == "chunk", asking.waits.answer_s) is None:
            return came("no audio came", is_expected=False)
        await talk.say({"context_id": "s1", "cancel": True}, {**common, "context_id": "s2", "transcript": LATER})
        before = len(talk.heard)
        ended = await talk.until(lambda said: _ends(said, "s2"), asking.waits.answer_s)
    later = [Message(heard).fields for heard in talk.heard[before:]]
    kinds = [str(fields.get("type")) for fields in later if fields.get("context_id") == "s1"]
    errors = [fields for fields in later if fields.get("type") == "error"]
    text = f"{kinds.count('chunk')} more chunks of it came, {'a' if 'done' in kinds else 'no'} done"
    text += f", {len(errors)} errors; the next context {'was said' if ended else 'was not said'}"
    is_said = ended is not None and ended.fields.get("type") == "done"
    return came(text, is_said and not errors)


def _ends(said: Message, context: str) -> bool:
    return said.fields.get("context_id") == context and said.fields.get("type") in ("done", "error")


# ── Azure ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def content_type(asking: Asking) -> Came:
    """Any audio type is taken, and octet-stream."""
    answer = await _synthesize(asking, asking.setup.language)
    if answer[0] != OK:
        return came(f"HTTP {answer[0]}", is_expected=False)
    return came(answer[1] or "none", answer[1].startswith("audio/"))


async def language_alone(asking: Asking) -> Came:
    """Microsoft writes locales throughout; owners write `language: de`."""
    status, kind, size = await _synthesize(asking, "de")
    return came(f"HTTP {status}, {size} bytes of {kind or 'nothing'}", status == REFUSED)


async def _synthesize(asking: Asking, language: str) -> tuple[int, str, int]:
    asking.purse.speak(YES)
    voice = quoteattr(str(asking.config.model_dump()["voice"]))
    document = (
        f'<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang={quoteattr(language)}>'
        f"<voice name={voice}><lang xml:lang={quoteattr(language)}>{YES}</lang></voice></speak>"
    )
    headers = {"Content-Type": "application/ssml+xml", "X-Microsoft-OutputFormat": azure.FORMAT}
    answer = await asking.wire.post("cognitiveservices/v1", document.encode(), headers)
    return answer.status, answer.kind, len(answer.body)


_ELEVENLABS: Final[dict[str, Any]] = {"vendor": "ElevenLabs", "kind": Kind.TTS}
_AZURE: Final[dict[str, Any]] = {"vendor": "Azure Speech", "kind": Kind.TTS}
QUESTIONS: Final = (
    Question(
        **_ELEVENLABS, name="elevenlabs-spelling", ask=spelling,
        text="How are the context's id and the letters' lengths spelled?",
        expected=f"{SPELLINGS[0]}; {LENGTHS[0]} (the others are read as well)",
    ),
    Question(
        **_ELEVENLABS, name="elevenlabs-final", ask=final_after_close,
        text="Does isFinal come after close_context, also where it is sent in one breath with the text?",
        expected=f"for {CONTEXTS} of {CONTEXTS} contexts, each with audio",
    ),
    Question(
        **_ELEVENLABS, name="elevenlabs-concurrency", ask=elevenlabs_at_once,
        text="What does a socket say when the account speaks too often at once?",
        expected=f"nothing, or one of the codes that are waited for: {', '.join(sorted(elevenlabs.CROWDED))}",
    ),
    Question(
        name="cartesia-cancel", vendor="Cartesia", kind=Kind.TTS, ask=cancel,
        text=f"What follows a cancel in version {cartesia.VERSION}, and does the next context speak?",
        expected="chunks of it or none, a done or none, no error, and the next context is said",
    ),
    Question(
        **_AZURE, name="azure-content-type", ask=content_type,
        text="Of which content type is raw mu-law?", expected="audio/…",
    ),
    Question(
        **_AZURE, name="azure-language-alone", ask=language_alone,
        text='Is xml:lang="de", without a region, taken?',
        expected="HTTP 400: Offhook makes a locale of it, such as de-DE",
    ),
)  # fmt: skip
