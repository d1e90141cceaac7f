"""What Deepgram's sockets are asked for, as their addresses say it, and what may be left out of it in need."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from offhook.speech.ports import Setup
from offhook.speech.stt.deepgram_models import FLUX, MULTI, check_several, code_of, hint_of
from offhook.speech.stt.deepgram_terms import key_terms, keywords
from offhook.speech.vendor_block import socket_url

if TYPE_CHECKING:
    from offhook.speech.stt.deepgram import Config

MULTI_ENDPOINTING_MS: Final = 100
"""Deepgram's advice for callers who change their language."""
FILLER_MODELS: Final = frozenset({"nova", "nova-general", "nova-2", "nova-2-general", "nova-3", "nova-3-general"})
"""That leave out "uh" and "um" unless they are asked for them (https://developers.deepgram.com/docs/filler-words)."""
TERMS: Final = ("keyterm", "keywords")
WITHOUT: Final = (*TERMS, "filler_words", "language_hint", "numerals", "smart_format", "endpointing")
"""What a call can do without. Not `mip_opt_out`: the owner wants it more than an answer."""
OLDER: Final = {"eot_threshold": "0.9", "eot_timeout_ms": "10000"}
"""The highest values that servers before July 2026 take."""
NEEDED: Final = ("model", "language", "tier", "encoding", "sample_rate", "mip_opt_out", "credential")
"""Whose reason names one of these does not mean the key terms."""


class Plainer(NamedTuple):
    """A query that asks for less."""

    url: str
    what: str
    """What it leaves out, for people."""


def address(config: "Config", setup: Setup) -> str:
    """The socket's address, query included. Raises `ConfigurationError` for a language that is not heard."""
    host = socket_url(config.base_url)
    if config.is_flux:
        return f"{host}/v2/listen?{flux_query(config, setup)}"
    return f"{host}/v1/listen?{query(config, setup)}"


def query(config: "Config", setup: Setup) -> str:
    """Nova's query: https://developers.deepgram.com/reference/speech-to-text/listen-streaming. Raises
    `ConfigurationError` when the model does not hear the language.
    """
    field = "stt.language" if config.language else "stt.model"
    language = code_of(
        config.model, config.language or setup.language, is_checked=config.check_language, field=field
    )  # fmt: skip
    pause_ms = config.endpointing_ms
    if language == MULTI:
        _check_several(config, setup)
        pause_ms = pause_ms if "endpointing_ms" in config.model_fields_set else MULTI_ENDPOINTING_MS
    fields = [
        ("model", config.model),
        ("language", language),
        *_hints(config, config.language_hints),
        ("encoding", "mulaw"),
        ("sample_rate", "8000"),
        ("channels", "1"),
        ("interim_results", "true"),
        ("endpointing", str(pause_ms) if pause_ms else "false"),
        ("punctuate", "true"),
    ]
    # An "um" at the end shows that the caller goes on; the history does not hold it.
    fields += [("filler_words", "true")] if config.model in FILLER_MODELS else []
    # smart_format holds a final back for up to 3 s to see the end of a number, until `Finalize`, which each talk spurt
    # is followed by. `no_delay` would spare that wait by not formatting at all, "in many cases".
    fields += [("smart_format", "true")] if config.smart_format else []
    return urlencode([*fields, *_common(config), *_vocabulary(config.model, setup.vocabulary)])


def flux_query(config: "Config", setup: Setup) -> str:
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
    if config.hears_several:
        _check_several(config, setup)
        fields += _hints(config, config.language_hints or (setup.language,))
    else:
        code_of(config.model, setup.language, is_checked=config.check_language)
    return urlencode([*fields, *_common(config), *_vocabulary(config.model, setup.vocabulary)])


def takes_key_terms(model: str) -> bool:
    """As they are, phrases too; the older models take single words with a weight."""
    return model.startswith(("nova-3", FLUX))


def plainer(url: str, reason: str) -> Plainer | None:
    """The address without what it was refused for, once per name; None when there is nothing to leave out.

    Flux often does not say why it refuses. Key terms are what fails most: they go first when no reason is named.
    """
    base, _, text = url.partition("?")
    fields = parse_qsl(text, keep_blank_values=True)
    names, said = {name for name, _ in fields}, reason.lower()
    for name, most in OLDER.items():
        if name in said and any(other == name and float(value) > float(most) for other, value in fields):
            fields = [(other, most if other == name else value) for other, value in fields]
            return Plainer(f"{base}?{urlencode(fields)}", f"{name} above {most}")
    wanted = next((name for name in WITHOUT if name in names and name.removesuffix("s") in said), None)
    if wanted is None and not any(name in said for name in NEEDED):
        wanted = next((name for name in TERMS if name in names), None)
    if wanted is None:
        return None
    left = [(name, value) for name, value in fields if name != wanted]
    return Plainer(f"{base}?{urlencode(left)}", "the key terms" if wanted in TERMS else wanted)


def _check_several(config: "Config", setup: Setup) -> None:
    if config.check_language:
        check_several(config.model, setup.language, "stt.model")
        for hint in config.language_hints:
            check_several(config.model, hint, "stt.language_hints")


def _hints(config: "Config", languages: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("language_hint", hint) for hint in dict.fromkeys(hint_of(config.model, tag) for tag in languages)]


def _common(config: "Config") -> list[tuple[str, str]]:
    fields = [("numerals", "true")] if config.numerals else []
    return fields + ([("mip_opt_out", "true")] if config.mip_opt_out else [])


def _vocabulary(model: str, vocabulary: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if takes_key_terms(model):
        yield from (("keyterm", term) for term in key_terms(vocabulary))
    else:
        yield from (("keywords", word) for word in keywords(vocabulary))
