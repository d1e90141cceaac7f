"""Small numbers and yes or no as words, of the languages that agents speak: a model that was told "three" may write so.

Only whole values count: "one" in a field for a number is 1, "one of them" is nothing.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

_NUMBERS: Final[Mapping[str, str]] = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn zwanzig",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf vingt",
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici "
    "sedici diciassette diciotto diciannove venti",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien "
    "zeventien achttien negentien twintig",
    "pt": "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis "
    "dezessete dezoito dezenove vinte",
}
"""From zero on."""
_MORE: Final[Mapping[str, Mapping[str, int]]] = {
    "de": {"ein": 1, "eine": 1, "einen": 1, "zwo": 2},
    "es": {"un": 1, "una": 1},
    "fr": {"une": 1},
    "it": {"un": 1, "una": 1},
    "nl": {"één": 1},
    "pt": {"uma": 1, "duas": 2},
}
_YES_AND_NO: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("yes", "no"),
    "de": ("ja", "nein"),
    "es": ("sí", "no"),
    "fr": ("oui", "non"),
    "it": ("sì", "no"),
    "nl": ("ja", "nee"),
    "pt": ("sim", "não"),
}


@cache
def number_words(language: str) -> Mapping[str, int]:
    """Words of the language and of English, the language first: "once" is eleven in Spanish."""
    found: dict[str, int] = {}
    for one in ("en", language):
        found.update({word: number for number, word in enumerate(_NUMBERS.get(one, "").split())})
        found.update(_MORE.get(one, {}))
    return found


@cache
def switch_words(language: str) -> Mapping[str, bool]:
    """What is true and what is false: in JSON, in English, in the language."""
    found = {"true": True, "false": False, "1": True, "0": False}
    for one in ("en", language):
        yes, no = _YES_AND_NO.get(one, ("yes", "no"))
        found |= {yes: True, no: False}
    return found
