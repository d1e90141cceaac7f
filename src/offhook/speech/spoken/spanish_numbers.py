"""Spanish number words: pure functions from numbers to what a person says."""

from typing import Final

from offhook.speech.spoken.european_words import Gender

ONES: Final = (
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce",
    "trece",
    "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidós",
    "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve",
)  # fmt: skip
TENS: Final = ("", "diez", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
HUNDREDS: Final = (
    "", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos",
    "ochocientos", "novecientos",
)  # fmt: skip
SCALES: Final = ((10**12, "billón", "billones"), (10**6, "millón", "millones"))
ORDINALS: Final = (
    "", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno", "décimo",
    "undécimo", "duodécimo",
)  # fmt: skip


def cardinal(n: int, gender: Gender | None = None) -> str:
    """21 -> "veintiuno"; before a noun "veintiún" or "veintiuna", 200 "doscientas"."""
    for scale, one, many in SCALES:
        if n >= scale:
            head = f"un {one}" if n // scale == 1 else f"{cardinal(n // scale, Gender.MASCULINE)} {many}"
            return f"{head} {cardinal(n % scale, gender)}" if n % scale else head
    if n >= 1000:
        # "doscientas mil", but "veintiún mil".
        many = "" if n // 1000 == 1 else _below_thousand(n // 1000, gender, Gender.MASCULINE)
        return f"{many} mil {_below_thousand(n % 1000, gender, gender) if n % 1000 else ''}".strip()
    return _below_thousand(n, gender, gender)


def _below_thousand(n: int, of_hundreds: Gender | None, of_ones: Gender | None) -> str:
    if n == 100:
        return "cien"
    hundred, rest = divmod(n, 100)
    said = [f"{HUNDREDS[hundred][:-2]}as" if hundred > 1 and of_hundreds is Gender.FEMININE else HUNDREDS[hundred]]
    if rest or not hundred:
        said.append(_below_hundred(rest, of_ones))
    return " ".join(filter(None, said))


def _below_hundred(n: int, gender: Gender | None) -> str:
    ten, one = divmod(n, 10)
    said = ONES[n] if n < 30 else TENS[ten] + (f" y {ONES[one]}" if one else "")
    if one != 1 or n == 11 or gender is None:
        return said
    if gender is Gender.FEMININE:
        return f"{said[:-1]}a"
    return "veintiún" if n == 21 else said[:-1]


def ordinal(n: int, ending: str) -> str | None:
    """3, "a" -> "tercera"; "" before a masculine noun: "primer". None where people say the plain number."""
    if not 0 < n < len(ORDINALS):
        return None
    said = ORDINALS[n][:-1]
    return said if ending == "" and n in (1, 3) else f"{said}{ending or 'o'}"
