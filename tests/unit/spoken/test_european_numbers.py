"""Number words of German, Spanish and French: the irregular ones by name, and that no two numbers sound the same."""

from collections.abc import Callable

import pytest

from offhook.speech.spoken import french_numbers, german_numbers, spanish_numbers
from offhook.speech.spoken.european_words import Amount, Gender, amount_of, from_roman, full_year

M, F = Gender.MASCULINE, Gender.FEMININE


@pytest.mark.parametrize(
    ("n", "german", "spanish", "french"),
    [
        (0, "null", "cero", "zéro"),
        (1, "eins", "uno", "un"),
        (16, "sechzehn", "dieciséis", "seize"),
        (17, "siebzehn", "diecisiete", "dix-sept"),
        (21, "einundzwanzig", "veintiuno", "vingt et un"),
        (22, "zweiundzwanzig", "veintidós", "vingt-deux"),
        (31, "einunddreißig", "treinta y uno", "trente et un"),
        (66, "sechsundsechzig", "sesenta y seis", "soixante-six"),
        (70, "siebzig", "setenta", "soixante-dix"),
        (71, "einundsiebzig", "setenta y uno", "soixante et onze"),
        (80, "achtzig", "ochenta", "quatre-vingts"),
        (81, "einundachtzig", "ochenta y uno", "quatre-vingt-un"),
        (91, "einundneunzig", "noventa y uno", "quatre-vingt-onze"),
        (100, "hundert", "cien", "cent"),
        (101, "hunderteins", "ciento uno", "cent un"),
        (200, "zweihundert", "doscientos", "deux cents"),
        (280, "zweihundertachtzig", "doscientos ochenta", "deux cent quatre-vingts"),
        (555, "fünfhundertfünfundfünfzig", "quinientos cincuenta y cinco", "cinq cent cinquante-cinq"),
        (1000, "tausend", "mil", "mille"),
        (1001, "tausendeins", "mil uno", "mille un"),
        (21_000, "einundzwanzigtausend", "veintiún mil", "vingt et un mille"),
        (80_000, "achtzigtausend", "ochenta mil", "quatre-vingt mille"),
        (200_000, "zweihunderttausend", "doscientos mil", "deux cent mille"),
        (1_000_000, "eine Million", "un millón", "un million"),
        (
            2_500_000,
            "zwei Millionen fünfhunderttausend",
            "dos millones quinientos mil",
            "deux millions cinq cent mille",
        ),
        (80_000_000, "achtzig Millionen", "ochenta millones", "quatre-vingts millions"),
        (10**9, "eine Milliarde", "mil millones", "un milliard"),
        (10**12, "eine Billion", "un billón", "un billion"),
    ],
)
def test_cardinals(n: int, german: str, spanish: str, french: str) -> None:
    assert german_numbers.cardinal(n) == german
    assert spanish_numbers.cardinal(n) == spanish
    assert french_numbers.cardinal(n) == french


def test_numbers_agree_with_their_noun() -> None:
    assert [german_numbers.counted(1, gender) for gender in Gender] == ["ein", "eine", "ein"]
    assert [spanish_numbers.cardinal(n, M) for n in (1, 21, 31, 101)] == ["un", "veintiún", "treinta y un", "ciento un"]
    assert [spanish_numbers.cardinal(n, F) for n in (1, 21, 200, 1_200)] == [
        "una", "veintiuna", "doscientas", "mil doscientas",
    ]  # fmt: skip
    assert spanish_numbers.cardinal(201_201, F) == "doscientas un mil doscientas una"
    assert [french_numbers.cardinal(n, F) for n in (1, 11, 21, 71, 81)] == [
        "une", "onze", "vingt et une", "soixante et onze", "quatre-vingt-une",
    ]  # fmt: skip


def test_ordinals_and_years() -> None:
    assert [german_numbers.ordinal(n, "e") for n in (1, 3, 7, 8, 19, 20, 101)] == [
        "erste", "dritte", "siebte", "achte", "neunzehnte", "zwanzigste", "hunderterste",
    ]  # fmt: skip
    assert [german_numbers.year(n) for n in (1066, 1900, 1985, 2026)] == [
        "tausendsechsundsechzig", "neunzehnhundert", "neunzehnhundertfünfundachtzig", "zweitausendsechsundzwanzig",
    ]  # fmt: skip
    assert [spanish_numbers.ordinal(n, ending) for n, ending in ((1, ""), (3, ""), (3, "a"), (7, "o"), (40, "o"))] == [
        "primer", "tercer", "tercera", "séptimo", None,
    ]  # fmt: skip
    assert [french_numbers.ordinal(n) for n in (1, 4, 5, 9, 11, 21, 80, 200)] == [
        "premier", "quatrième", "cinquième", "neuvième", "onzième", "vingt et unième", "quatre-vingtième",
        "deux centième",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cardinal",
    [
        german_numbers.cardinal,
        spanish_numbers.cardinal,
        french_numbers.cardinal,
        lambda n: french_numbers.cardinal(n, None, "CH"),
    ],
)
def test_no_two_numbers_sound_the_same(cardinal: Callable[[int], str]) -> None:
    numbers = [*range(12_000), *range(99_000, 101_000), *(10**power + n for power in range(5, 13) for n in (0, 1, 100))]
    assert len({cardinal(n) for n in numbers}) == len(set(numbers))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,50", ("1234", "50")),
        ("1'234.50", ("1234", "50")),
        ("1,234.50", ("1234", "50")),
        ("1.234.567", ("1234567", "")),
        ("1.234", ("1234", "")),
        ("1,234", ("1", "234")),
        ("0.500", ("0", "500")),
        ("12.5", ("12", "5")),
        ("007", ("007", "")),
    ],
)
def test_amounts(text: str, amount: tuple[str, str]) -> None:
    assert amount_of(text) == Amount(*amount)


def test_amounts_where_commas_group() -> None:
    assert amount_of("1,234", groups_by_comma=True) == Amount("1234", "")
    assert amount_of("1.234", groups_by_comma=True) == Amount("1", "234")


def test_short_years_and_roman_numbers() -> None:
    assert [full_year(text) for text in ("26", "85", "1985")] == [2026, 1985, 1985]
    assert [from_roman(text) for text in ("XIX", "IV", "XXI", "L")] == [19, 4, 21, 50]
