"""Speech-to-text by Deepgram over its live sockets: Nova (`/v1/listen`) and Flux (`/v2/listen`), mu-law as it comes.

Flux knows turns: it says when it expects the caller's turn to be over, and takes it back when the caller goes on.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Final, Literal, Protocol
from urllib.parse import urlencode

from pydantic import Field, ValidationInfo, field_validator

from offhook import clock
from offhook.core.formats import TELEPHONE
from offhook.errors import ConfigurationError
from offhook.speech.outbox import Outbox
from offhook.speech.ports import ProviderConfig, Setup, TranscriberEvent
from offhook.speech.stt.deepgram_errors import NAME
from offhook.speech.stt.deepgram_flux import FluxDialect
from offhook.speech.stt.deepgram_nova import NovaDialect
from offhook.speech.stt.level import SoundMeter
from offhook.speech.vendor_block import BaseUrl, key_of, socket_url
from offhook.speech.websocket import Dialect, Endpoint, Limits, VendorSocket

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

MULTI_ENDPOINTING_MS: Final = 100
"""Deepgram's advice for callers who change their language."""
QUIET_FRAMES: Final = 30
"""Silence of more than 0.6 s that waits for the connection is shortened to it: hearing it again would only be late."""


FLUX: Final = "flux-"
"""How the names of the models begin that know turns."""
LANGUAGE_TAG: Final = r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$"


class Config(ProviderConfig):
    """The `stt` block of an agent that hears by Deepgram Nova or Flux. The key is in `DEEPGRAM_API_KEY`."""

    provider: Literal["deepgram"] = "deepgram"
    model: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
            description="Such as nova-3, nova-2, flux-general-en, flux-general-multi or a Nova model of your own.",
        ),
    ] = "nova-3"
    base_url: Annotated[BaseUrl, Field(max_length=300, description="Address of Deepgram, its region or your own.")] = (
        "https://api.deepgram.com"
    )
    numerals: Annotated[bool, Field(description="Numbers as digits, also without smart_format.")] = False
    mip_opt_out: Annotated[bool, Field(description="Keep the audio out of Deepgram's training; costs more.")] = False
    language: Annotated[
        str, Field(pattern=LANGUAGE_TAG, description="Nova. Empty: the agent's; multi: several in one call.")
    ] = ""
    endpointing_ms: Annotated[
        int,
        Field(ge=0, le=5000, description="Nova. Silence after which it makes words final by itself; 0: never."),
    ] = 300
    smart_format: Annotated[bool, Field(description="Nova. Numbers, dates and amounts as they are written.")] = True
    language_hints: Annotated[
        tuple[Annotated[str, Field(pattern=LANGUAGE_TAG, min_length=2)], ...],
        Field(max_length=10, description="Flux multi. Languages to expect; none given: the agent's."),
    ] = ()
    eot_threshold: Annotated[
        float,
        Field(ge=0.5, le=1.0, description="Flux. Belief from which the caller's turn is over; 1: never by itself."),
    ] = 0.7
    eager_eot_threshold: Annotated[
        float | None,
        Field(ge=0.3, le=0.9, description="Flux. Belief from which a reply is prepared early; null: never early."),
    ] = 0.5
    eot_timeout_ms: Annotated[
        int, Field(ge=500, le=60_000, description="Flux. Silence after which a turn is over in any case.")
    ] = 5000

    @property
    def is_flux(self) -> bool:
        """The model knows turns."""
        return self.model.startswith(FLUX)

    @field_validator("language", "endpointing_ms", "smart_format")
    @classmethod
    def _of_nova(cls, value: object, info: ValidationInfo) -> object:
        model = info.data.get("model", "")
        if model.startswith(FLUX):
            hint = ": use language_hints with flux-general-multi" if info.field_name == "language" else ""
            raise ValueError(f"{info.field_name} is of Nova models, and {model} is none{hint}")
        return value

    @field_validator("language_hints", "eot_threshold", "eager_eot_threshold", "eot_timeout_ms")
    @classmethod
    def _of_flux(cls, value: object, info: ValidationInfo) -> object:
        model = info.data.get("model", "")
        if not model.startswith(FLUX):
            raise ValueError(f"{info.field_name} is of Flux models such as flux-general-en, and {model} is none")
        if info.field_name == "language_hints" and not _is_multi(model):
            raise ValueError(f"language_hints is of flux-general-multi: {model} hears one language")
        highest = info.data.get("eot_threshold", 1.0)
        if info.field_name == "eager_eot_threshold" and isinstance(value, float) and value > highest:
            raise ValueError(f"eager_eot_threshold must not be above eot_threshold, which is {highest:g}")
        return value


def create(config: Config, setup: Setup) -> "DeepgramSpeechToText":
    """The port; the key is looked up by `prepare`. Raises `ConfigurationError` for a language that is not heard."""
    return DeepgramSpeechToText(config, setup)


def address(config: Config, setup: Setup) -> str:
    """The socket's address, query included. Raises `ConfigurationError` for a language that is not heard."""
    host = socket_url(config.base_url)
    if config.is_flux:
        return f"{host}/v2/listen?{flux_query(config, setup)}"
    return f"{host}/v1/listen?{query(config, setup)}"


def query(config: Config, setup: Setup) -> str:
    """Nova's query: https://developers.deepgram.com/reference/speech-to-text/listen-streaming"""
    language = _language(config.language or setup.language)
    pause_ms = config.endpointing_ms
    if language == "multi" and "endpointing_ms" not in config.model_fields_set:
        pause_ms = MULTI_ENDPOINTING_MS
    fields = [
        ("model", config.model),
        ("language", language),
        ("encoding", "mulaw"),
        ("sample_rate", "8000"),
        ("channels", "1"),
        ("interim_results", "true"),
        ("endpointing", str(pause_ms) if pause_ms else "false"),
        ("punctuate", "true"),
    ]
    # Without no_delay, smart_format holds finals back up to 3 s to see the end of a number.
    fields += [("smart_format", "true"), ("no_delay", "true")] if config.smart_format else []
    return urlencode([*fields, *_common(config), *_vocabulary(config.model, setup.vocabulary)])


def flux_query(config: Config, setup: Setup) -> str:
    """Flux's query: https://developers.deepgram.com/reference/speech-to-text/listen-flux. What it does not know, it
    refuses. Raises `ConfigurationError` when the model does not hear the agent's language.
    """
    fields = [
        ("model", config.model),
        ("encoding", "mulaw"),
        ("sample_rate", "8000"),
        ("eot_threshold", f"{config.eot_threshold:g}"),
        ("eot_timeout_ms", str(config.eot_timeout_ms)),
    ]
    eager = config.eager_eot_threshold
    fields += [] if eager is None else [("eager_eot_threshold", f"{eager:g}")]
    base = setup.language.partition("-")[0].lower()
    if _is_multi(config.model):
        hints = (hint.partition("-")[0].lower() for hint in config.language_hints or (base,))
        fields += [("language_hint", hint) for hint in dict.fromkeys(hints)]
    elif base != config.model.rpartition("-")[2]:
        raise ConfigurationError(
            f"{config.model} does not hear the agent's language, {setup.language}",
            field="stt.model", expected="flux-general-multi or a Nova model",
        )  # fmt: skip
    return urlencode([*fields, *_common(config), *_vocabulary(config.model, setup.vocabulary)])


def _is_multi(model: str) -> bool:
    return model.endswith("-multi")


def _common(config: Config) -> list[tuple[str, str]]:
    fields = [("numerals", "true")] if config.numerals else []
    return fields + ([("mip_opt_out", "true")] if config.mip_opt_out else [])


def _language(language: str) -> str:
    base, _, region = language.partition("-")
    known = f"{base.lower()}-{region.upper()}" if region else ""
    return known if known in REGIONS else base.lower()


def _vocabulary(model: str, vocabulary: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if model.startswith(("nova-3", FLUX)):
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
        self._url = address(config, setup)
        self._dialect: type[NovaDialect | FluxDialect] = FluxDialect if config.is_flux else NovaDialect
        self._endpoint: Endpoint | None = None
        self.limits = Limits()

    format = TELEPHONE
    asks_early = True

    async def prepare(self) -> None:
        """Look up the key. Raises `ConfigurationError`."""
        key = key_of(self._setup, *KEYS)
        self._endpoint = Endpoint(
            provider=NAME, url=self._url, headers={"Authorization": f"Token {key}"}, secret=key,
            reason_header="dg-error", request_header="dg-request-id",
        )  # fmt: skip

    def transcriber(self, post: Callable[[TranscriberEvent], None]) -> "DeepgramTranscriber":
        """A transcriber for one call. `prepare` must be done."""
        assert self._endpoint is not None, "prepare() comes first"
        endpoint, limits = self._endpoint, self.limits
        return DeepgramTranscriber(self._dialect, post, lambda dialect: VendorSocket(endpoint, dialect, limits))

    async def close(self) -> None:
        """Nothing is shared."""


class Connection(Protocol):
    """What is wanted of `VendorSocket`."""

    @property
    def is_open(self) -> bool:
        """What is sent goes out at once."""

    @property
    def outbox(self) -> Outbox:
        """What waits."""

    def send(self, message: str | bytes) -> None:
        """Send it, or let it wait."""

    async def run(self) -> None:
        """Serve until cancelled."""


class DeepgramTranscriber:
    """Hears one call by one connection."""

    def __init__(
        self,
        dialect: type[NovaDialect | FluxDialect],
        post: Callable[[TranscriberEvent], None],
        connection: Callable[[Dialect], Connection],
    ) -> None:
        self._dialect = dialect(post, self._send)
        self._socket = connection(self._dialect)
        self._meter = SoundMeter()
        self._quiet = 0
        """Frames of silence that were put last, while the socket was not open."""

    def hear(self, frame: bytes) -> None:
        """Pass the frame on; while there is no connection, keep it, long silences shortened."""
        if not frame:
            return  # Deepgram closes on a message of no length.
        self._dialect.hear(frame)
        if self._socket.is_open:
            return
        self._quiet = 0 if self._meter.hear(frame).sound else self._quiet + 1
        if self._quiet > QUIET_FRAMES:
            # From its middle, so that both the end of a word and the onset of the next keep their surroundings.
            back, timeline = QUIET_FRAMES // 2, self._dialect.timeline
            self._socket.outbox.take_back(back)
            timeline.leave_out(timeline.given - back * len(frame), len(frame))
            self._quiet -= 1

    def finalize(self, to_s: float) -> None:
        """Ask for the final of everything up to there."""
        self._quiet = 0
        self._dialect.ask(to_s, clock.now())

    async def run(self) -> None:
        """Serve until cancelled; see the port."""
        await self._socket.run()

    def _send(self, message: str | bytes) -> None:
        self._socket.send(message)
