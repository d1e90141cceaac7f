"""The franc in German, which is written like the Friday and the lady: "Fr. 20.50", "Fr. 9-12 Uhr", "Fr. Weber"."""

import re
from collections.abc import Sequence
from typing import Final

_SURE: Final = frozenset({"SFr.", "sFr.", "sfr.", "Sfr.", "Frs.", "fr."})
_AMOUNT: Final = re.compile(r"(?P<whole>\d{1,3}(?:['’]\d{3})+|\d{1,6})(?:[.,](?P<cents>\d\d|[-–—]{1,2}))?(?:/\w+\.?)?")
_LEAD: Final = "(\"'„«"
_TAIL: Final = ",;:!?)\"'“»"
_PRICED: Final = frozenset(
    """kostet kosten koste macht machen sind für à je nur preis preise eintritt gebühr gebühren betrag total gesamt
    insgesamt zahlen zahlt zahle bezahlen bezahlt beträgt betragen zu pro zuzüglich zzgl inkl inklusive exkl plus ca
    circa etwa rund mindestens höchstens maximal kostenpunkt aufpreis trinkgeld""".split()
)
"""In front of a price."""
_DAYS: Final = frozenset("am vom bis zum seit nächsten kommenden diesen jeden mo di mi do sa so und".split())
"""In front of a day."""
_HOURS: Final = frozenset({"Uhr", "h"})
_AHEAD: Final = 4
"""Words in which the "Uhr" of a Friday follows."""
_LAST_DAY, _LAST_HOUR, _LAST_MONTH, _LAST_MINUTE = 31, 24, 12, 59


def with_francs(words: Sequence[str], region: str) -> Sequence[str]:
    """The words, with `CHF` for each "Fr." that is a franc."""
    if not any(word.lstrip(_LEAD).rstrip(_TAIL).lower() in ("fr.", "sfr.", "frs.") for word in words):
        return words
    said = list(words)
    for at, word in enumerate(words):
        bare = word.lstrip(_LEAD).rstrip(_TAIL)
        if bare not in _SURE and bare != "Fr.":
            continue
        if _is_in_front(words, at, bare, region) or _is_behind(words, at, region):
            stop = "." if at == len(words) - 1 and word.endswith(".") else ""
            said[at] = word.replace(bare, f"CHF{stop}")
    return said


def _is_in_front(words: Sequence[str], at: int, bare: str, region: str) -> bool:
    """Of an amount."""
    if words[at].rstrip(_TAIL) != words[at] or at + 1 == len(words):
        return False
    after = words[at + 1].rstrip(_TAIL)
    match = _AMOUNT.fullmatch(after.rstrip("."))
    if match is None:
        return False
    whole, cents = match["whole"], match["cents"] or ""
    if bare in _SURE or not whole.isdecimal() or (cents and not cents.isdecimal()):
        return True
    if any(word.strip(_LEAD + _TAIL + ".") in _HOURS for word in words[at + 2 : at + 2 + _AHEAD]):
        return False
    before = words[at - 1].strip(_LEAD + _TAIL + ".").lower() if at else ""
    is_day = after.endswith(".") and int(whole) <= _LAST_DAY and int(cents or 1) <= _LAST_MONTH
    if before in _DAYS and (is_day or int(whole) <= _LAST_HOUR):
        return False
    if is_day and not cents and at + 2 < len(words):
        return False  # "Fr. 20. November"
    if before in _PRICED:
        return True
    if is_day:
        return False
    is_time = int(whole) <= _LAST_HOUR and int(cents or 0) <= _LAST_MINUTE
    return _is_swiss(region) or (not is_time if cents else int(whole) > _LAST_DAY)


def _is_behind(words: Sequence[str], at: int, region: str) -> bool:
    """An amount: "20 Fr. pro Nacht"."""
    if not at or not _AMOUNT.fullmatch(words[at - 1].lstrip(_LEAD + "-–+~")):
        return False
    after = words[at + 1] if at + 1 < len(words) else ""
    if after[:1].isdecimal() or after in ("ab", "bis", "von"):
        return False
    return _is_swiss(region) or not after[:1].isupper()


def _is_swiss(region: str) -> bool:
    return region in ("CH", "LI")
