"""What the caller dictates, and whether it is whole.

A number that is whole ends the turn like any sentence, one that is plainly not is waited for.

A number is only dictated when somebody has asked for one, when the caller says that it comes, or when it is long. What
was asked for says what is whole: ten digits of a telephone number in the United States, four of a code of four digits.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from offhook.core import numbers
from offhook.core.announced import Wanted, asks_for, is_asking, wanted
from offhook.core.behaviour import Script
from offhook.core.collects import Kind
from offhook.core.figures import lookup, plain, tokens_of
from offhook.core.history import AgentSaid, AnyEntry, CallerSaid
from offhook.core.mail import mail
from offhook.core.numbers import Wholeness
from offhook.core.runs import Run, joined, runs_of

LONG_DIGITS: Final = 5
"""So many digits in a row are dictated, though nobody spoke of a number; fewer are a price, a year, a room."""
_FEW, _FEW_WORDS = 3, 4
"""Fewer symbols behind so many other words are said in passing: "a table for four"."""
_SURE_DIGITS: Final = 10
"""From here on a number of unknown length is likely to be whole."""
_LAST_DAY, _CENTURY = 31, 100
_MOST_SYMBOLS: Final = 64
_TURNS_BACK: Final = 4
"""So many turns of the caller a number may be told in."""
_MOST_CHARS: Final = 4000
_CLOCK: Final = re.compile(r"(?:1\d|2[0-4]|[1-9])(?:[0-5]\d)?(?:[ap]m?)?", re.IGNORECASE)
_OF_ANY_LENGTH: Final = frozenset({Kind.NUMBER, Kind.CODE})
_WITH_LETTERS: Final = frozenset({Kind.IBAN, Kind.POSTCODE, Kind.PLATE, Kind.CODE, Kind.SPELLING})


class Asked(msgspec.Struct, frozen=True):
    """What the caller is just answering."""

    text: str = ""
    """The agent's words with which it was asked for."""
    earlier: str = ""
    """What the caller has told of it in turns before this one."""


def asked_in(history: Sequence[AnyEntry], script: Script) -> Asked:
    """What the caller is answering: the agent's last words, or an earlier question whose number is not whole yet.

    "Five zero three ... did you get that?" - "Yes." - "five five five": the rest of the same number.
    """
    texts: list[str] = []
    last = ""
    for entry in reversed(history):
        match entry:
            case CallerSaid(text=text):
                texts.append(text)
                if len(texts) > _TURNS_BACK:
                    break
            case AgentSaid(text=text) if text:
                last = last or text
                if asks_for(text, script).kinds:
                    earlier = " ".join(reversed(texts))
                    if not texts:
                        return Asked(text)
                    is_growing = wholeness(earlier, Asked(text), script) is Wholeness.GROWING
                    return Asked(text, earlier) if is_growing or _has_part(earlier, text, script) else Asked(last)
            case _:
                pass
    return Asked(last)


def _has_part(earlier: str, question: str, script: Script) -> bool:
    """The caller has told a part of the number and something behind it: "five zero three, did you get that?"."""
    pieces = runs_of(earlier, script, with_words=False)
    return bool(pieces) and wholeness(pieces[-1].plain, Asked(question), script) is Wholeness.GROWING


# ── what is there of it ──────────────────────────────────────────────────────────────────────────────────────────


def is_asked(text: str, asked: Asked, script: Script) -> bool:
    """True when somebody, the agent or the caller, has said that something dictated comes."""
    return bool(asks_for(asked.text, script).kinds or wanted(text, script).kinds)


def wholeness(text: str, asked: Asked, script: Script) -> Wholeness:
    """How much there is of what the caller dictates; `NONE` when the text does not end in something dictated."""
    text = text[-_MOST_CHARS:]
    question, own = asks_for(asked.text, script), wanted(text, script)
    want = own if own.kinds - _OF_ANY_LENGTH or not question.kinds else question
    address = mail(text, script, is_wanted=Kind.EMAIL in want.kinds)
    if address is not Wholeness.NONE:
        return address
    date = _date(text, want, script)
    if date is not Wholeness.NONE:
        return date
    runs = runs_of(text, script, with_words=bool(want.kinds & _WITH_LETTERS))
    if not runs:
        return Wholeness.NONE
    run = runs[-1]
    if len(run.plain) < _FEW and _is_in_passing(run, question, own):
        return Wholeness.NONE
    if not question.kinds and own.kinds == {Kind.TELEPHONE} and _is_clock(run, text, script):
        return Wholeness.NONE
    if Kind.BIRTH in want.kinds and (numbers.is_year(run.plain) or _is_short_year(run, question)):
        # "I was born in 1984" tells no date; who was asked for one may go on with the day.
        if Kind.BIRTH not in question.kinds or run.others_behind:
            return Wholeness.NONE
        return Wholeness.GROWING if numbers.is_day_and_month(run.plain) else Wholeness.PERHAPS
    found = _of_run(runs, want, asked.earlier, script)
    if run.others_behind:
        is_misheard = run.is_misheard_behind and len(run.plain) >= _FEW and bool(want.kinds)
        return found if is_misheard and found is Wholeness.GROWING else Wholeness.NONE
    return _pending(run, found, want, text) if run.is_pending else found


def _is_short_year(run: Run, question: Wanted) -> bool:
    """ "I was born in eighty-four", which nobody asked for; a day has a smaller number."""
    return Kind.BIRTH not in question.kinds and run.plain.isdecimal() and _LAST_DAY < int(run.plain[:4]) < _CENTURY


def _is_in_passing(run: Run, question: Wanted, own: Wanted) -> bool:
    """Of few symbols: "a table for four", or "number two" that nobody asked for."""
    if question.kinds or own.kinds - _OF_ANY_LENGTH:
        return run.others_before >= _FEW_WORDS and not own.kinds
    return run.plain.isdecimal()


def _is_clock(run: Run, text: str, script: Script) -> bool:
    """ "Call me at five", "reach me after 5:30 p.m.": when, and not by which number. "503" may begin one."""
    is_long = sum(sign.isdecimal() for sign in run.plain) > 2
    if is_long and text.rsplit(maxsplit=1)[-1].strip(".,;!?").isdecimal():
        return False
    is_said_so = run.apart < _FEW or run.plain[-1:].isalpha()
    is_behind = run.word_before in map(plain, script.time.before_clock)
    return is_said_so and is_behind and _CLOCK.fullmatch(run.plain) is not None


def _pending(run: Run, found: Wholeness, want: Wanted, text: str) -> Wholeness:
    """Of a run with something behind it that may belong to it."""
    if is_asking(text):
        return Wholeness.NONE  # "503, okay?"
    if not want.kinds and found is not Wholeness.GROWING:
        return Wholeness.NONE
    if found in (Wholeness.GROWING, Wholeness.PERHAPS) or run.is_taken_back:
        return Wholeness.GROWING  # "503, no"; "five double".
    return Wholeness.NONE  # Behind a whole one anything may follow.


def _of_run(runs: list[Run], want: Wanted, earlier: str, script: Script) -> Wholeness:
    """Of the last run, alone or with what was told before it."""
    run, before = runs[-1], runs[:-1]
    country = numbers.country_of(script.language, script.country)
    if not want.kinds:
        return _unasked(run, country)
    ways = list(run.symbols)
    if before:
        # "503 is the area code and the rest is 555 0142."
        ways += [joined(runs, with_misheard=False), joined(runs, with_misheard=True)]
    elif earlier:
        told = runs_of(earlier, script, with_words=False)
        ways += [joined(told, with_misheard=False) + way for way in run.symbols if told]
    found = max(_of_kinds(way, want, country) for way in ways)
    if found is not Wholeness.WHOLE and any(
        _of_kinds(piece.plain, want, country) is Wholeness.WHOLE for piece in before
    ):
        return Wholeness.NONE  # "My number is ..., and I want a table for four."
    if found is Wholeness.WHOLE and len(run.symbols) > 1 and _of_kinds(run.plain, want, country) is not found:
        return Wholeness.LIKELY  # Which digits a correction replaces is a guess.
    return found


def _unasked(run: Run, country: str) -> Wholeness:
    """Of a run that nobody spoke of."""
    digits = run.symbols[-1]
    letters = sum(sign.isalpha() for sign in digits)
    if letters > 1 and not any(sign.isdecimal() for sign in digits):
        return Wholeness.PERHAPS
    # "Seven one eight" is no amount, whoever says it.
    is_apart = run.apart >= _FEW and (run.others_before > 0 or len(digits) > _FEW)
    if run.is_amount or (len(digits) - letters < LONG_DIGITS and not is_apart):
        return Wholeness.PERHAPS if letters > 1 else Wholeness.NONE
    if letters:
        return Wholeness.PERHAPS
    found = numbers.telephone(digits, country)
    if found in (Wholeness.WHOLE, Wholeness.LIKELY) or numbers.card(digits) is Wholeness.WHOLE:
        return max(found, Wholeness.LIKELY)
    return Wholeness.PERHAPS


def _of_kinds(symbols: str, want: Wanted, country: str) -> Wholeness:
    """Of what was asked for, the best reading; with several kinds the first whole one does not end it."""
    symbols = symbols[:_MOST_SYMBOLS]
    if want.length is not None:
        count = len(symbols.lstrip("+"))
        if count < want.length:
            return Wholeness.GROWING
        return Wholeness.WHOLE if count == want.length else Wholeness.PERHAPS
    return max(_of_kind(symbols, kind, country) for kind in want.kinds)


def _of_kind(symbols: str, kind: Kind, country: str) -> Wholeness:
    digits = "".join(sign for sign in symbols if not sign.isalpha())
    of_digits = _OF_DIGITS.get(kind)
    if of_digits is not None:
        return of_digits(digits, country) if digits else Wholeness.NONE
    of_symbols = _OF_SYMBOLS.get(kind)
    if of_symbols is not None:
        return of_symbols(symbols, country)
    if kind is Kind.EMAIL:
        # Its name is being spelled.
        return Wholeness.GROWING if len(symbols) > 1 else Wholeness.NONE
    found = numbers.telephone(digits, country) if digits == symbols else Wholeness.NONE
    return Wholeness.LIKELY if found is Wholeness.WHOLE else _likely_if_long(symbols)


_OF_DIGITS: Final[Mapping[Kind, Callable[[str, str], Wholeness]]] = {
    Kind.TELEPHONE: numbers.telephone,
    Kind.CARD: lambda digits, _: numbers.card(digits),
    Kind.SECURITY: lambda digits, _: _at_least(digits, 3),
    Kind.EXPIRY: lambda digits, _: numbers.expiry(digits),
    Kind.BIRTH: lambda digits, _: numbers.birth_date(digits),
}
_OF_SYMBOLS: Final[Mapping[Kind, Callable[[str, str], Wholeness]]] = {
    Kind.IBAN: numbers.iban,
    Kind.POSTCODE: numbers.postcode,
    Kind.PLATE: numbers.plate,
    Kind.CODE: lambda symbols, _: Wholeness.GROWING if len(symbols) < _FEW else _likely_if_long(symbols),
    Kind.SPELLING: lambda symbols, _: Wholeness.GROWING if len(symbols) == 1 else Wholeness.PERHAPS,
}


def _at_least(digits: str, count: int) -> Wholeness:
    return Wholeness.GROWING if len(digits) < count else Wholeness.WHOLE


def _likely_if_long(symbols: str) -> Wholeness:
    return Wholeness.LIKELY if len(symbols) >= _SURE_DIGITS else Wholeness.PERHAPS


# ── dates in words ───────────────────────────────────────────────────────────────────────────────────────────────


def _date(text: str, want: Wanted, script: Script) -> Wholeness:
    """Of a birthday or the end of a card that is told with the month's name; `NONE` when it is not."""
    if not want.kinds & {Kind.BIRTH, Kind.EXPIRY}:
        return Wholeness.NONE
    months, days = lookup(script.figures.months), lookup(script.figures.ordinals)
    words = [plain(token) for token in tokens_of(text)]
    month = max((index for index, word in enumerate(words) if word in months), default=-1)
    if month < 0:
        if words and words[-1] in days and Kind.BIRTH in want.kinds:
            return Wholeness.GROWING
        return Wholeness.NONE
    behind = [word for word in words[month + 1 :] if word not in days]
    runs = runs_of(" ".join(behind), script, with_words=False)
    figures = "".join(run.plain for run in runs)
    if Kind.EXPIRY in want.kinds:
        return Wholeness.GROWING if len(figures) < 2 or figures == "20" else Wholeness.WHOLE
    is_day_before = any(word in days or word.isdecimal() or word[:-2].isdecimal() for word in words[:month])
    has_day = is_day_before or any(word in days for word in words[month + 1 :])
    if not has_day and not _has_number(words[:month], script):
        # "March fifth", "March 5 1985": the day stands behind the month.
        figures = figures[1:] if len(figures) in (3, 5) else figures[2:]
    if figures[:2] in ("19", "20"):
        return Wholeness.GROWING if len(figures) < 4 else Wholeness.WHOLE
    return Wholeness.GROWING if len(figures) < 2 else Wholeness.WHOLE


def _has_number(words: list[str], script: Script) -> bool:
    return bool(runs_of(" ".join(words), script, with_words=False))
