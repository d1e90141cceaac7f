"""`/v1/models` and `/v1/voices`: what an agent can be made of."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from offhook.api.agents import Reads
from offhook.api.kinds import Page
from offhook.platform.catalogue import known_models, known_voices

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
    is_default: bool
    is_local: bool
    help: str


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
async def list_voices(caller: Reads, provider: ProviderName = "") -> Page[Voice]:
    """How each provider's voice is chosen, and the one that it takes by default."""
    found = known_voices(provider)
    return Page(
        data=[
            Voice(
                provider=one.provider, voice=one.voice, field=one.field, is_default=one.is_default,
                is_local=one.is_local, help=one.help,
            )
            for one in found
        ]
    )  # fmt: skip
