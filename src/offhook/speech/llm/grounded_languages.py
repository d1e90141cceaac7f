"""The languages of the grounded brain: a new one is a file beside this and a line here."""

from collections.abc import Mapping
from typing import Final

from offhook.errors import ConfigurationError
from offhook.speech.llm.grounded_english import ENGLISH
from offhook.speech.llm.grounded_german import GERMAN
from offhook.speech.llm.grounded_language import Language

LANGUAGES: Final[Mapping[str, Language]] = {
    "en": ENGLISH,
    "de": GERMAN,
}


def language_for(tag: str) -> Language:
    """The language of a tag such as `en-US`. Raises `ConfigurationError` for one that the brain does not speak."""
    primary = tag.replace("_", "-").partition("-")[0].casefold()
    if primary not in LANGUAGES:
        raise ConfigurationError(
            "the grounded brain does not speak this language: choose another llm provider",
            field="language", found=tag, expected=" or ".join(LANGUAGES),
        )  # fmt: skip
    return LANGUAGES[primary]
