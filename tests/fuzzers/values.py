"""What is put where something else is expected: odd texts, numbers and documents, and bytes that were changed."""

import copy
import random
from typing import Any, Final

TEXTS: Final = (
    "", " ", "\x00", "\n", "\r\n", "\ud800", "\u2028", "²", "٣", "é", "日本語", "🙂" * 3, "-1", "0", "1e999", "NaN",
    "null", "true", "0x10", "../../etc/passwd", "%00", "%ff", "%zz", "${HOME}", "{call.id}", "<Response/>", "';--",
    "a" * 300, "\u202e", "\ufeff", "=", "&", "+", "x\r\ny: z",
)  # fmt: skip
NUMBERS: Final = (0, -1, 1, 2**31, 2**53, 2**53 + 1, 2**63, 2**64, 10**400, 0.5, -0.0, 1e308, 1e-320)


def text(chance: random.Random, most: int = 40) -> str:
    """Any text; now and then a long one."""
    way = chance.random()
    if way < 0.5:
        return chance.choice(TEXTS)
    if way < 0.9:
        return "".join(
            chance.choice("abcXYZ019-_.:/ ?&=%+\\\"'<>{}[]é\x00\n\t") for _ in range(chance.randint(0, most))
        )
    return "".join(chr(chance.randrange(0x20, 0x3000)) for _ in range(chance.randint(0, most)))


def value(chance: random.Random, depth: int = 3) -> Any:
    """Any document."""
    way = chance.randrange(9 if depth else 6)
    if way < 2:
        return text(chance)
    if way < 4:
        return chance.choice(NUMBERS)
    if way == 4:
        return chance.choice((None, True, False))
    if way == 5:
        return chance.randint(-1000, 1000)
    if way == 6:
        return [value(chance, depth - 1) for _ in range(chance.randint(0, 4))]
    return {text(chance, 12): value(chance, depth - 1) for _ in range(chance.randint(0, 4))}


def spoiled(chance: random.Random, data: bytes, most: int = 4) -> bytes:
    """The bytes with a few places changed, cut out, doubled or put in."""
    found = bytearray(data)
    for _ in range(chance.randint(1, most)):
        at = chance.randint(0, len(found))
        match chance.randrange(5):
            case 0:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[at : at + chance.randint(1, 8)]
            case 2:
                found[at:at] = chance.randbytes(chance.randint(1, 6))
            case 3:
                found[at:at] = found[at : at + chance.randint(1, 40)]
            case _:
                del found[at:]
    return bytes(found)


def put_anywhere(chance: random.Random, document: Any, odd: Any = None) -> Any:
    """One place of the document is something else, is missing, or stands twice. Changes it, and returns it."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        node = waiting.pop()
        for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
            found.append((node, key))
            waiting.append(node[key])
    if not found:
        return value(chance)
    container, key = chance.choice(found)
    match chance.randrange(5):
        case 0:
            del container[key]
        case 1 if isinstance(container, dict):
            container[text(chance, 12)] = value(chance)
        case 1:
            container.insert(key, container[key])
        case 2 if isinstance(container, dict):
            name = chance.choice(list(container))
            container[name] = container.pop(key)
        case _:
            container[key] = value(chance) if odd is None else copy.deepcopy(odd)
    return document
