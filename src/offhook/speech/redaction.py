"""What of a vendor's words may be repeated: never a key or a larger part of it, in whatever writing it comes.

Vendors and gateways repeat what they were sent: as it is, in percent-encoding, as JSON inside of JSON, in base64 (a
header of basic authentication), in hexadecimal, or broken over two lines. So the text is read once more with its
escapes resolved and its blanks left out, and what is found there is hidden where it stands.
"""

import re
from base64 import b64encode
from functools import lru_cache
from typing import Final

KEY_PART: Final = 8
"""So many characters of a key in a row are the key's."""
READ_CHARS: Final = 4_000
"""Of a text; what comes behind is not repeated."""
DEPTH: Final = 3
"""Escapes within escapes."""
_BASE64_PART: Final = 12
"""Nine bytes."""
_ESCAPE: Final = re.compile(
    r"%([0-9A-Fa-f]{2})|\\{1,8}(?:u\{?([0-9A-Fa-f]{4,6})\}?|x([0-9A-Fa-f]{2})|[nrtbf])"
    r"|&#(\d{1,7});|&#[xX]([0-9A-Fa-f]{1,6});|&(amp|lt|gt|quot|apos);"
    r"|=\r?\n|[\\\s\u200b-\u200f\u2060\ufeff\u00ad]"
)
"""What stands for one character, or for none."""
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LOOKS_LIKE_A_KEY: Final = re.compile(
    r"\b(?:sk|pk|gsk|xai|key)[-_][\w*.-]{4,}|\bAIza[\w-]{20,}|\beyJ[\w-]{6,}\.[\w.-]{6,}|(?<=Bearer )[\w.~+/=-]{8,}"
)


def redacted(text: str, key: str) -> str:
    """One line, without the key or any larger part of it."""
    text = text[:READ_CHARS]
    hidden = _hidden(text, key) if key else []
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    for begin, end in reversed(hidden):
        # The whole word goes: what stands around a part of a key is mostly the rest of it.
        begin = line.rfind(" ", 0, begin) + 1
        stop = line.find(" ", end)
        line = f"{line[:begin]}****{'' if stop < 0 else line[stop:]}"
    return _LOOKS_LIKE_A_KEY.sub("****", line)


def _hidden(text: str, key: str) -> list[tuple[int, int]]:
    """Where the key or a part of it stands, in order, without overlaps."""
    needles = _needles(key)
    found: list[tuple[int, int]] = []
    signs, places = list(text), list(range(len(text)))
    ends = [at + 1 for at in places]
    for _ in range(DEPTH + 1):
        folded = "".join(signs).casefold() if all(len(sign.casefold()) == 1 for sign in set(signs)) else "".join(signs)
        for size, parts in needles:
            found += [
                (places[at], ends[at + size - 1])
                for at in range(len(folded) - size + 1)
                if folded[at : at + size] in parts
            ]
        resolved = _resolved("".join(signs), places, ends)
        if len(resolved[0]) == len(signs):
            break
        signs, places, ends = resolved
    return _joined(found)


def _resolved(text: str, places: list[int], ends: list[int]) -> tuple[list[str], list[int], list[int]]:
    """The text with its escapes as what they stand for, and where each character of it came from."""
    signs, froms, tos, at = list[str](), list[int](), list[int](), 0
    for match in _ESCAPE.finditer(text):
        begin, end = match.span()
        signs += text[at:begin]
        froms += places[at:begin]
        tos += ends[at:begin]
        if sign := _meant(match):
            signs.append(sign)
            froms.append(places[begin])
            tos.append(ends[end - 1])
        at = end
    return [*signs, *text[at:]], [*froms, *places[at:]], [*tos, *ends[at:]]


def _meant(match: re.Match[str]) -> str:
    percent, unicode, byte, decimal, entity, named = match.groups()
    if named:
        return _NAMED[named]
    code = next((int(digits, 16) for digits in (percent, unicode, byte, entity) if digits), 0) or int(decimal or 0)
    return chr(code) if 32 < code < 0x110000 else ""


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


@lru_cache(maxsize=32)
def _needles(key: str) -> tuple[tuple[int, frozenset[str]], ...]:
    """Parts of a key in each writing, with their length, in small letters."""
    plain = "".join(_resolved(key, list(range(len(key))), list(range(1, len(key) + 1)))[0])
    writings = [(KEY_PART, key), (KEY_PART, plain)]
    raw = key.encode("utf-8", "replace")
    if len(key) > KEY_PART:
        writings.append((2 * KEY_PART, raw.hex()))
        # Wherever in another text the key begins, it is one of three alignments.
        coded = [b64encode(b"\0" * shift + raw).decode()[skip:].rstrip("=") for shift, skip in ((0, 0), (1, 2), (2, 3))]
        writings += [(_BASE64_PART, text[:-1].translate(signs)) for text in coded for signs in ({}, _URL_SAFE)]
    parts: dict[int, set[str]] = {}
    for size, text in writings:
        small = text.casefold()
        size = min(size, len(small)) or 1
        parts.setdefault(size, set()).update(small[at : at + size] for at in range(max(1, len(small) - size + 1)))
    return tuple((size, frozenset(part for part in all_of_them if part)) for size, all_of_them in parts.items())


_URL_SAFE: Final = str.maketrans("+/", "-_")
