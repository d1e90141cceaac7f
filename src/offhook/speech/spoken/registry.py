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
    if create is None:
        return None
    language = create(region)
    language.say(WARM_UP.split())  # Patterns are compiled when they are first used: not in a call.
    return language


WARM_UP: Final = (
    "Call 503-555-0142, $12.50 at 9:30 on 3/4 (5 km, 50%, AB12C) jo@x.com www.x.com 2½ 1st 9-5 v2.1 +442079460958"
)


def split_tag(tag: str) -> tuple[str, str]:
    """ "en-GB" -> ("en", "GB"); the region is empty where none is named."""
    primary, *rest = tag.replace("_", "-").split("-")
    region = next((part.upper() for part in rest if len(part) == 2 or (len(part) == 3 and part.isdigit())), "")
    return primary.lower(), region
