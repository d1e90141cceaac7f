"""German number words: pure functions from numbers to what a person says."""

from typing import Final

from offhook.speech.spoken.european_words import Gender

ONES: Final = (
    "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
    "dreizehn",
    "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
)  # fmt: skip
TENS: Final = ("", "zehn", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
SCALES: Final = (
    (10**12, "Billion", "Billionen"),
    (10**9, "Milliarde", "Milliarden"),
    (10**6, "Million", "Millionen"),
)
STEMS: Final = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}


def cardinal(n: int) -> str:
    """21 -> "einundzwanzig", 1200 -> "tausendzweihundert"; "eins" at the end of a number that ends in one."""
    for scale, one, many in SCALES:
        if n >= scale:
            head = f"eine {one}" if n // scale == 1 else f"{cardinal(n // scale)} {many}"
            return f"{head} {cardinal(n % scale)}" if n % scale else head
    return _below_million(n)


def _below_million(n: int) -> str:
    if n < 20:
        return ONES[n]
    if n < 100:
        tens = TENS[n // 10]
        return f"{_joint(n % 10)}und{tens}" if n % 10 else tens
    scale, word = (1000, "tausend") if n >= 1000 else (100, "hundert")
    head = "" if n // scale == 1 else _joint(n // scale)
    return head + word + (_below_million(n % scale) if n % scale else "")


def _joint(n: int) -> str:
    """As the first part of a longer number: "ein" without its s."""
    said = _below_million(n)
    return said.removesuffix("s") if said.endswith("eins") else said


def counted(n: int, gender: Gender) -> str:
    """Before a noun: "ein Zimmer", "eine Stunde"; the other numbers do not change."""
    if n == 1:
        return "eine" if gender is Gender.FEMININE else "ein"
    return cardinal(n)


def ordinal(n: int, ending: str) -> str:
    """29, "en" -> "neunundzwanzigsten"."""
    rest = n % 100
    if 0 < rest < 20:
        head = cardinal(n - rest) if n > rest else ""
        return f"{head}{STEMS.get(rest, f'{ONES[rest]}t')}{ending}"
    return f"{cardinal(n)}st{ending}"


def year(n: int) -> str:
    """1985 -> "neunzehnhundertfünfundachtzig", 2026 -> "zweitausendsechsundzwanzig"."""
    if 1100 <= n < 2000:
        rest = _below_million(n % 100) if n % 100 else ""
        return f"{ONES[n // 100]}hundert{rest}"
    return cardinal(n)
