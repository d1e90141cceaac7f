"""Which languages can be spoken out, by their primary tag."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from offhook.speech.spoken import english, french, german, spanish
from offhook.speech.spoken.language import Language

LANGUAGES: Final[Mapping[str, Callable[[str], Language]]] = {
    "de": german.create,
    "en": english.create,
    "es": spanish.create,
    "fr": french.create,
}
"""Each makes its language for a region in capitals, which may be empty."""


@cache
def language_for(primary: str, region: str) -> Language | None:
    """The language, or None where nothing is known of it: then its words are said as they are written."""
    create = LANGUAGES.get(primary)
    return create(region) if create else None


def split_tag(tag: str) -> tuple[str, str]:
    """ "en-GB" -> ("en", "GB"); the region is empty where none is named."""
    primary, *rest = tag.replace("_", "-").split("-")
    region = next((part.upper() for part in rest if len(part) == 2 or (len(part) == 3 and part.isdigit())), "")
    return primary.lower(), region
