"""The services of `services` in German: what is asked and said there is asked and said here in another language."""

import random
from collections.abc import Mapping
from typing import Any, Final

from bench.services import CHECKS, JA, Caller, Service, day_of, spec

_NUMBERS: Final = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf")
_STREETS: Final = ("Hauptstraße 14", "Gartenweg 7", "Am Markt 3", "Lindenallee 23", "Schillerplatz 9")
_NAMES: Final = ("Anna Schmidt", "Peter Weber", "Fatma Yilmaz", "Jonas Klein", "Maria Sommer")


def _dictated(digits: str, chance: random.Random | None = None) -> str:
    if chance is not None and chance.random() < 0.5:
        return f"{digits[:4]} {digits[4:7]} {digits[7:]}".strip()
    return " ".join(_NUMBERS[int(digit)] for digit in digits)


# ── Bestellung ───────────────────────────────────────────────────────────────────────────────────────────────────

FLOWERS: Final = spec(
    "blumen_bestellen", "Eine Bestellung für Blumen aufnehmen, die in der Stadt geliefert werden.",
    ("straeusse", "adresse", "name", "telefon"),
    straeusse={
        "type": "array", "title": "Sträuße", "minItems": 1,
        "items": {
            "type": "object", "required": ["sorte", "groesse", "anzahl"],
            "properties": {
                "sorte": {"type": "string", "enum": ["Rosen", "Tulpen", "Sonnenblumen", "Wiesenblumen"]},
                "groesse": {"type": "string", "title": "Größe", "enum": ["klein", "mittel", "groß"]},
                "anzahl": {"type": "integer", "minimum": 1, "maximum": 12},
            },
        },
    },
    adresse={"type": "string", "description": "Straße und Hausnummer."},
    name={"type": "string"},
    telefon={"type": "string"},
    karte={"type": "string", "description": "Text einer Karte."},
)  # fmt: skip
_ORDER_QUESTIONS: Final = {
    "size": "größe",
    "address": "adresse",
    "phone": "telefon",
    "name": "name",
    "items": "darf es sein",
}
_ANNA: Final = {"address": "Hauptstraße 14", "name": "Anna Schmidt", "size": "groß",
                "phone": "null eins sieben sechs fünf fünf fünf eins zwei drei"}  # fmt: skip
_SIZES: Final = {"klein": "kleine", "mittel": "mittlere", "groß": "große"}


def _strauss(kind: str, size: str, count: int) -> dict[str, Any]:
    return {"sorte": kind, "groesse": size, "anzahl": count}


def _order(opening: str, wanted: list[dict[str, Any]], /, *corrections: str, address: str = "Hauptstraße 14",
           name: str = "Anna Schmidt", asides: Mapping[str, str] | None = None, **answers: str) -> Caller:  # fmt: skip
    given = {"straeusse": wanted, "adresse": address, "name": name, "telefon": "0176555123"}
    return Caller(opening, {**_ANNA, **answers}, "blumen_bestellen", given, corrections, asides or {})


_ORDERS: Final = (
    _order("Ich möchte zwei große Rosen bestellen", [_strauss("Rosen", "groß", 2)]),
    _order("Guten Tag, ich hätte gern Blumen", [_strauss("Tulpen", "klein", 1)], items="einmal kleine Tulpen bitte"),
    _order("Ich würde gerne Blumen bestellen", [_strauss("Rosen", "groß", 3)], items="drei Rosen"),
    _order("zwei große Rosen und einmal kleine Tulpen bitte", [_strauss("Rosen", "groß", 2), _strauss("Tulpen",
        "klein", 1)]),
    _order("Ich möchte einen großen Strauß Sonnenblumen bestellen", [_strauss("Sonnenblumen", "groß", 3)],
        "nein, drei"),
    _order("Könnte ich drei kleine Tulpen in den Gartenweg 7 bestellen", [_strauss("Tulpen", "klein", 3)],
        address="Gartenweg 7"),
    _order("Ich brauche vier kleine Rosen, mein Name ist Peter Weber", [_strauss("Rosen", "klein", 4)],
        name="Peter Weber"),
    _order("Ich nehme fünf große Tulpen", [_strauss("Tulpen", "groß", 6)], "doch lieber sechs Tulpen"),
    _order("einmal große Rosen bitte", [_strauss("Rosen", "groß", 1)], asides={"address": "Haben Sie auch "
        "Parkplätze?"}),
    _order("Ich möchte zwei kleine Sonnenblumen bestellen", [_strauss("Sonnenblumen", "klein", 2)],
        "die Adresse ist falsch"),
)  # fmt: skip


def _any_order(chance: random.Random) -> Caller:
    kinds = chance.sample(["Rosen", "Tulpen", "Sonnenblumen", "Wiesenblumen"], chance.choice([1, 1, 2]))
    items = [_strauss(kind, chance.choice(list(_SIZES)), chance.randint(2, 9)) for kind in kinds]
    wrong = chance.random() < 0.3
    said = [{**item, "anzahl": item["anzahl"] % 9 + 1} if wrong and i == 0 else item for i, item in enumerate(items)]
    counts = [_NUMBERS[item["anzahl"]] if item["anzahl"] > 1 else "einmal" for item in said]
    phrase = " und ".join(
        f"{n} {_SIZES[item['groesse']]} {item['sorte']}" for n, item in zip(counts, said, strict=True)
    )
    address, name = chance.choice(_STREETS), chance.choice(_NAMES)
    phone = "0" + "".join(str(chance.randint(1, 9)) for _ in range(9))
    opening = chance.choice([
        f"Ich möchte {phrase} bestellen", f"Hallo, ich hätte gern {phrase}", f"{phrase} bitte",
            "Ich würde gern Blumen bestellen",
        "Kann ich eine Bestellung aufgeben", f"Ich nehme {phrase}", (f"Guten Tag, mein Name ist {name}, ich "
            f"möchte {phrase} bestellen"),
        f"Können Sie {phrase} in die {address} liefern" if "straße" in address else f"Ich brauche {phrase}",
    ])  # fmt: skip
    corrections: tuple[str, ...] = ()
    if wrong:
        number = _NUMBERS[items[0]["anzahl"]]
        corrections = (chance.choice([f"nein, {number} {kinds[0]}", f"doch lieber {number} {kinds[0]}"]),)
    answers = {"items": chance.choice([phrase, f"{phrase} bitte"]), "size": items[0]["groesse"],
               "address": chance.choice([address, f"das ist {address}"]),
               "name": chance.choice([name, f"mein Name ist {name}", f"ich heiße {name}"]),
               "phone": chance.choice([_dictated(phone, chance), (f"meine Nummer ist "
                   f"{_dictated(phone, chance)}")])}  # fmt: skip
    asides = (
        {"phone": chance.choice(["wie bitte?", "einen Moment bitte", "sind Sie ein Roboter?"])}
        if chance.random() < 0.2
        else {}
    )
    given = {"straeusse": items, "adresse": address, "name": name, "telefon": phone}
    return Caller(opening, answers, "blumen_bestellen", given, corrections, asides)


# ── Termin ───────────────────────────────────────────────────────────────────────────────────────────────────────

BIKES: Final = spec(
    "termin_buchen", "Einen Termin für ein Fahrrad in der Werkstatt buchen.", ("leistung", "datum", "uhrzeit", "name",
        "email"),
    leistung={"type": "string", "enum": ["Inspektion", "Bremsen", "neuer Reifen", "Reinigung"]},
    datum={"type": "string", "format": "date"},
    uhrzeit={"type": "string", "description": "Zum Beispiel 09:30."},
    name={"type": "string"},
    email={"type": "string", "format": "email"},
)  # fmt: skip
CANCEL: Final = spec("termin_absagen", "Einen Termin in der Werkstatt absagen.", ("kennung",),
                     kennung={"type": "string", "pattern": "^R-\\d{4}$"})  # fmt: skip
_DATES: Final = {"service": "leistung", "date": "welche[rn] tag", "time": "wie viel uhr", "name": "name",
    "email": "e-mail",
                 "reference": "kennung"}  # fmt: skip


def _bike(opening: str, wanted: str, day: str, clock: str, /, *corrections: str, name: str = "Anna Schmidt",
          asides: Mapping[str, str] | None = None, **answers: str) -> Caller:  # fmt: skip
    known = {"name": "Anna Schmidt", "email": "anna at example punkt de", "date": "am Dienstag", "time": "um zehn",
             "service": "Inspektion"}  # fmt: skip
    given = {"leistung": wanted, "datum": day, "uhrzeit": clock, "name": name, "email": "anna@example.de"}
    return Caller(opening, {**known, **answers}, "termin_buchen", given, corrections, asides or {})


_TUESDAY: Final = day_of("tuesday")
_REPAIRS: Final = (
    _bike("Ich möchte einen Termin vereinbaren", "Inspektion", _TUESDAY, "10:00"),
    _bike("Ich brauche einen Termin zur Inspektion am Donnerstag um drei", "Inspektion", day_of("thursday"), "15:00"),
    _bike("Kann ich morgen um halb zehn einen Termin für die Bremsen haben", "Bremsen", "2026-11-29", "09:30"),
    _bike("Haben Sie am Freitag um elf einen Termin frei", "Reinigung", day_of("friday"), "11:00", service="Reinigung"),
    _bike("Ich hätte gern einen Termin", "neuer Reifen", _TUESDAY, "10:00", service="ein neuer Reifen"),
    _bike("Ich würde gern am fünften Dezember um 14 Uhr einen Termin machen", "Inspektion", "2026-12-05", "14:00"),
    _bike("Ich möchte am Montag um zehn einen Termin", "Inspektion", day_of("wednesday"), "10:00", "nein, Mittwoch"),
    _bike("Ich möchte am Montag um zehn einen Termin", "Inspektion", day_of("monday"), "11:00",
        "nicht um zehn, um elf Uhr"),
    Caller("Ich muss meinen Termin absagen", {"reference": "R vier sieben eins eins"}, "termin_absagen",
        {"kennung": "R-4711"}),
    _bike("Einen Termin am Montag um neun bitte, mein Name ist Peter Weber", "Inspektion", day_of("monday"), "09:00",
          name="Peter Weber"),
)  # fmt: skip
_WEEKDAYS: Final = {"Montag": "monday", "Dienstag": "tuesday", "Mittwoch": "wednesday", "Donnerstag": "thursday",
                    "Freitag": "friday"}  # fmt: skip


def _any_repair(chance: random.Random) -> Caller:
    service = chance.choice(["Inspektion", "Bremsen", "neuer Reifen", "Reinigung"])
    weekday = chance.choice(list(_WEEKDAYS))
    hour, half = chance.choice([9, 10, 11, 14, 15, 16]), chance.random() < 0.4
    clock = f"{hour:02d}:{'30' if half else '00'}"
    small = hour if hour < 12 else hour - 12
    spoken = chance.choice([f"halb {_NUMBERS[small + 1] if small < 11 else 'zwölf'}",
        f"{hour} Uhr dreißig"]) if half else (
        chance.choice([f"{hour} Uhr", _NUMBERS[small]]))  # fmt: skip
    name = chance.choice(_NAMES)
    user = name.split()[0].lower()
    wrong = chance.choice([day for day in _WEEKDAYS if day != weekday]) if chance.random() < 0.3 else ""
    said = wrong or weekday
    opening = chance.choice([
        "Ich möchte einen Termin machen", "Guten Tag, ich brauche einen Termin",
            "Kann ich bei Ihnen einen Termin buchen",
        f"Ich hätte gern einen Termin am {said}", f"Könnte ich am {said} um {spoken} einen Termin haben",
        f"Ich brauche am {said} um {spoken} einen Termin", f"Haben Sie am {said} um {spoken} einen Termin frei",
        f"Ich würde gern einen Termin für {said} vereinbaren",
    ])  # fmt: skip
    corrections = (
        (chance.choice([f"nein, {weekday}", f"nicht {wrong}, {weekday}", f"doch lieber am {weekday}"]),)
        if wrong
        else ()
    )
    answers = {"service": service, "date": chance.choice([said, f"am {said}", f"{said} wäre gut"]),
               "time": chance.choice([spoken, f"um {spoken}"]), "name": chance.choice([name, f"mein Name ist {name}"]),
               "email": f"{user} at example punkt de"}  # fmt: skip
    asides = {"time": chance.choice(["wie bitte?", "Moment", "was haben Sie gesagt?"])} if chance.random() < 0.2 else {}
    given = {"leistung": service, "datum": day_of(_WEEKDAYS[weekday]), "uhrzeit": clock, "name": name,
             "email": f"{user}@example.de"}  # fmt: skip
    return Caller(opening, answers, "termin_buchen", given, corrections, asides)


# ── Stand der Bestellung ─────────────────────────────────────────────────────────────────────────────────────────

STATUS: Final = spec(
    "bestellstatus", "Nachsehen, wo eine Bestellung ist und wann sie kommt.", ("bestellnummer", "plz"),
        is_harmless=True,
    bestellnummer={"type": "string", "pattern": "^\\d{5}$"},
    plz={"type": "string", "title": "Postleitzahl", "pattern": "^\\d{4}$"},
)  # fmt: skip
RETURN: Final = spec("bestellung_zurueckgeben", "Aufnehmen, dass jemand eine Bestellung zurückgeben will.",
    ("bestellnummer",),
                     bestellnummer={"type": "string", "pattern": "^\\d{5}$"})  # fmt: skip
_CODES: Final = {"order_number": "bestellnummer", "postcode": "postleitzahl"}


def _state(opening: str, *corrections: str, number: str = "47110", returns: bool = False,
           asides: Mapping[str, str] | None = None) -> Caller:  # fmt: skip
    given = {"bestellnummer": number} | ({} if returns else {"plz": "8052"})
    answers = {"order_number": "vier sieben eins eins null", "postcode": "acht null fünf zwei"}
    return Caller(
        opening, answers, "bestellung_zurueckgeben" if returns else "bestellstatus", given, corrections, asides or {}
    )


_STATES: Final = (
    _state("Wo bleibt meine Bestellung?"),
    _state("Guten Tag, wann kommt denn meine Bestellung?"),
    _state("Wie ist der Stand der Bestellung 47110?"),
    _state("Ich habe vor einer Woche etwas bestellt und es ist noch nicht da"),
    _state("Ist meine Bestellung schon unterwegs?"),
    _state("Können Sie bitte nach meiner Bestellung nachsehen"),
    _state("Ich möchte wissen, wo meine Bestellung bleibt", "nein, die Bestellnummer ist 47112", number="47112"),
    _state("Ich möchte meine Bestellung zurückgeben", returns=True),
    _state("Wo ist meine Bestellung, die Bestellnummer ist vier sieben eins eins null"),
    _state("Was ist mit meiner Bestellung?", asides={"postcode": "Wofür brauchen Sie das?"}),
)


def _any_state(chance: random.Random) -> Caller:
    number, code = ("".join(str(chance.randint(1, 9)) for _ in range(n)) for n in (5, 4))
    returns = chance.random() < 0.25
    opening = (
        chance.choice(["Ich möchte meine Bestellung zurückgeben", "Kann ich eine Bestellung zurückgeben"])
        if returns
        else chance.choice([
            "Wo ist meine Bestellung", "Wann kommt meine Bestellung", f"Wo bleibt meine Bestellung {number}",
            "Ist meine Bestellung schon verschickt", "Ich warte noch auf meine Bestellung",
                "Was ist mit meiner Bestellung",
            "Ich wollte fragen, wo meine Bestellung bleibt", f"Status von Bestellung {number} bitte",
        ])
    )  # fmt: skip
    answers = {"order_number": chance.choice([_dictated(number), number, f"das ist die {number}"]),
               "postcode": chance.choice([_dictated(code), code])}  # fmt: skip
    asides = {"order_number": chance.choice(["Moment bitte", "wie bitte?"])} if chance.random() < 0.2 else {}
    given = {"bestellnummer": number} | ({} if returns else {"plz": code})
    return Caller(opening, answers, "bestellung_zurueckgeben" if returns else "bestellstatus", given, (), asides)


GERMAN: Final = (
    Service("order", "de", (FLOWERS,), _ORDER_QUESTIONS, CHECKS["de"], JA, _ORDERS, _any_order),
    Service("appointment", "de", (BIKES, CANCEL), _DATES, CHECKS["de"], JA, _REPAIRS, _any_repair),
    Service("order status", "de", (STATUS, RETURN), _CODES, CHECKS["de"], JA, _STATES, _any_state),
)
