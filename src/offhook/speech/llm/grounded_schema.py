"""What a tool's JSON schema asks of a caller: a flat list of slots, each of a kind that can be asked for and heard.

Nothing here knows a business. A slot's kind comes from the schema (type, format, enum, pattern) and, where that says
no more than "text", from the field's name. What cannot be asked for on a telephone is told in words (`Unusable`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any, Final

MOST_SLOTS: Final = 24
"""A caller who is asked for more has hung up."""
DEEPEST: Final = 4
"""Blocks inside of each other."""
LONGEST_LABEL: Final = 48
LONGEST_NAME: Final = 3
"""Words of a description that is no sentence but a name."""
AS_SAID_WORDS: Final = frozenset(["tomorrow", "friday", "morgen", "freitag"])
"""A day whose description gives such an example is wanted in words."""


class Kind(Enum):
    """What a slot holds, as a caller says it."""

    NAME = auto()
    TEXT = auto()
    MESSAGE = auto()
    """Whatever the next turn holds belongs to it."""
    ADDRESS = auto()
    PHONE = auto()
    EMAIL = auto()
    CODE = auto()
    """Letters and digits that are dictated: the number of an order, a reference."""
    COUNT = auto()
    PEOPLE = auto()
    NUMBER = auto()
    """One that may have a part behind the point."""
    CHOICE = auto()
    SWITCH = auto()
    """Yes or no."""
    DATE = auto()
    DAY_SAID = auto()
    """A day in the caller's own words."""
    BIRTH = auto()
    TIME = auto()
    ITEMS = auto()
    """Things with amounts, or a plain list of things."""


class Unusable(Exception):
    """A tool asks for something that cannot be asked for in a conversation; the text says what."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice and what it is called."""

    value: object
    names: tuple[str, ...]


@dataclass(frozen=True)
class Slot:
    """One thing to know."""

    path: tuple[str, ...]
    kind: Kind
    label: str
    """How it is called when it is asked for and read back."""
    description: str = ""
    required: bool = True
    """To be asked for; another one is taken when the caller speaks of it."""
    options: tuple[Option, ...] = ()
    inner: tuple["Slot", ...] = ()
    """Of `ITEMS`; a plain list has one with an empty path."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""
    """`date` or `time`: half of a point in time."""
    within: tuple[str, ...] = ()
    """An optional block that needs it once it is begun."""

    @property
    def key(self) -> str:
        """The path in one word."""
        return ".".join((*self.path, self.part) if self.part else self.path)

    @property
    def name(self) -> str:
        """The field's own name."""
        return self.path[-1] if self.path else ""


@dataclass(frozen=True)
class ToolShape:
    """All slots of a tool, and what is given to it without asking."""

    slots: tuple[Slot, ...]
    fixed: tuple[tuple[tuple[str, ...], object], ...] = ()


def shape_of(parameters: Mapping[str, Any]) -> ToolShape:
    """The slots of a tool, those to be asked for first. Raises `Unusable`."""
    found: list[Slot] = []
    fixed: list[tuple[tuple[str, ...], object]] = []
    for one in _fields(parameters, (), required=True):
        if isinstance(one, Slot):
            found.append(one)
        else:
            fixed.append(one)
    if sum(slot.required for slot in found) > MOST_SLOTS:
        raise Unusable(f"it asks for more than {MOST_SLOTS} things")
    return ToolShape(tuple(found), tuple(fixed))


def _fields(
    schema: Mapping[str, Any], path: tuple[str, ...], *, required: bool
) -> Iterator[Slot | tuple[tuple[str, ...], object]]:
    properties = schema.get("properties", {})
    needed = schema.get("required", ())
    if not properties and required and (schema.get("additionalProperties") or needed) and path:
        raise Unusable(f"{'.'.join(path)} is a block of anything")
    if len(path) > DEEPEST:
        raise Unusable(f"{'.'.join(path)} lies too deep")
    for name, inner in properties.items():
        is_needed = required and name in needed
        here = (*path, name)
        try:
            inner = _plain(inner)
            if "const" in inner:
                if is_needed:
                    yield here, inner["const"]
            elif _type(inner) == "object":
                yield from _fields(inner, here, required=is_needed)
            else:
                within = path if name in needed and not required else ()
                yield from (replace(slot, within=within) for slot in _slots(inner, here, required=is_needed))
        except Unusable:
            # What is not needed is left out.
            if is_needed:
                raise


def _plain(schema: Any) -> Mapping[str, Any]:
    """Without alternatives: null is how some schemas say that a field may be left out."""
    if not isinstance(schema, Mapping):
        return {"type": "string"}
    for name in ("anyOf", "oneOf", "allOf"):
        parts = [part for part in schema.get(name, ()) if isinstance(part, Mapping) and part.get("type") != "null"]
        if not parts:
            continue
        rest = {key: value for key, value in schema.items() if key != name}
        if name != "allOf" and all("const" in part for part in parts):
            return {**rest, "enum": [part["const"] for part in parts], "_titles": [_title(part) for part in parts]}
        if len(parts) > 1 and name != "allOf":
            # Alternatives: the first that can be asked for.
            parts = [next((p for p in parts if _type(p) in ("string", "integer", "number", "boolean")), parts[0])]
        merged: dict[str, Any] = {}
        for part in parts:
            merged |= _plain(part)
        return {**merged, **rest}
    return schema


def _title(part: Mapping[str, Any]) -> str:
    return str(part.get("title") or part.get("description") or "")


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "string")
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    return str(kind)


def _slots(schema: Mapping[str, Any], path: tuple[str, ...], *, required: bool) -> Iterator[Slot]:
    description = str(schema.get("description", ""))
    label = label_of(path[-1] if path else "", schema)
    slot = Slot(path, Kind.TEXT, label, description, required, schema=schema)
    if "enum" in schema:
        yield replace(slot, kind=Kind.CHOICE, options=_options(schema))
        return
    match _type(schema):
        case "array":
            yield replace(slot, kind=Kind.ITEMS, inner=_inner(schema, path))
        case "boolean":
            yield replace(slot, kind=Kind.SWITCH)
        case "integer":
            yield replace(slot, kind=_number_kind(slot, Kind.COUNT))
        case "number":
            yield replace(slot, kind=_number_kind(slot, Kind.NUMBER))
        case "string" if _is_point_in_time(slot):
            yield replace(slot, kind=Kind.DATE, part="date")
            yield replace(slot, kind=Kind.TIME, part="time")
        case "string":
            kind = _text_kind(slot)
            yield replace(slot, kind=kind, label=_label_of_code(slot) if kind is Kind.CODE else label)
        case other:
            raise Unusable(f"{'.'.join(path)} is {other}, which nobody can say")


def _inner(schema: Mapping[str, Any], path: tuple[str, ...]) -> tuple[Slot, ...]:
    items = _plain(schema.get("items", {}))
    where = ".".join(path)
    if _type(items) == "array":
        raise Unusable(f"{where} holds lists of lists")
    if _type(items) != "object":
        return tuple(_slots(items, (), required=True))
    try:
        inner = [one for one in _fields(items, (), required=True) if isinstance(one, Slot)]
    except Unusable as error:
        raise Unusable(f"{where}: {error}") from error
    if any(slot.kind is Kind.ITEMS and slot.required for slot in inner):
        raise Unusable(f"{where} holds lists of lists")
    if not inner:
        raise Unusable(f"{where} holds blocks of anything")
    return tuple(slot for slot in inner if slot.kind is not Kind.ITEMS)


# ── kinds of text and number ─────────────────────────────────────────────────────────────────────────────────────

_FORMATS: Final[Mapping[str, Kind]] = {
    "date": Kind.DATE, "time": Kind.TIME, "email": Kind.EMAIL, "idn-email": Kind.EMAIL, "phone": Kind.PHONE,
    "tel": Kind.PHONE, "uuid": Kind.CODE,
}  # fmt: skip
_BIRTH: Final = frozenset("birth birthdate birthday dob geburt geburtsdatum geburtstag".split())
_NAMED: Final[tuple[tuple[Kind, frozenset[str]], ...]] = (
    (Kind.EMAIL, frozenset(["email", "mail", "emailadresse"])),
    (Kind.PHONE, frozenset("phone telephone tel mobile cell callback telefon telefonnummer handy rückruf".split())),
    (Kind.BIRTH, _BIRTH),
    (Kind.ADDRESS, frozenset("address street adresse anschrift straße strasse lieferadresse".split())),
    (Kind.MESSAGE, frozenset("message notes note comment comments remark remarks nachricht notiz bemerkung".split())),
    (Kind.CODE, frozenset(
        "number no id code reference ref nr nummer kennung auftragsnummer bestellnummer kundennummer pin plate "
        "postcode zip plz kennzeichen tracking bestellnr iban serial".split())),
    (Kind.TIME, frozenset("time uhrzeit zeit hour".split())),
    (Kind.DATE, frozenset("date day datum tag arrival departure checkin checkout anreise abreise".split())),
    (Kind.NAME, frozenset("name surname lastname firstname fullname nachname vorname kunde".split())),
)  # fmt: skip
_NO_PERSON: Final = frozenset("product item article dish file business company artikel produkt gericht firma".split())
_PEOPLE: Final = frozenset(
    "people persons party guests guest personen gäste person covers attendees passengers travellers travelers adults "
    "teilnehmer erwachsene".split()
)
_ISO_DATE: Final = re.compile(
    r"y{2,4}-m{1,2}-d{1,2}|iso[ -]?8601|\b\d{4}-\d\d-\d\d|\\d\{4\}-|dd\.mm\.y|tt\.mm\.j", re.IGNORECASE
)


def tokens(name: str) -> list[str]:
    """`partySize` and `party_size` as their words."""
    apart = re.sub(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])", " ", name)
    return [word.casefold() for word in re.split(r"[\s_.-]+", apart) if word]


def _text_kind(slot: Slot) -> Kind:
    schema, description = slot.schema, slot.description
    kind = _FORMATS.get(str(schema.get("format", "")))
    words = tokens(slot.name) or tokens(slot.label)
    if kind is None:
        kind = next((kind for kind, names in _NAMED if names & set(words)), None)
    if kind is Kind.DATE and set(words) & _BIRTH:
        kind = Kind.BIRTH
    if kind is Kind.NAME and set(words) & _NO_PERSON:
        kind = Kind.TEXT
    if kind is Kind.TIME and schema.get("format") == "duration":
        kind = Kind.TEXT
    if kind is None and _ISO_DATE.search(f"{description} {schema.get('pattern', '')}"):
        kind = Kind.DATE
    if kind is None and "pattern" in schema and re.search(r"\\d|0-9|A-Z", str(schema["pattern"])):
        kind = Kind.CODE
    if kind is Kind.DATE and not schema.get("format") and _is_said(f"{description} {schema.get('examples', '')}"):
        kind = Kind.DAY_SAID
    return kind or Kind.TEXT


def _is_said(text: str) -> bool:
    return not _ISO_DATE.search(text) and bool(AS_SAID_WORDS & set(re.findall(r"\w+", text.casefold())))


def _is_point_in_time(slot: Slot) -> bool:
    words = tokens(slot.name)
    is_named = "datetime" in words or ("date" in words and "time" in words)
    return slot.schema.get("format") == "date-time" or (is_named and not slot.schema.get("format"))


def _number_kind(slot: Slot, plain: Kind) -> Kind:
    words = set(tokens(slot.name))
    if plain is Kind.COUNT and words & _PEOPLE:
        return Kind.PEOPLE
    counted = words & set("count of quantity amount menge anzahl".split())
    if plain is Kind.COUNT and not counted and words & next(names for kind, names in _NAMED if kind is Kind.CODE):
        return Kind.CODE
    return plain


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────


def label_of(name: str, schema: Mapping[str, Any]) -> str:
    """The owner's own title, or the field's name in words."""
    title = str(schema.get("title", "")).strip()
    if title and len(title) <= LONGEST_LABEL:
        return title
    return " ".join(tokens(name))


def _label_of_code(slot: Slot) -> str:
    """`order` is called by its description where that says "The order number, six digits"."""
    first = re.split(r"[,.:;(]", slot.description)[0].strip()
    words = re.sub(r"^(?:the|an?|der|die|das|eine?)\s+", "", first, flags=re.IGNORECASE).split()
    is_fuller = slot.label in [word.casefold() for word in words] and 1 < len(words) <= LONGEST_NAME
    return " ".join(words) if is_fuller and "title" not in slot.schema else slot.label


def _options(schema: Mapping[str, Any]) -> tuple[Option, ...]:
    values: Sequence[object] = [value for value in schema["enum"] if value is not None]
    titles = schema.get("_titles") or [""] * len(values)
    description = str(schema.get("description", ""))
    return tuple(
        Option(value, tuple(dict.fromkeys(filter(None, (title, _said(value), *_explained(value, description))))))
        for value, title in zip(values, titles, strict=False)
    )


def _said(value: object) -> str:
    if not isinstance(value, str):
        return str(value)
    # `nextDay` and `NEXT_DAY` are a machine's words for it, `Vier Jahreszeiten` is a name.
    is_words = " " in value or (value[1:].islower() and "_" not in value)
    return value if is_words else " ".join(tokens(value))


def _explained(value: object, description: str) -> tuple[str, ...]:
    """What the description says of a value: `S (small), M = medium`."""
    found = re.search(
        rf"(?<!\w){re.escape(str(value))}[\"'`]?\s*(?:\(|=|:|for |means |für |heißt )\s*([^\W\d][^,;.)(]{{1,40}})",
        description,
    )
    return (found[1].strip(),) if found else ()
