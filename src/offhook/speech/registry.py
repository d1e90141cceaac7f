"""Finds the providers: every file under `speech/stt`, `speech/llm` and `speech/tts` that holds a `Config`.

A provider is one file and nothing else is edited for it. The file has

- `class Config(ProviderConfig)` with `provider: Literal["its-name"] = "its-name"`,
- `def create(config: Config, setup: Setup)` which returns the port,
- where it needs them, `KEYS` (names of environment variables) and `MODELS` (names of local models), each a tuple of
  text or a function from the config to one,
- for a voice that is made in this process `MADE_HERE = True`: its segments begin with sound and cost nothing, so that
  nothing is trimmed off them and nothing of them is kept on disk.

Importing such a file must be cheap: heavy libraries are imported inside `create` or `prepare`.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import Field

from offhook.errors import ConfigurationError
from offhook.speech.ports import LanguageModel, ProviderConfig, Setup, SpeechToText, Voice
from offhook.speech.trimmed import TrimmedVoice

Port = SpeechToText | LanguageModel | Voice


class Kind(StrEnum):
    """The three ports; the value is the block's name in the agent's file and the package's name here."""

    STT = "stt"
    LLM = "llm"
    TTS = "tts"


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
    """The port that a `stt` block asks for. Raises `ConfigurationError`."""
    return cast("SpeechToText", _create(Kind.STT, config, setup))


def create_language_model(config: ProviderConfig, setup: Setup) -> LanguageModel:
    """The port that a `llm` block asks for. Raises `ConfigurationError`."""
    return cast("LanguageModel", _create(Kind.LLM, config, setup))


def create_voice(config: ProviderConfig, setup: Setup) -> Voice:
    """The port that a `tts` block asks for, without the silence in front of a vendor's. Raises `ConfigurationError`."""
    voice = cast("Voice", _create(Kind.TTS, config, setup))
    return voice if provider_of(Kind.TTS, config).is_made_here else TrimmedVoice(voice)


def provider_of(kind: Kind, config: ProviderConfig) -> Provider:
    """The provider whose block this is."""
    return provider(kind, provider_name(type(config)))


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


def _config_union(kind: Kind) -> Any:
    configs = tuple(found.config for found in providers(kind).values())
    configs = configs or (ProviderConfig,)
    # pydantic refuses to tell one type apart.
    return configs[0] if len(configs) == 1 else Annotated[Union[configs], Field(discriminator="provider")]  # noqa: UP007


def _create(kind: Kind, config: ProviderConfig, setup: Setup) -> Port:
    create = cast("Callable[[ProviderConfig, Setup], Port]", vars(provider_of(kind, config).module)["create"])
    return create(config, setup)
