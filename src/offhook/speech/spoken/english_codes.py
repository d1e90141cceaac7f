"""English codes: letters with digits, versions, the addresses of machines."""

import re
from typing import Final

from offhook.speech.spoken.english_amounts import IS_NUMBER, PREFIXES, SIGNS
from offhook.speech.spoken.english_dates import nth
from offhook.speech.spoken.english_names import spell
from offhook.speech.spoken.english_numbers import cardinal, digits, number, paired, plain_number
from offhook.speech.spoken.english_words import CODE_WORDS, NUMBER_WORDS
from offhook.speech.spoken.language import Place

VERSION: Final = re.compile(r"([vV]?)(\d+(?:\.\d+){2,4}|(?<=[vV])\d+(?:\.\d+)?)")
MIXED: Final = re.compile(r"[A-Za-z0-9]*(?:[A-Za-z]\d|\d[A-Za-z])[A-Za-z0-9]*")
PART: Final = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z]+)?")
SEVERAL: Final = re.compile(r"([A-Z]+\d{1,2})'?s")
"""MP4s, A380s."""
PERIOD: Final = re.compile(r"(Q[1-4]|H[12]|FY|CY)'(\d\d)")
ZONE: Final = re.compile(r"(UTC|GMT)([+-])(\d{1,2})")
FRACTION_OF: Final = re.compile(rf"(\d*[{SIGNS}])-([a-z]+)")


def zip_code(core: str, place: Place) -> str | None:
    """97201-1234."""
    match = re.fullmatch(r"(\d{5})-(\d{4})", core) if len(core) == 10 else None
    return f"{digits(match[1])}, {digits(match[2])}" if match else None


def version(core: str, place: Place) -> str | None:
    """v2.1 -> "version two point one", 2.0.1, and the addresses of machines."""
    match = VERSION.fullmatch(core)
    if not match:
        return None
    parts = match[2].split(".")
    if len(parts) == 4 and not match[1]:
        return " dot ".join(digits(part) if len(part) > 2 else cardinal(int(part)) for part in parts)
    return ("version " if match[1] else "") + " point ".join(number(part) for part in parts)


def code(core: str, place: Place) -> str | None:
    """Letters with digits: AB12C, 4B, 1-800-FLOWERS, COVID-19, 24-hour."""
    core = core.removeprefix("#")
    if scaled := _scaled(core, place):
        return scaled
    if match := ZONE.fullmatch(core):
        return f"{spell(match[1])} {PREFIXES[match[2]]}{number(match[3])}"
    if match := FRACTION_OF.fullmatch(core):
        return "half " + match[2] if match[1] == "½" else f"{number(match[1])} {match[2]}"
    if match := PERIOD.fullmatch(core):
        return f"{_code_part(match[1], False, False, False)} {plain_number(match[2])}"
    parts = core.split("-")
    if not any(c.isdecimal() for c in core) or not all(PART.fullmatch(part) for part in parts):
        return None
    is_code = place.before.lower() in CODE_WORDS or place.before.lower() in NUMBER_WORDS - {"in", "are", "with"}
    is_code = is_code and any(c.isalpha() for c in core)
    numbers = sum(part.isdecimal() for part in parts)
    codes = sum(any(c.isdecimal() for c in part) for part in parts)
    several = numbers > 1 and not any(part.isalpha() and part.islower() for part in parts)
    said = [_code_part(part, several, is_code, len(parts) > 1) for part in parts]
    return (", " if codes == len(parts) > 1 and numbers < len(parts) and max(map(len, parts)) > 2 else " ").join(
        said
    ).rstrip(",").replace(",,", ",")  # fmt: skip


def _scaled(core: str, place: Place) -> str | None:
    """10k, 1.2M; but 4B is a flat, and 4K a television's."""
    match = re.fullmatch(r"([-+~]?)(\d[\d,.]*)(k|K|M|B|bn|mn)(\+?)", core)
    if not match or not IS_NUMBER.fullmatch(match[2]) or _is_resolution(core, place):
        return None
    if match[3] == "B" and "." not in match[2] and not place.after.islower():
        return None
    scale = {"k": "thousand", "m": "million", "b": "billion"}[match[3][0].lower()]
    return f"{PREFIXES[match[1]]}{number(match[2])} {scale}{' plus' if match[4] else ''}"


def _is_resolution(core: str, place: Place) -> bool:
    return core in ("4K", "8K", "2K") and place.after.lower() in (
        "tv",
        "tvs",
        "video",
        "display",
        "screen",
        "ultra",
        "",
    )


def _year_of_account(part: str) -> str | None:
    match = re.fullmatch(r"(FY|CY|SY)((?:19|20)?\d\d)", part)
    return f"{spell(match[1])} {plain_number(match[2])}" if match else None


def _code_part(part: str, several: bool, is_code: bool, is_joined: bool) -> str:
    if part.isdecimal():
        if several:
            return f"{'eight hundred' if part == '800' else digits(part)},"
        if is_code or len(part) > 4:
            return digits(part)
        return paired(part) if is_joined and len(part) == 3 and not part.endswith("00") else plain_number(part)
    head, apostrophe, ending = part.partition("'")
    if apostrophe:
        return f"{_code_part(head, several, is_code, is_joined).rstrip(',')}'{ending}"
    if match := SEVERAL.fullmatch(part):
        return f"{_code_part(match[1], several, is_code, is_joined)}s"
    if not MIXED.fullmatch(part):
        return spell(part) if part.isupper() and len(part) <= 3 else part
    if said := _year_of_account(part) or (nth(part, Place()) if part[0].isdecimal() else None):
        return said
    runs = re.findall(r"[A-Za-z]+|\d+", part)
    is_short = len(runs) == 2 and not is_code
    return " ".join(_run(run, runs, is_short) for run in runs)


def _run(run: str, runs: list[str], is_short: bool) -> str:
    other = next((one for one in runs if one is not run), "")
    if run.isalpha():
        return run if len(run) >= 4 and not run.isupper() else spell(run)
    if is_short and len(run) <= 2 and run[0] != "0" and (len(other) == 1 or len(run) == 1 or len(other) >= 4):
        return cardinal(int(run))
    return paired(run) if is_short and len(run) == 3 and len(other) == 1 and run[0] != "0" else digits(run)
