"""What an agent can be made of: providers of hearing, thinking and speaking, with their models and what they cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import PydanticUndefined

from offhook.speech.catalogue import Price, models
from offhook.speech.registry import IN_PROCESS, Kind, Provider, providers

_FOR_TESTS: Final = ("scripted",)
_MODEL: Final = "model"
_VOICE: Final = "voice"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One model of a vendor, or of this machine."""

    kind: str
    """`stt`, `llm` or `tts`."""
    provider: str
    name: str
    is_default: bool
    is_local: bool
    price: Price | None = None
    context_tokens: int | None = None
    ends_at: str = ""
    successor: str = ""


@dataclass(frozen=True, slots=True)
class KnownVoice:
    """One way to speak: a provider, and the field of its block that chooses the voice."""

    provider: str
    voice: str
    """Empty: the provider has no default, and the owner names one of the vendor's own."""
    field: str
    """Where the name stands in the `tts` block; empty: there is nothing to choose."""
    is_default: bool
    is_local: bool
    help: str


def known_models(kind: str = "", provider: str = "") -> list[KnownModel]:
    """All that the catalogue and the providers' own defaults know."""
    found = [one for port in Kind for known in _shown(port) for one in _models_of(port, known)]
    return [one for one in found if kind in ("", one.kind) and provider in ("", one.provider)]


def known_voices(provider: str = "") -> list[KnownVoice]:
    """The voices that are known here; a vendor's own list is longer."""
    return [_voice_of(known) for known in _shown(Kind.TTS) if provider in ("", known.name)]


def _shown(kind: Kind) -> list[Provider]:
    return [known for known in providers(kind).values() if known.name not in _FOR_TESTS]


def _models_of(kind: Kind, known: Provider) -> Iterator[KnownModel]:
    default = _default(known, _MODEL)
    is_local = known.name in IN_PROCESS or known.is_made_here or known.reads_facts
    entries = [one for one in models() if (one.kind, one.provider) == (kind.value, known.name)]
    for entry in entries:
        yield KnownModel(
            kind.value, known.name, entry.name, entry.name == default, is_local, entry.price, entry.context_tokens,
            entry.ends_at.isoformat() if entry.ends_at is not None else "", entry.successor,
        )  # fmt: skip
    if default not in {entry.name for entry in entries}:
        yield KnownModel(kind.value, known.name, default or known.name, True, is_local)


def _voice_of(known: Provider) -> KnownVoice:
    fields = known.config.model_fields
    # With some vendors the model is the voice.
    field = _VOICE if _VOICE in fields else _MODEL if _MODEL in fields else ""
    told = str(fields[field].description or "") if field else "one voice for each language"
    return KnownVoice(known.name, _default(known, field), field, bool(_default(known, field)), known.is_made_here, told)


def _default(known: Provider, field: str) -> str:
    found: Any = known.config.model_fields.get(field)
    return str(found.default) if found is not None and found.default is not PydanticUndefined else ""
