"""Speech-to-text by Deepgram Nova over its live socket (`/v1/listen`): mu-law as it comes from the line."""

from collections.abc import Callable, Iterator
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from pydantic import Field

from offhook.errors import ConfigurationError
from offhook.speech.ports import ProviderConfig, Setup, TranscriberEvent
from offhook.speech.stt.deepgram_nova import FINALIZE, NAME, NovaDialect
from offhook.speech.stt.level import SoundMeter
from offhook.speech.websocket import Endpoint, Limits, VendorSocket, socket_url

KEYS: Final = ("DEEPGRAM_API_KEY",)
REGIONS: Final = frozenset(
    "en-US en-AU en-GB en-IN en-NZ de-CH es-419 fr-CA nl-BE pt-BR pt-PT da-DK sv-SE ko-KR zh-CN zh-TW zh-HK".split()
)
"""Languages that Deepgram knows with their region; of all others it knows the language alone."""
MOST_TERMS: Final = 100
MOST_TERM_LETTERS: Final = 1500
"""About 500 tokens, Deepgram's bound for all key terms together."""
SHORTEST_KEYWORD: Final = 4
"""A shorter word without a capital would be boosted wherever it might be heard."""

QUIET_FRAMES: Final = 30
"""Silence of more than 0.6 s that waits for the connection is shortened to it: hearing it again would only be late."""


class Config(ProviderConfig):
    """The `stt` block of an agent that hears by Deepgram Nova. The key is in `DEEPGRAM_API_KEY`."""

    provider: Literal["deepgram"] = "deepgram"
    model: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="Such as nova-3, nova-2 or a model of your own."
        ),
    ] = "nova-3"
    base_url: Annotated[str, Field(max_length=300, description="Address of Deepgram, its region or your own.")] = (
        "https://api.deepgram.com"
    )
    language: Annotated[
        str,
        Field(pattern=r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$", description="Empty: the agent's; multi: several."),
    ] = ""
    endpointing_ms: Annotated[
        int, Field(ge=0, le=5000, description="Silence after which Deepgram makes words final by itself; 0: never.")
    ] = 300
    smart_format: Annotated[bool, Field(description="Numbers, dates and amounts as they are written.")] = True
    numerals: Annotated[bool, Field(description="Numbers as digits, also without smart_format.")] = False
    mip_opt_out: Annotated[bool, Field(description="Keep the audio out of Deepgram's training; costs more.")] = False


def create(config: Config, setup: Setup) -> "DeepgramSpeechToText":
    """The port; the key is looked up by `prepare`."""
    return DeepgramSpeechToText(config, setup)


def query(config: Config, setup: Setup) -> str:
    """The query of the socket's address: https://developers.deepgram.com/reference/speech-to-text/listen-streaming"""
    fields = [
        ("model", config.model),
        ("language", _language(config.language or setup.language)),
        ("encoding", "mulaw"),
        ("sample_rate", "8000"),
        ("channels", "1"),
        ("interim_results", "true"),
        ("endpointing", str(config.endpointing_ms) if config.endpointing_ms else "false"),
        ("punctuate", "true"),
    ]
    # Without no_delay, smart_format holds finals back up to 3 s to see the end of a number.
    fields += [("smart_format", "true"), ("no_delay", "true")] if config.smart_format else []
    fields += [("numerals", "true")] if config.numerals else []
    fields += [("mip_opt_out", "true")] if config.mip_opt_out else []
    return urlencode([*fields, *_vocabulary(config.model, setup.vocabulary)])


def _language(language: str) -> str:
    base, _, region = language.partition("-")
    known = f"{base.lower()}-{region.upper()}" if region else ""
    return known if known in REGIONS else base.lower()


def _vocabulary(model: str, vocabulary: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if model.startswith("nova-3"):
        name, terms = "keyterm", [" ".join(term.split()) for term in vocabulary]
    else:
        # The older models take single words with a weight.
        words = (word.strip(".,:;!?\"'()") for term in vocabulary for word in term.split())
        name, terms = "keywords", [word for word in words if len(word) >= SHORTEST_KEYWORD or word != word.lower()]
    letters = 0
    for term in list(dict.fromkeys(term for term in terms if term))[:MOST_TERMS]:
        letters += len(term)
        if letters > MOST_TERM_LETTERS:
            return
        yield name, term if name == "keyterm" else f"{term.replace(':', ' ')}:1"


class DeepgramSpeechToText:
    """Makes one connection for each call; calls share only the address and the key."""

    def __init__(self, config: Config, setup: Setup) -> None:
        self._setup = setup
        self._url = f"{socket_url(config.base_url, 'stt.base_url')}/v1/listen?{query(config, setup)}"
        self._endpoint: Endpoint | None = None
        self.limits = Limits()

    asks_early = True

    async def prepare(self) -> None:
        """Look up the key. Raises `ConfigurationError`."""
        assert self._setup.key is not None, "Deepgram needs Setup.key"
        (name,) = KEYS
        key = self._setup.key(name).strip()
        if not key.isascii() or not key.isprintable() or not key:
            raise ConfigurationError("this cannot be a key", field=name, expected="the key as the vendor shows it")
        self._endpoint = Endpoint(
            provider=NAME, url=self._url, headers={"Authorization": f"Token {key}"}, secret=key,
            reason_header="dg-error", request_header="dg-request-id",
        )  # fmt: skip

    def transcriber(self, post: Callable[[TranscriberEvent], None]) -> "DeepgramTranscriber":
        """A transcriber for one call. `prepare` must be done."""
        assert self._endpoint is not None, "prepare() comes first"
        return DeepgramTranscriber(self._endpoint, post, self.limits)

    async def close(self) -> None:
        """Nothing is shared."""


class DeepgramTranscriber:
    """Hears one call by one connection."""

    def __init__(self, endpoint: Endpoint, post: Callable[[TranscriberEvent], None], limits: Limits) -> None:
        self._dialect = NovaDialect(post)
        self._socket = VendorSocket(endpoint, self._dialect, limits)
        self._meter = SoundMeter()
        self._quiet = 0
        """Frames of silence that were put last, while the socket was not open."""

    def hear(self, frame: bytes) -> None:
        """Pass the frame on; while there is no connection, keep it, long silences shortened."""
        if not frame:
            return  # Deepgram closes on a message of no length.
        self._socket.send(frame)
        if self._socket.is_open:
            return
        self._quiet = 0 if self._meter.hear(frame).sound else self._quiet + 1
        if self._quiet > QUIET_FRAMES:
            # From its middle, so that both the end of a word and the onset of the next keep their surroundings.
            self._socket.outbox.take_back(QUIET_FRAMES // 2)
            self._quiet -= 1

    def finalize(self, spurt: int) -> None:
        """Ask for the final of everything up to here."""
        self._quiet = 0
        self._dialect.ask(spurt)
        self._socket.send(FINALIZE)

    async def run(self) -> None:
        """Serve until cancelled; see the port."""
        await self._socket.run()
