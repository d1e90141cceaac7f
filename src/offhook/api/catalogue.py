"""`/v1/models` and `/v1/voices`: what an agent can be made of."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.agents import Reads, ThePlatform, Writes
from offhook.api.kinds import Moment, Page
from offhook.platform.catalogue import KnownVoice, known_models
from offhook.platform.vendor_voices import VendorVoice
from offhook.platform.voice_lists import Listed, ListState
from offhook.platform.voice_previews import LONGEST_TEXT

router = APIRouter(tags=["Catalogue"])

ProviderName = Annotated[str, Query(max_length=40, description="Only those of this provider.")]


class ModelPrice(BaseModel):
    """What a vendor asks for a million tokens, in US dollars, as it stood on a day."""

    tokens_in: float = Field(examples=[2.5])
    tokens_out: float = Field(examples=[10.0])
    cached: float | None = Field(default=None, examples=[1.25])
    seen_at: str = Field(examples=["2026-11-02"])


class Model(BaseModel):
    """A model that hears, thinks or speaks."""

    kind: str = Field(description="`stt` hears, `llm` thinks, `tts` speaks.", examples=["llm"])
    provider: str = Field(examples=["openai"])
    name: str = Field(examples=["gpt-4o"])
    is_default: bool
    is_local: bool = Field(description="It runs on the server itself, without a key.")
    context_tokens: int | None = None
    price: ModelPrice | None = None
    ends_at: str | None = Field(default=None, description="The day on which the vendor switches it off.")
    successor: str | None = None


class Voice(BaseModel):
    """How a provider speaks, and what chooses it."""

    provider: str = Field(examples=["openai"])
    voice: str = Field(description="Empty: name one of the vendor's own.", examples=["marin"])
    field: str = Field(description="Where its name stands in the `tts` block.", examples=["voice"])
    name: str = Field(default="", description="As people know it.", examples=["Marin"])
    languages: list[str] = Field(
        default_factory=list, description="Tags, as the vendor says it; empty: it does not.", examples=[["en-US"]]
    )
    gender: Literal["female", "male", "neutral"] | None = Field(
        default=None, description="How it sounds, as the vendor says it.", examples=["female"]
    )
    accent: str = Field(default="", examples=["american"])
    description: str = Field(default="", examples=["Warm, clear"])
    preview_url: str | None = Field(
        default=None,
        description="A sample that a browser can play. Null: the vendor has none, or none without its key; "
        "`POST /v1/voices/preview` says a sentence.",
    )
    is_own: bool = Field(default=False, description="Made by the owner of the key.")
    is_default: bool
    is_local: bool
    help: str

    @classmethod
    def known(cls, one: KnownVoice) -> "Voice":
        """From the provider's own default."""
        return cls(
            provider=one.provider, voice=one.voice, field=one.field, name=one.voice, is_default=one.is_default,
            is_local=one.is_local, help=one.help,
        )  # fmt: skip

    @classmethod
    def of(cls, listed: Listed, one: VendorVoice) -> "Voice":
        """From a vendor's list."""
        known = listed.known
        return cls.model_validate(
            {
                "provider": listed.provider, "voice": one.voice, "field": known.field, "name": one.name,
                "languages": list(one.languages), "gender": one.gender or None, "accent": one.accent,
                "description": one.description, "preview_url": one.preview_url or None, "is_own": one.is_own,
                "is_default": one.voice == known.voice, "is_local": known.is_local, "help": known.help,
            }
        )  # fmt: skip


class VoiceSource(BaseModel):
    """Where the voices of a provider come from."""

    provider: str = Field(examples=["elevenlabs"])
    state: ListState = Field(
        description="`live`: the vendor's own list. `built_in`: it has none. `no_key`, `failed`: only what is known "
        "here is shown.",
        examples=["live"],
    )
    detail: str = Field(description="In words, where there is something to say.", examples=[""])
    fetched_at: Moment | None = Field(default=None, description="A list is kept for ten minutes.")


class Voices(Page[Voice]):
    """Voices, by provider."""

    sources: list[VoiceSource]


class VoicePreview(BaseModel):
    """What is to be heard."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"voice": {"provider": "local"}, "text": "Harbour Hotel, good morning. How can I help you?"}]
        },
    )

    voice: dict[str, Any] = Field(
        description="A `tts` block as an agent's document has it. Its `fallback` is not asked.",
        examples=[{"provider": "local"}],
    )
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)] = Field(
        examples=["Harbour Hotel, good morning."]
    )
    language: str = Field(default="en-US", max_length=40, description="As the agent's.", examples=["en-US"])
    lexicon: dict[str, str] = Field(
        default_factory=dict, description="How to say a word, as the agent's.", examples=[{"Siobhan": "shiv-awn"}]
    )


@router.get("/models", operation_id="list_models")
async def list_models(
    caller: Reads,
    kind: Annotated[str, Query(pattern="^(|stt|llm|tts)$", description="Only those that do this.")] = "",
    provider: ProviderName = "",
) -> Page[Model]:
    """All models that are known here; others of the same vendors work as well."""
    found = [
        Model(
            kind=one.kind, provider=one.provider, name=one.name, is_default=one.is_default, is_local=one.is_local,
            context_tokens=one.context_tokens, ends_at=one.ends_at or None, successor=one.successor or None,
            price=ModelPrice(
                tokens_in=one.price.tokens_in, tokens_out=one.price.tokens_out, cached=one.price.cached,
                seen_at=one.price.seen_at.isoformat(),
            ) if one.price is not None else None,
        )
        for one in known_models(kind, provider)
    ]  # fmt: skip
    return Page(data=found)


@router.get("/voices", operation_id="list_voices")
async def list_voices(
    caller: Reads,
    platform: ThePlatform,
    provider: ProviderName = "",
    language: Annotated[
        str, Query(max_length=40, description="Only those that speak it: `de`, or `de-AT`. A voice of which that is "
                   "not known is shown.")
    ] = "",
    gender: Annotated[str, Query(pattern="^(|female|male|neutral)$", description="Only those that sound so.")] = "",
) -> Voices:  # fmt: skip
    """The voices there are: what each provider takes by default, and the vendors' own lists, asked for with the
    workspace's keys. A vendor that fails takes nothing away but its list: `sources` says so. At most 1,000 each, so
    this is one page."""
    found = await platform.voice_lists.every(caller.workspace, provider)
    voices = [
        voice for listed in found for voice in _shown(listed)
        if gender in ("", voice.gender) and _speaks(voice, language)
    ]  # fmt: skip
    sources = [
        VoiceSource.model_validate(
            {"provider": one.provider, "state": one.state, "detail": one.detail, "fetched_at": one.fetched_at}
        )
        for one in found
    ]
    return Voices(data=voices, sources=sources)


def _shown(listed: Listed) -> list[Voice]:
    voices = [Voice.of(listed, one) for one in listed.voices]
    is_listed = any(voice.is_default for voice in voices)
    return voices if is_listed else [Voice.known(listed.known), *voices]


def _speaks(voice: Voice, language: str) -> bool:
    wanted = language.lower().replace("_", "-")
    spoken = [one.lower().replace("_", "-") for one in voice.languages]
    # `de` is spoken by who speaks de-AT, and who speaks `de` may speak it as in Austria.
    return not wanted or not spoken or any(
        one == wanted or one.startswith(f"{wanted}-") or wanted.startswith(f"{one}-") for one in spoken
    )  # fmt: skip


@router.post(
    "/voices/preview",
    operation_id="preview_voice",
    response_class=Response,
    responses={
        200: {
            "description": "The sound that a caller hears: WAV, 8 kHz, 16 bit, mono.",
            "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def preview_voice(body: VoicePreview, caller: Writes, platform: ThePlatform) -> Response:
    """Say a text as a call would: prepared in the same way, in telephone quality, with the workspace's keys. It costs
    what the vendor asks for it."""
    sound = await platform.voice_previews.speak(caller.workspace, body.voice, body.text, body.language, body.lexicon)
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": 'inline; filename="preview.wav"'}
    return Response(sound, media_type="audio/wav", headers=headers)
