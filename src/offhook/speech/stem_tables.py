"""The languages whose words are known: a new one is a file like `stems_english.py` and a line here."""

from collections.abc import Mapping
from typing import Final

from offhook.speech.stems import WordTable
from offhook.speech.stems_english import ENGLISH
from offhook.speech.stems_german import GERMAN

TABLES: Final[Mapping[str, WordTable]] = {"en": ENGLISH, "de": GERMAN}


def table_for(language: str) -> WordTable:
    """The table of a language tag such as `en-US`."""
    return TABLES.get(language.partition("-")[0].casefold(), WordTable())
