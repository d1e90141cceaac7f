"""Three services in two languages that the grounded brain is tried on, and the callers who want something of them.

A caller knows what is wanted and answers what is asked, in one of several ways of saying it. What the service must be
called with at the end is known beforehand.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from offhook.speech.ports import ToolSpec

TODAY: Final = date(2026, 11, 28)
"""A Saturday: on it the callers call."""


@dataclass(frozen=True)
class Caller:
    """One call: what is said first, what to each question, and what comes between."""

    opening: str
    answers: Mapping[str, str]
    """By field: the answer to its question."""
    tool: str
    arguments: Mapping[str, Any]
    """What the tool has to be called with."""
    corrections: tuple[str, ...] = ()
    """Said in turn to what is read back, before a yes."""
    asides: Mapping[str, str] = field(default_factory=dict)
    """By field: said once in place of the answer."""


@dataclass(frozen=True)
class Service:
    """A business with one task, and who calls it."""

    name: str
    language: str
    tools: tuple[ToolSpec, ...]
    questions: Mapping[str, str]
    """By field: a pattern that its question fits."""
    right: str
    """Is in every reading back."""
    yes: tuple[str, ...]
    scripted: tuple[Caller, ...]
    chance: Callable[[random.Random], Caller]


def spec(tool: str, told: str, required: Sequence[str], /, *, is_harmless: bool = False, **fields: Any) -> ToolSpec:
    """A tool as an owner writes it."""
    schema = {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}
    return ToolSpec(tool, told, schema, is_harmless=is_harmless)


def day_of(name: str) -> str:
    """The next such weekday."""
    days = "monday tuesday wednesday thursday friday saturday sunday".split()
    return (TODAY + timedelta((days.index(name) - TODAY.weekday()) % 7)).isoformat()


YES: Final = ("yes", "yes please", "that's right", "correct, thank you", "yes that's all correct", "perfect")
JA: Final = ("ja", "ja bitte", "das stimmt", "genau", "ja, das ist richtig", "passt")
CHECKS: Final = {"en": "Is that right?", "de": "Ist das richtig?"}

# ── an order service ─────────────────────────────────────────────────────────────────────────────────────────────

FLOWERS: Final = spec(
    "order_flowers", "Take an order for flowers that are delivered in town.", ("bouquets", "address", "name", "phone"),
    bouquets={
        "type": "array", "minItems": 1, "description": "What is ordered.",
        "items": {
            "type": "object", "required": ["kind", "size", "quantity"],
            "properties": {
                "kind": {"type": "string", "enum": ["roses", "tulips", "sunflowers", "mixed meadow"]},
                "size": {"type": "string", "enum": ["small", "medium", "large"]},
                "quantity": {"type": "integer", "minimum": 1, "maximum": 12},
            },
        },
    },
    address={"type": "string", "description": "Street and number."},
    name={"type": "string"},
    phone={"type": "string", "description": "For the driver."},
    card={"type": "string", "description": "Text of a card."},
)  # fmt: skip
_ORDER_QUESTIONS: Final = {"size": r"size|größe|groesse", "address": "address|adresse", "phone": "telephone|telefon",
                           "name": r"name", "items": "bouquets|pizzen|like|darf es sein"}  # fmt: skip
_NUMBERS: Final = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_STREETS: Final = ("14 Oak Street", "7 Mill Lane", "230 Harbour Road", "9 Station Avenue", "55 Hill Drive")
_NAMES: Final = ("Anna Brown", "Peter Miller", "Grace Okafor", "Lee Wong", "Tom Baker")


def _bouquet(kind: str, size: str, quantity: int) -> dict[str, Any]:
    return {"kind": kind, "size": size, "quantity": quantity}


def _flowers(items: list[dict[str, Any]], address: str, name: str, phone: str) -> dict[str, Any]:
    return {"bouquets": items, "address": address, "name": name, "phone": phone}


def _spoken_digits(digits: str, chance: random.Random | None = None) -> str:
    if chance is not None and chance.random() < 0.5:
        return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    return " ".join(_NUMBERS[int(digit)] for digit in digits)


_OAK: Final = {
    "address": "14 Oak Street",
    "name": "Anna Brown",
    "phone": "five oh three five five five oh one eight seven",
}
_OAK_GIVEN: Final = ("14 Oak Street", "Anna Brown", "5035550187")


def _oak(opening: str, wanted: list[dict[str, Any]], /, *corrections: str, given: tuple[str, str, str] = _OAK_GIVEN,
         asides: Mapping[str, str] | None = None, **answers: str) -> Caller:  # fmt: skip
    return Caller(opening, {**_OAK, **answers}, "order_flowers", _flowers(wanted, *given), corrections, asides or {})


_ORDERS: Final = (
    _oak("I would like to order two large bouquets of roses please", [_bouquet("roses", "large", 2)]),
    _oak("hi can I get some flowers delivered", [_bouquet("tulips", "small", 1)], items="one small tulips please"),
    _oak("I'd like to order flowers", [_bouquet("roses", "medium", 3)], items="three roses", size="medium"),
    _oak("two large roses and a small tulips please", [_bouquet("roses", "large", 2), _bouquet("tulips", "small", 1)]),
    _oak("I want to place an order for one large sunflowers", [_bouquet("sunflowers", "large", 3)], "no, three"),
    _oak("could I order a medium bouquet of tulips to 7 Mill Lane", [_bouquet("tulips", "medium", 1)],
         given=("7 Mill Lane", "Anna Brown", "5035550187")),
    _oak("I need four small roses, my name is Peter Miller", [_bouquet("roses", "small", 4)],
         given=("14 Oak Street", "Peter Miller", "5035550187")),
    _oak("I would like five large tulips", [_bouquet("tulips", "large", 6)], "make it six tulips"),
    _oak("one large roses please", [_bouquet("roses", "large", 1)], asides={"address": "do you have parking?"}),
    _oak("I'd like to order two medium sunflowers", [_bouquet("sunflowers", "medium", 2)], "the address is wrong",
         given=("14 Oak Street", "Anna Brown", "5035550187")),
)  # fmt: skip


def _any_order(chance: random.Random) -> Caller:
    kinds = chance.sample(["roses", "tulips", "sunflowers", "mixed meadow"], chance.choice([1, 1, 2]))
    items = [_bouquet(kind, chance.choice(["small", "medium", "large"]), chance.randint(1, 9)) for kind in kinds]
    wrong = chance.random() < 0.3
    said = [
        {**item, "quantity": item["quantity"] % 9 + 1} if wrong and i == 0 else item for i, item in enumerate(items)
    ]
    says_size = chance.random() < 0.6 or len(items) > 1
    of = chance.choice(["{n} {size} {kind}", "{n} {size} bouquets of {kind}", "{n} {size} {kind}"])
    phrase = " and ".join(
        re.sub(
            r"\s+",
            " ",
            of.format(n=_NUMBERS[item["quantity"]], size=item["size"] if says_size else "", kind=item["kind"]),
        )
        for item in said
    )
    address, name = chance.choice(_STREETS), chance.choice(_NAMES)
    phone = "".join(str(chance.randint(1, 9)) for _ in range(10))
    opening = chance.choice([
        f"I'd like to order {phrase}", f"hi can I have {phrase} please", f"I want {phrase}", f"{phrase} please",
        "I would like to order some flowers", "can I place an order", "hello, I need flowers",
        f"um hello, could you send {phrase} to {address}", f"I'd like {phrase}, my name is {name}",
    ])  # fmt: skip
    corrections: tuple[str, ...] = ()
    if wrong:
        number = _NUMBERS[items[0]["quantity"]]
        corrections = (chance.choice([f"no, {number} {kinds[0]}", f"make it {number} {kinds[0]}",
                                      f"not {_NUMBERS[said[0]['quantity']]}, {number} {kinds[0]}"]),)  # fmt: skip
    answers = {"items": chance.choice([phrase, f"{phrase} please", f"I'd like {phrase}"]), "size": items[0]["size"],
               "address": chance.choice([address, f"to {address} please", f"it's {address}"]),
               "name": chance.choice([name, f"my name is {name}", f"{name} please"]),
               "phone": chance.choice([_spoken_digits(phone, chance), (f"my number is "
                   f"{_spoken_digits(phone, chance)}")])}  # fmt: skip
    asides = (
        {"phone": chance.choice(["pardon?", "one moment please", "are you a robot?"])} if chance.random() < 0.2 else {}
    )
    return Caller(opening, answers, "order_flowers", _flowers(items, address, name, phone), corrections, asides)


# ── an appointment service ───────────────────────────────────────────────────────────────────────────────────────

BIKES: Final = spec(
    "book_repair", "Book an appointment for a bicycle at the workshop.", ("service", "date", "time", "name", "email"),
    service={"type": "string", "enum": ["inspection", "brake repair", "new tyre", "cleaning"]},
    date={"type": "string", "format": "date", "description": "YYYY-MM-DD"},
    time={"type": "string", "description": "Time of day, such as 09:30."},
    name={"type": "string", "description": "The customer's name."},
    email={"type": "string", "format": "email"},
    pickup={"type": "boolean", "description": "Whether we fetch the bicycle.", "default": False},
)  # fmt: skip
CANCEL: Final = spec("cancel_repair", "Cancel an appointment at the workshop.", ("reference",),
                     reference={"type": "string", "pattern": "^R-\\d{4}$"})  # fmt: skip
_DATES: Final = {"service": "service", "date": "which day|what day", "time": "what time", "name": "name",
                 "email": "e-mail", "reference": "reference"}  # fmt: skip


def _repair(
    service: str, day: str, time: str, name: str = "Anna Brown", email: str = "anna@example.com"
) -> dict[str, Any]:
    return {"service": service, "date": day, "time": time, "name": name, "email": email}


_ANNA: Final = {"name": "Anna Brown", "email": "anna at example dot com", "date": "next Tuesday", "time": "at ten",
                "service": "an inspection"}  # fmt: skip
_TUESDAY: Final = day_of("tuesday")


def _bike(opening: str, given: dict[str, Any], *corrections: str, tool: str = "book_repair",
          asides: Mapping[str, str] | None = None, **answers: str) -> Caller:  # fmt: skip
    return Caller(opening, {**_ANNA, **answers}, tool, given, corrections, asides or {})


_REPAIRS: Final = (
    _bike("I'd like to book an appointment", _repair("inspection", _TUESDAY, "10:00")),
    _bike("I need an appointment for an inspection on Thursday at three", _repair("inspection", day_of("thursday"),
        "15:00")),
    _bike("can I bring my bike in for a brake repair tomorrow at half past nine", _repair("brake repair",
        "2026-11-29", "09:30")),
    _bike("do you have an appointment on Friday at eleven", _repair("cleaning", day_of("friday"), "11:00"),
        service="cleaning"),
    _bike("I want to book a repair", _repair("new tyre", _TUESDAY, "10:00"), service="a new tyre"),
    _bike("I'd like an appointment on December 5th at 2 pm", _repair("inspection", "2026-12-05", "14:00")),
    _bike("I'd like to book an inspection on Monday at ten", _repair("inspection", day_of("wednesday"), "10:00"),
        "no, Wednesday"),
    _bike("I'd like to book an inspection on Monday at ten", _repair("inspection", day_of("monday"), "11:00"),
        "not ten, eleven o'clock"),
    _bike("can I cancel my appointment", {"reference": "R-4711"}, tool="cancel_repair",
        reference="R four seven one one"),
    _bike("I'd like an appointment on Monday at nine, my name is Tom Baker", _repair("inspection", day_of("monday"),
        "09:00", "Tom Baker")),
)  # fmt: skip


def _any_repair(chance: random.Random) -> Caller:
    service = chance.choice(["inspection", "brake repair", "new tyre", "cleaning"])
    weekday = chance.choice("monday tuesday wednesday thursday friday".split())
    hour, half = chance.choice([9, 10, 11, 2, 3, 4]), chance.random() < 0.4
    clock = f"{hour + 12 if hour < 6 else hour:02d}:{'30' if half else '00'}"
    spoken = chance.choice([f"half past {_NUMBERS[hour]}", f"{_NUMBERS[hour]} thirty"]) if half else _NUMBERS[hour]
    name = chance.choice(_NAMES)
    user = name.split()[0].lower()
    wrong = (
        chance.choice([day for day in ("monday", "tuesday", "friday") if day != weekday])
        if chance.random() < 0.3
        else ""
    )
    said = wrong or weekday
    opening = chance.choice([
        "I'd like to make an appointment", "I need an appointment please", "can I book an appointment for my bike",
        f"I'd like to book an appointment on {said}", f"could I come in on {said} at {spoken} for an appointment",
        f"I need a {service} on {said} at {spoken}", f"hi I'd like to book a {service} for {said}",
        f"do you have an appointment free on {said} at {spoken}",
    ])  # fmt: skip
    corrections = (
        (chance.choice([f"no, {weekday}", f"not {wrong}, {weekday}", f"can we make it {weekday} instead"]),)
        if wrong
        else ()
    )
    answers = {"service": chance.choice([service, f"a {service}", f"{service} please"]),
               "date": chance.choice([said, f"on {said}", f"{said} would be good"]),
               "time": chance.choice([spoken, f"at {spoken}", f"around {spoken}"]),
               "name": chance.choice([name, f"it's {name}", f"my name is {name}"]),
               "email": f"{user} at example dot com", "reference": "R 1 2 3 4"}  # fmt: skip
    if corrections and said not in opening:
        answers["date"] = f"on {said}"
    asides = {"time": chance.choice(["pardon?", "hold on", "what did you say?"])} if chance.random() < 0.2 else {}
    given = _repair(service, day_of(weekday), clock, name, f"{user}@example.com")
    return Caller(opening, answers, "book_repair", given, corrections, asides)


# ── an order-status service ──────────────────────────────────────────────────────────────────────────────────────

STATUS: Final = spec(
    "order_status", "Look up where an order is and when it arrives.", ("order_number", "postcode"), is_harmless=True,
    order_number={"type": "string", "description": "Number of the order, for instance 47110.", "pattern": "^\\d{5}$"},
    postcode={"type": "string", "pattern": "^\\d{4}$", "description": "Of the address."},
)  # fmt: skip
RETURN: Final = spec("return_order", "Register that the customer sends an order back.", ("order_number",),
                     order_number={"type": "string", "pattern": "^\\d{5}$"},
                     reason={"type": "string", "description": "Why it comes back."})  # fmt: skip
_CODES: Final = {"order_number": "order number|bestellnummer", "postcode": "postcode|postleitzahl"}


def _state(opening: str, *corrections: str, number: str = "47110", tool: str = "order_status",
           asides: Mapping[str, str] | None = None, **answers: str) -> Caller:  # fmt: skip
    given = {"order_number": number} | ({"postcode": "8052"} if tool == "order_status" else {})
    known = {"order_number": "four seven one one oh", "postcode": "eight oh five two"}
    return Caller(opening, {**known, **answers}, tool, given, corrections, asides or {})


_STATES: Final = (
    _state("where is my order"),
    _state("Hi, I'm calling to ask about my order, when will it arrive?"),
    _state("what's the status of order number 47110"),
    _state("I ordered something a week ago and it still hasn't come"),
    _state("has my order been shipped yet"),
    _state("can you track my order please"),
    _state("I'd like to check my order", "no, the order number is 47112", number="47112"),
    _state("I want to return my order", tool="return_order"),
    _state("where is my package? my order number is four seven one one oh"),
    _state("when will my order arrive", asides={"postcode": "why do you need that?"}),
)


def _any_state(chance: random.Random) -> Caller:
    number = "".join(str(chance.randint(1, 9)) for _ in range(5))
    code = "".join(str(chance.randint(1, 9)) for _ in range(4))
    returns = chance.random() < 0.25
    if returns:
        opening = chance.choice(["I'd like to return my order", "I want to send back order number " + number,
                                 "can I return an order"])  # fmt: skip
        opening = opening.replace("send back", "return")
        given = {"order_number": number}
    else:
        opening = chance.choice(["where is my order", "when does my order arrive", "I want to track my order",
                                 f"where's my order {number}", "can you check the status of my order",
                                 "is my order on its way", "I'm still waiting for my order",
                                 f"status of order {_spoken_digits(number)} please",
                                     "what happened to my order"])  # fmt: skip
        given = {"order_number": number, "postcode": code}
    wrong = chance.random() < 0.2 and number not in opening and "status of order" not in opening
    first = number[::-1] if wrong and number != number[::-1] else number
    corrections = (f"no, the order number is {number}",) if first != number else ()
    answers = {"order_number": chance.choice([_spoken_digits(first), first, f"it's {_spoken_digits(first)}"]),
               "postcode": chance.choice([_spoken_digits(code), code, f"that's {code}"])}  # fmt: skip
    asides = {"order_number": chance.choice(["wait a moment", "sorry?"])} if chance.random() < 0.2 else {}
    return Caller(opening, answers, "return_order" if returns else "order_status", given, corrections, asides)


ENGLISH: Final = (
    Service("order", "en", (FLOWERS,), _ORDER_QUESTIONS, CHECKS["en"], YES, _ORDERS, _any_order),
    Service("appointment", "en", (BIKES, CANCEL), _DATES, CHECKS["en"], YES, _REPAIRS, _any_repair),
    Service("order status", "en", (STATUS, RETURN), _CODES, CHECKS["en"], YES, _STATES, _any_state),
)
