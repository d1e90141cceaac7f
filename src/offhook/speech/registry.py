"""Finds the providers: every file under `speech/stt`, `speech/llm` and `speech/tts` that holds a `Config`.

A provider is one file and nothing else is edited for it. The file has

- `class Config(ProviderConfig)` with `provider: Literal["its-name"] = "its-name"`,
- `def create(config: Config, setup: Setup)` which returns the port,
- where it needs them, `KEYS` (names of environment variables) and `MODELS` (names of local models), each a tuple of
  text or a function from the config to one,
- for a voice that is made in this process `MADE_HERE = True`: its segments begin with sound and cost nothing, so that
  nothing is trimmed off them and nothing of them is kept on disk,
- for a voice that takes the language from each text `SPEAKS_ANY`, true or a function from the config to a truth,
- for a brain that looks the agent's facts up by itself `READS_FACTS = True`.

Importing such a file must be cheap: heavy libraries are imported inside `create` or `prepare`.

What all blocks of a port take beside that (`fallback`, deadlines, hedging) is put to them here, and here the list of
an agent's file becomes one port.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, Final, Literal, Union, cast, get_args, get_origin

from pydantic import Field, create_model

from offhook.errors import ConfigurationError
from offhook.speech.fallback import LlmBlock, Member, SttBlock, TtsBlock
from offhook.speech.fallback_model import FallbackModel
from offhook.speech.fallback_stt import FallbackSpeechToText
from offhook.speech.fallback_voice import FallbackVoice
from offhook.speech.ports import LanguageModel, ProviderConfig, Setup, SpeechToText, Voice
from offhook.speech.trimmed import TrimmedVoice

Port = SpeechToText | LanguageModel | Voice


class Kind(StrEnum):
    """The three ports; the value is the block's name in the agent's file and the package's name here."""

    STT = "stt"
    LLM = "llm"
    TTS = "tts"


BLOCKS: Final[dict[Kind, type[SttBlock | LlmBlock | TtsBlock]]] = {
    Kind.STT: SttBlock,
    Kind.LLM: LlmBlock,
    Kind.TTS: TtsBlock,
}
"""The fields that every block of a port has."""
ALWAYS_LAST: Final = "local"
"""The transcriber that stands behind every other one: it needs neither a key nor a network."""
IN_PROCESS: Final = ("local", "scripted")
"""Transcribers that no vendor can take away."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider file."""

    kind: Kind
    name: str
    config: type[ProviderConfig]
    module: ModuleType

    def keys(self, config: ProviderConfig) -> tuple[str, ...]:
        """Environment variables that must be set for this configuration."""
        return self._constant("KEYS", config)

    def models(self, config: ProviderConfig) -> tuple[str, ...]:
        """Local models that must be present for this configuration (`offhook models`)."""
        return self._constant("MODELS", config)

    @property
    def is_made_here(self) -> bool:
        """A voice of this process: nothing to trim, nothing worth keeping on disk."""
        return bool(vars(self.module).get("MADE_HERE", False))

    def speaks_any(self, config: ProviderConfig) -> bool:
        """A voice that speaks whatever language its text is in; others say a foreign sentence in the agent's sounds."""
        value = vars(self.module).get("SPEAKS_ANY", False)
        return bool(value(config) if callable(value) else value)

    @property
    def reads_facts(self) -> bool:
        """A brain that looks up what it says by itself, and reads no prompt."""
        return bool(vars(self.module).get("READS_FACTS", False))

    def _constant(self, name: str, config: ProviderConfig) -> tuple[str, ...]:
        value = vars(self.module).get(name, ())
        return tuple(value(config) if callable(value) else value)


@cache
def providers(kind: Kind) -> dict[str, Provider]:
    """Every provider of a port by name, in alphabetical order."""
    package = import_module(f"offhook.speech.{kind}")
    modules = (import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__))
    found = {provider.name: provider for module in modules if (provider := _provider(kind, module))}
    return dict(sorted(found.items()))


def provider(kind: Kind, name: str) -> Provider:
    """The provider of that name. Raises `ConfigurationError` that lists the known ones."""
    known = providers(kind)
    if name not in known:
        raise ConfigurationError(
            "there is no such provider", field=f"{kind}.provider", found=repr(name), expected=" or ".join(known)
        )
    return known[name]


def stt_config_union() -> Any:
    """The type of the agent's `stt` block for pydantic: a union, told apart by `provider`."""
    return _config_union(Kind.STT)


def llm_config_union() -> Any:
    """The type of the agent's `llm` block for pydantic."""
    return _config_union(Kind.LLM)


def tts_config_union() -> Any:
    """The type of the agent's `tts` block for pydantic."""
    return _config_union(Kind.TTS)


def create_speech_to_text(config: ProviderConfig, setup: Setup) -> SpeechToText:
    """The port that a `stt` block and its fall-backs make together. Raises `ConfigurationError`."""
    return FallbackSpeechToText(cast("list[Member[SpeechToText]]", _members(Kind.STT, config, setup)))


def create_language_model(config: ProviderConfig, setup: Setup) -> LanguageModel:
    """The port that a `llm` block and its fall-backs make together. Raises `ConfigurationError`."""
    members = cast("list[Member[LanguageModel]]", _members(Kind.LLM, config, setup))
    return FallbackModel(members, config if isinstance(config, LlmBlock) else LlmBlock())


def create_voice(config: ProviderConfig, setup: Setup) -> Voice:
    """The port that a `tts` block and its fall-backs make together, each without the silence in front of a segment.

    Raises `ConfigurationError`.
    """
    members = cast("list[Member[Voice]]", _members(Kind.TTS, config, setup))
    return FallbackVoice(members, config if isinstance(config, TtsBlock) else TtsBlock())


def create_alone(kind: Kind, config: ProviderConfig, setup: Setup) -> Port:
    """The port of one block, without those that stand behind it. Raises `ConfigurationError`."""
    found = provider_of(kind, config)
    create = cast("Callable[[ProviderConfig, Setup], Port]", vars(found.module)["create"])
    port = create(config, setup)
    return TrimmedVoice(cast("Voice", port)) if kind is Kind.TTS and not found.is_made_here else port


def with_fallbacks(kind: Kind, config: ProviderConfig) -> tuple[ProviderConfig, ...]:
    """The block and those that stand behind it, in the order in which they are asked."""
    is_listed = isinstance(config, SttBlock | LlmBlock | TtsBlock)
    listed = config.fallback if isinstance(config, SttBlock | LlmBlock | TtsBlock) else ()
    if kind is Kind.STT:
        names = [provider_of(kind, one).name for one in (config, *listed)]
        has_refused = is_listed and "fallback" in config.model_fields_set and not listed
        if not has_refused and names[0] not in IN_PROCESS and ALWAYS_LAST not in names:
            listed = (*listed, provider(kind, ALWAYS_LAST).config())
    return (config, *listed)


def provider_of(kind: Kind, config: ProviderConfig) -> Provider:
    """The provider whose block this is."""
    return provider(kind, provider_name(type(config)))


def provider_labels(kind: Kind, config: ProviderConfig) -> list[str]:
    """How a journal and a log name a block and those behind it: provider and model, each name once."""
    labels: list[str] = []
    for one in with_fallbacks(kind, config):
        name, model = provider_of(kind, one).name, one.model_dump().get("model")
        label = f"{name} {model}" if isinstance(model, str) and model else name
        labels.append(f"{label} ({len(labels) + 1})" if label in labels else label)
    return labels


def provider_name(config: type[ProviderConfig]) -> str:
    """The value of the one-valued `provider` field."""
    field = config.model_fields.get("provider")
    values = get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
    assert len(values) == 1, f'{config.__module__}.Config needs `provider: Literal["name"] = "name"`'
    return str(values[0])


def _provider(kind: Kind, module: ModuleType) -> Provider | None:
    config = vars(module).get("Config")
    # A file without a Config of its own is a helper of the provider beside it.
    if not isinstance(config, type) or config.__module__ != module.__name__:
        return None
    assert issubclass(config, ProviderConfig), f"{module.__name__}.Config must be a ProviderConfig"
    assert callable(vars(module).get("create")), f"{module.__name__} needs `create(config, setup)`"
    return Provider(kind, provider_name(config), config, module)


@cache
def _config_union(kind: Kind) -> Any:
    found = providers(kind).values()
    # A fall-back has no fall-backs of its own: its block is the provider's, and nothing more.
    listed = _one_of([provider.config for provider in found])
    described = BLOCKS[kind].model_fields["fallback"]
    return _one_of([_block(kind, provider.config, listed, described) for provider in found])


def _block(kind: Kind, config: type[ProviderConfig], listed: Any, described: Any) -> type[ProviderConfig]:
    base = BLOCKS[kind]
    assert not base.model_fields.keys() & config.model_fields.keys(), f"{config.__module__} has a field of {base}"
    made = create_model(
        "Block",
        __base__=(config, base),
        __module__=config.__module__,
        __doc__=config.__doc__,
        fallback=(tuple[listed, ...], described),
    )
    return cast("type[ProviderConfig]", made)


def _one_of(configs: list[type[ProviderConfig]]) -> Any:
    # pydantic refuses to tell one type apart.
    known = tuple(configs) or (ProviderConfig,)
    return known[0] if len(known) == 1 else Annotated[Union[known], Field(discriminator="provider")]  # noqa: UP007


def voices_speak_any(config: ProviderConfig) -> bool:
    """Whether a `tts` block's voice and all that stand behind it speak the language of each text."""
    return all(provider_of(Kind.TTS, one).speaks_any(one) for one in with_fallbacks(Kind.TTS, config))


def _members(kind: Kind, config: ProviderConfig, setup: Setup) -> list[Member[Any]]:
    members = []
    for one, label in zip(with_fallbacks(kind, config), provider_labels(kind, config), strict=True):
        found = provider_of(kind, one)
        # A key that is missing is told at the start, not when its provider is needed.
        if setup.key is not None:
            for name in found.keys(one):
                setup.key(name)
        port = create_alone(kind, one, setup)
        health = setup.health.of(_identity(found, one), kind.value, label)
        members.append(Member(label, port, health))
    return members


def _identity(found: Provider, config: ProviderConfig) -> tuple[str, ...]:
    """What has one health: a vendor's model at an address, or what runs in this process as it is set."""
    fields = config.model_dump(exclude=set(BLOCKS[found.kind].model_fields))
    if "base_url" in fields:
        return (found.name, str(fields["base_url"]), str(fields.get("model")))
    return (found.name, repr(fields))
