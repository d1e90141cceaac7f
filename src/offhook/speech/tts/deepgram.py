"""Deepgram's Aura voices over its speak socket (`/v1/speak`): mu-law as the line wants it; Aura tells no word times.

A socket says one segment at a time. It takes 20 flushes and 2400 characters a minute, so that a busy one is replaced
by a fresh one before it says no. https://developers.deepgram.com/docs/tts-websocket
"""

from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

import msgspec
from pydantic import Field

from offhook.errors import ProviderUnavailable
from offhook.speech.ports import ProviderConfig, Setup, SpokenAudio
from offhook.speech.vendor_block import BaseUrl, key_of, socket_url
from offhook.speech.voice_dialect import Terms, VoiceDialect
from offhook.speech.voice_segment import Segment
from offhook.speech.voice_socket import SocketVoice
from offhook.speech.voice_words import speaker
from offhook.speech.websocket import Endpoint

NAME: Final = "deepgram"
KEYS: Final = ("DEEPGRAM_API_KEY",)
LONGEST_TEXT: Final = 2000
"""Characters of one `Speak` message: https://developers.deepgram.com/docs/tts-websocket#limits"""
MOST_FLUSHES: Final = 18
"""In a minute on one socket. From the 20th on the vendor only warns, and says nothing."""
MOST_LETTERS: Final = 2400
"""In a minute on one socket; then the vendor closes it."""
FEWEST_LETTERS: Final = 600
"""No plan has less."""
TOO_MANY_LETTERS: Final = "DATA-0001"
"""https://developers.deepgram.com/docs/tts-troubleshooting-websocket-net-and-data-errors"""
WINDOW_S: Final = 60.0
FLUSH: Final = '{"type":"Flush"}'
CLEAR: Final = '{"type":"Clear"}'
CLOSE: Final = '{"type":"Close"}'


class Config(ProviderConfig):
    """The `tts` block of an agent that speaks with Deepgram Aura. The key is in `DEEPGRAM_API_KEY`."""

    provider: Literal["deepgram"] = "deepgram"
    model: Annotated[
        str,
        Field(pattern=r"^aura-[A-Za-z0-9._-]{1,100}$", description="Voice and language, such as aura-2-thalia-en."),
    ] = "aura-2-thalia-en"
    speed: Annotated[float, Field(ge=0.7, le=1.5, description="1 is the voice's own pace; more is faster.")] = 1.0
    mip_opt_out: Annotated[bool, Field(description="Keep the text out of Deepgram's training; costs more.")] = False
    spell_out: Annotated[
        bool,
        Field(description="Numbers, dates and amounts are given to the vendor as words; else it reads them itself."),
    ] = False
    most_sockets: Annotated[
        int,
        Field(ge=1, le=64, description="Sockets for all calls of this agent, one segment on each: your plan's number."),
    ] = 64
    base_url: Annotated[BaseUrl, Field(max_length=300, description="Address of Deepgram, its region or your own.")] = (
        "https://api.deepgram.com"
    )


def create(config: Config, setup: Setup) -> "AuraVoice":
    """The voice of an agent. Raises `ConfigurationError`."""
    key = key_of(setup, *KEYS)
    endpoint = Endpoint(
        provider=NAME, url=f"{socket_url(config.base_url)}/v1/speak?{query(config)}",
        headers={"Authorization": f"Token {key}"}, secret=key,
        reason_header="dg-error", request_header="dg-request-id",
    )  # fmt: skip
    # An hour is the vendor's bound for a socket.
    terms = Terms(segments_per_socket=1, spare=1, most_sockets=config.most_sockets, idle_s=600.0, age_s=3300.0)
    allowance = Allowance()
    speak = speaker(setup, spell_out=config.spell_out)
    return AuraVoice(SocketVoice(endpoint, terms, lambda: SpeakDialect(endpoint, allowance), speak))


def query(config: Config) -> str:
    """The query of the socket's address: https://developers.deepgram.com/reference/text-to-speech/speak-streaming"""
    fields = [("model", config.model), ("encoding", "mulaw"), ("sample_rate", "8000")]
    fields += [("speed", f"{config.speed:g}")] if config.speed != 1.0 else []
    fields += [("mip_opt_out", "true")] if config.mip_opt_out else []
    return urlencode(fields)


def parts_of(text: str) -> Iterator[str]:
    """The text in parts that the vendor takes at once, cut between words where there are any."""
    words = text.split(" ")
    part = words[0]
    for word in words[1:]:
        if len(part) + 1 + len(word) > LONGEST_TEXT:
            yield from _cut(part)
            part = word
        else:
            part = f"{part} {word}"
    yield from _cut(part)


def _cut(part: str) -> Iterator[str]:
    for at in range(0, len(part), LONGEST_TEXT):
        yield part[at : at + LONGEST_TEXT]


class AuraVoice:
    """The port (`offhook.speech.ports.Voice`): a text too long for the vendor is said in parts."""

    def __init__(self, sockets: SocketVoice) -> None:
        self._sockets = sockets

    def __repr__(self) -> str:
        return f"<AuraVoice {self._sockets!r}>"

    async def prepare(self) -> None:
        """Open a first socket. Raises `ProviderError`."""
        await self._sockets.prepare()

    async def synthesize(self, text: str) -> AsyncGenerator[SpokenAudio, None]:
        """The segment's audio as it comes. Raises `ProviderError`."""
        for part in parts_of(text):
            async with aclosing(self._sockets.synthesize(part)) as pieces:
                async for piece in pieces:
                    yield piece

    async def close(self) -> None:
        """Close all sockets."""
        await self._sockets.close()


# ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Message(msgspec.Struct, frozen=True):
    """All that matters of any text message."""

    type: object = ""
    code: object = None
    description: object = None


_DECODER: Final = msgspec.json.Decoder(_Message)


class Allowance:
    """How many characters a minute a socket takes, as all sockets of a voice have learned."""

    def __init__(self) -> None:
        self.letters = MOST_LETTERS

    def lower(self, letters: int) -> None:
        """So many were taken, and no more."""
        self.letters = max(FEWEST_LETTERS, min(self.letters, letters))


class SpeakDialect(VoiceDialect):
    """What is said on one `/v1/speak` socket."""

    def __init__(self, endpoint: Endpoint, allowance: "Allowance | None" = None) -> None:
        super().__init__(endpoint)
        self._allowance = allowance or Allowance()
        self._segment: Segment | None = None
        self._is_clearing = False
        self._may_be_stale = False
        """A segment was left: the end of its flush may still be told after that of its clearing."""
        self._asked: deque[tuple[float, int]] = deque()
        """When how many characters were sent, in the last minute."""

    def takes(self, letters: int, at: float) -> bool:
        """Whether the minute's flushes and characters allow for it."""
        while self._asked and self._asked[0][0] <= at - WINDOW_S:
            self._asked.popleft()
        asked = sum(count for _, count in self._asked)
        return len(self._asked) < MOST_FLUSHES and (
            asked + max(letters, 1) <= self._allowance.letters or not self._asked
        )

    def begin(self, segment: Segment, at: float) -> Iterable[str]:
        """Text and flush."""
        text = segment.spoken.said
        self._segment = segment
        self._asked.append((at, len(text)))
        return [msgspec.json.encode({"type": "Speak", "text": part}).decode() for part in parts_of(text)] + [FLUSH]

    def cancel(self, segment: Segment) -> Iterable[str]:
        """Until the vendor has cleared its buffers, audio may still come, and nothing says of what."""
        self._is_clearing = self._may_be_stale = True
        return [CLEAR]

    def forget(self, segment: Segment) -> None:
        """Nothing: the socket is closed, for what comes on it has no name."""

    def goodbye(self) -> str | None:
        """So that the rest is not made, nor paid."""
        return CLOSE

    def received(self, message: str | bytes, at: float) -> Iterable[str]:
        """Audio, or one message."""
        segment = self._segment
        if isinstance(message, bytes):
            if segment is not None:
                segment.add(message, at)
            return ()
        said = self.read(_DECODER, message)
        words = ": ".join(str(part) for part in (said.code, said.description) if part)
        if said.type == "Flushed":
            self._flushed()
        elif said.type == "Cleared" and self._is_clearing:
            self._is_clearing, self._segment = False, None
            if segment is not None:
                segment.end()
        elif said.type == "Warning" and "flush" in words.lower() and segment is not None and not segment.size:
            # It will not say this text; on another socket it would.
            raise self.problem(ProviderUnavailable, f"warns: {words}")
        elif said.type == "Error":
            raise self.problem(ProviderUnavailable, f"error {words}")
        return ()

    def ended(self, error: BaseException) -> None:
        """Too many characters: this account's limit is lower than the published one."""
        if TOO_MANY_LETTERS in str(error) and len(self._asked) > 1:
            self._allowance.lower(sum(count for _, count in self._asked) - self._asked[-1][1])

    def _flushed(self) -> None:
        segment = self._segment
        if self._is_clearing:
            self._may_be_stale = False  # It is told already.
        elif self._may_be_stale and segment is not None and not segment.size:
            self._may_be_stale = False
        elif segment is not None:
            self._segment = None
            segment.end()
