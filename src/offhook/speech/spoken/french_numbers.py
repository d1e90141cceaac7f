"""French number words: pure functions from numbers to what a person says, in France, Belgium and Switzerland."""

from typing import Final

from offhook.speech.spoken.european_words import Gender

ONES: Final = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
TENS: Final = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}
NINETY_REGIONS: Final = frozenset({"BE", "CH"})
"""They say septante and nonante."""
SCALES: Final = (
    (10**12, "billion"),
    (10**9, "milliard"),
    (10**6, "million"),
)


def cardinal(n: int, gender: Gender | None = None, region: str = "") -> str:
    """71 -> "soixante et onze" or "septante et un", 80 -> "quatre-vingts", 201 -> "deux cent un"."""
    for scale, word in SCALES:
        if n >= scale:
            head = n // scale
            said = f"{cardinal(head, None, region)} {word}{'s' if head > 1 else ''}"
            return f"{said} {cardinal(n % scale, gender, region)}" if n % scale else said
    if n >= 1000:
        head = n // 1000
        many = "" if head == 1 else f"{_below_thousand(head, None, region, is_last=False)} "
        return f"{many}mille {_below_thousand(n % 1000, gender, region) if n % 1000 else ''}".strip()
    return _below_thousand(n, gender, region)


def _below_thousand(n: int, gender: Gender | None, region: str, *, is_last: bool = True) -> str:
    hundred, rest = divmod(n, 100)
    said = []
    if hundred:
        plural = "s" if hundred > 1 and not rest and is_last else ""
        said.append(f"{ONES[hundred]} cent{plural}" if hundred > 1 else "cent")
    if rest or not hundred:
        small = _below_hundred(rest, region)
        if small == "quatre-vingts" and not is_last:
            small = "quatre-vingt"
        is_one = rest % 10 == 1 and small.endswith("un") and gender is Gender.FEMININE
        said.append(f"{small}e" if is_one else small)
    return " ".join(said)


def _below_hundred(n: int, region: str) -> str:
    if n < 20:
        return ONES[n]
    tens = n - n % 10
    if region in NINETY_REGIONS and tens in (70, 90):
        return _with_one("septante" if tens == 70 else "nonante", n - tens)
    if tens in (70, 90):
        tens -= 10
    rest = n - tens
    if tens == 80:
        return f"quatre-vingt-{ONES[rest]}" if rest else "quatre-vingts"
    return _with_one(TENS[tens], rest)


def _with_one(tens: str, rest: int) -> str:
    if rest in (1, 11):
        return f"{tens} et {ONES[rest]}"
    return f"{tens}-{ONES[rest]}" if rest else tens


def ordinal(n: int, *, is_feminine: bool = False, region: str = "") -> str:
    """1 -> "premier", 21 -> "vingt et unième"."""
    if n == 1:
        return "première" if is_feminine else "premier"
    said = cardinal(n, None, region)
    said = said.removesuffix("s") if said.endswith(("cents", "vingts", "millions", "milliards")) else said
    if said.endswith("cinq"):
        return f"{said}uième"
    if said.endswith("neuf"):
        return f"{said[:-1]}vième"
    return f"{said.removesuffix('e')}ième"
