"""The agent's fixed sentences and word lists, one TOML file per language: a new language is a new file.

The words a caller waits after ("um", "my number is") or may say without taking the floor ("mm-hm") are lists here, so
that the core knows no language. "Wait" and "hold on" are no hesitations on purpose: said over the agent, they mean it.
So do the sounds of no ("uh-uh"), which have a list of their own, since they are spelled like sounds of listening.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from offhook.core.behaviour import Script, TimeWords, ToolWords
from offhook.core.collects import Collects
from offhook.core.figures import NumberWords
from offhook.core.spellings import Spellings
from offhook.errors import ConfigurationError

DEFAULT_LANGUAGE: Final = "en-US"


class Sentences(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One language's file. Every field must be there; lists of words are normalized (`core.words.normalize`)."""

    greeting: str
    idle: tuple[str, ...]
    goodbye: str
    idle_goodbye: str
    warning: str
    time_over: str
    filler: tuple[str, ...]
    opener_question: tuple[str, ...]
    opener_request: tuple[str, ...]
    opener_statement: tuple[str, ...]
    apology: str
    repeat: str
    deaf: str
    failure_goodbye: str
    presence: str
    absent_goodbye: str
    transfer: str
    transfer_failed: str
    returned: str
    denials: tuple[str, ...]
    wait_phrases: tuple[str, ...]
    backchannels: tuple[str, ...]
    end_phrases: tuple[str, ...]
    open_words: tuple[str, ...]
    closing_words: tuple[str, ...]
    stranded_words: tuple[str, ...]
    hesitations: tuple[str, ...]
    fillers: tuple[str, ...]
    number_words: tuple[str, ...]
    collect_words: tuple[str, ...]
    question_words: tuple[str, ...]
    request_words: tuple[str, ...]
    negations: tuple[str, ...]
    conditions: tuple[str, ...]
    figures: NumberWords
    time: TimeWords
    collects: Collects
    spellings: Spellings
    promises: dict[str, tuple[str, ...]]
    """By a built-in tool's name: how the agent says that it was done, as `core.promises.as_phrase` leaves it."""


def languages() -> tuple[str, ...]:
    """Primary tags of the languages that have a file: "de", "en", ..."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def primary_tag(language: str) -> str:
    """The part that chooses the file: "en" of "en-GB"."""
    return language.partition("-")[0].lower()


@cache
def sentences(tag: str) -> Sentences:
    """The file of a primary tag that `languages` lists."""
    fields: dict[str, Any] = tomllib.loads(files(__name__).joinpath(f"{tag}.toml").read_text("utf-8"))
    return msgspec.convert(fields, Sentences)


def is_known(language: str) -> bool:
    """True when there is a file for the language, in whatever variety."""
    return primary_tag(language) in languages()


def script_for(language: str) -> Script:
    """The script of a language with its plain greeting. Raises `ConfigurationError` when there is no file for it."""
    if not is_known(language):
        raise ConfigurationError(
            "there are no sentences in this language", field="language", found=language, expected=", ".join(languages())
        )
    fields = msgspec.structs.asdict(sentences(primary_tag(language)))
    tools = {name: ToolWords(promises=phrases) for name, phrases in fields.pop("promises").items()}
    return Script(language=language, tools=tools, **fields)
