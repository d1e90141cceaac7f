"""Speech-to-text by Deepgram over its live sockets: Nova (`/v1/listen`) and Flux (`/v2/listen`), mu-law as it comes.

Flux knows turns: it says when it expects the caller's turn to be over, and takes it back when the caller goes on.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Final, Literal, Protocol

from pydantic import Field, ValidationInfo, field_validator

from offhook import clock
from offhook.core.formats import TELEPHONE
from offhook.errors import ProviderError
from offhook.speech.outbox import Outbox
from offhook.speech.ports import ProviderConfig, Setup, TranscriberEvent
from offhook.speech.stt.deepgram_errors import NAME
from offhook.speech.stt.deepgram_flux import FluxDialect, Forcing
from offhook.speech.stt.deepgram_models import FLUX, MULTI
from offhook.speech.stt.deepgram_nova import NovaDialect
from offhook.speech.stt.deepgram_query import address, plainer, takes_key_terms
from offhook.speech.stt.deepgram_terms import left_out
from offhook.speech.stt.level import SoundMeter
from offhook.speech.vendor_block import BaseUrl, key_of
from offhook.speech.vendor_errors import safe_text
from offhook.speech.websocket import Dialect, Endpoint, Limits, VendorSocket

_LOG: Final = logging.getLogger("offhook.speech.deepgram")
KEYS: Final = ("DEEPGRAM_API_KEY",)
BAD_REQUEST: Final = 400
LANGUAGE_TAG: Final = r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$"
QUIET_FRAMES: Final = 30
"""Silence of more than 0.6 s that waits for the connection is shortened to it: hearing it again would only be late."""


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
        Field(max_length=10, description="Several languages. Those to expect; Flux: none given: the agent's."),
    ] = ()
    check_language: Annotated[
        bool, Field(description="Refuse a language that Deepgram has not published for the model.")
    ] = True
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

    @property
    def hears_several(self) -> bool:
        """More than one language in a call."""
        return self.model.endswith(f"-{MULTI}") if self.is_flux else self.language.lower() == MULTI

    @field_validator("model")
    @classmethod
    def _is_live(cls, model: str) -> str:
        if model.startswith("whisper"):
            raise ValueError(f"Deepgram does not offer {model} for live audio: use nova-3, or provider: local")
        return model

    @field_validator("language", "endpointing_ms", "smart_format")
    @classmethod
    def _of_nova(cls, value: object, info: ValidationInfo) -> object:
        model = info.data.get("model", "")
        if model.startswith(FLUX):
            hint = ": use language_hints with flux-general-multi" if info.field_name == "language" else ""
            raise ValueError(f"{info.field_name} is of Nova models, and {model} is none{hint}")
        return value

    @field_validator("language_hints")
    @classmethod
    def _of_several(cls, value: object, info: ValidationInfo) -> object:
        model, language = info.data.get("model", ""), info.data.get("language", "")
        if model.startswith(FLUX):
            if not model.endswith(f"-{MULTI}"):
                raise ValueError(f"language_hints is of flux-general-multi: {model} hears one language")
        elif language.lower() != MULTI:
            raise ValueError(f"language_hints is of models that hear several languages: give {model} language: multi")
        return value

    @field_validator("eot_threshold", "eager_eot_threshold", "eot_timeout_ms")
    @classmethod
    def _of_flux(cls, value: object, info: ValidationInfo) -> object:
        model = info.data.get("model", "")
        if not model.startswith(FLUX):
            raise ValueError(f"{info.field_name} is of Flux models such as flux-general-en, and {model} is none")
        highest = info.data.get("eot_threshold", 1.0)
        if info.field_name == "eager_eot_threshold" and isinstance(value, float) and value > highest:
            raise ValueError(f"eager_eot_threshold must not be above eot_threshold, which is {highest:g}")
        return value


def create(config: Config, setup: Setup) -> "DeepgramSpeechToText":
    """The port; the key is looked up by `prepare`. Raises `ConfigurationError` for a language that is not heard."""
    return DeepgramSpeechToText(config, setup)


class DeepgramSpeechToText:
    """Makes one connection for each call; calls share only the address and the key."""

    def __init__(self, config: Config, setup: Setup) -> None:
        self._config, self._setup = config, setup
        self._url = address(config, setup)
        self._endpoint: Endpoint | None = None
        self._forcing = Forcing()
        self.limits = Limits()

    format = TELEPHONE
    asks_early = True

    async def prepare(self) -> None:
        """Look up the key. Raises `ConfigurationError`."""
        key = key_of(self._setup, *KEYS)
        endpoint = Endpoint(
            provider=NAME, url=self._url, headers={"Authorization": f"Token {key}"}, secret=key,
            reason_header="dg-error", request_header="dg-request-id",
        )  # fmt: skip
        self._endpoint = replace(endpoint, instead=partial(self._instead, endpoint, ()))
        if terms := left_out(self._setup.vocabulary) if takes_key_terms(self._config.model) else []:
            _LOG.warning(
                "deepgram takes about 500 tokens of key terms: %d of the vocabulary are left out, from %r on; put the"
                " most important first", len(terms), terms[0],
            )  # fmt: skip

    def transcriber(self, post: Callable[[TranscriberEvent], None]) -> "DeepgramTranscriber":
        """A transcriber for one call. `prepare` must be done."""
        assert self._endpoint is not None, "prepare() comes first"
        endpoint, limits = self._endpoint, self.limits
        make = partial(FluxDialect, forcing=self._forcing) if self._config.is_flux else NovaDialect
        return DeepgramTranscriber(make, post, lambda dialect: VendorSocket(endpoint, dialect, limits))

    async def close(self) -> None:
        """Nothing is shared."""

    def _instead(self, refused: Endpoint, without: tuple[str, ...], status: int, reason: str) -> Endpoint | None:
        """Where to connect when the query is refused: without what it is refused for, if a call can do without it."""
        plain = plainer(refused.url, reason) if status == BAD_REQUEST else None
        if plain is None:
            return None
        endpoint, without = replace(refused, url=plain.url), (*without, plain.what)
        why = safe_text(reason, refused.secret)
        return replace(
            endpoint,
            instead=partial(self._instead, endpoint, without),
            accepted=partial(self._learn, endpoint, without, why),
        )

    def _learn(self, endpoint: Endpoint, without: tuple[str, ...], why: str) -> None:
        """It was taken: from now on at once."""
        if self._endpoint is not None and self._endpoint.url != endpoint.url:
            self._endpoint = replace(endpoint, instead=partial(self._instead, endpoint, without))
            what = " and ".join(without)
            _LOG.warning("deepgram refuses %s and hears without: %s", what, why or "no reason given")


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
        dialect: Callable[
            [Callable[[TranscriberEvent], None], Callable[[str | bytes], None]], NovaDialect | FluxDialect
        ],
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
        try:
            await self._socket.run()
        except ProviderError:
            self._dialect.lost(clock.now())
            raise

    def _send(self, message: str | bytes) -> None:
        self._socket.send(message)
