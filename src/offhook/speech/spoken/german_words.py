"""The word tables of spoken German."""

from typing import Final

from offhook.speech.spoken.european_words import Currency, Gender, Unit, Vocabulary
from offhook.speech.spoken.german_numbers import ONES
from offhook.speech.spoken.shared import SharedWords

_M, _F, _N = Gender.MASCULINE, Gender.FEMININE, Gender.NEUTER

MONTHS: Final = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
SHORT_MONTHS: Final = {
    "jan": 1, "feb": 2, "mär": 3, "mrz": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "okt": 10,
    "nov": 11, "dez": 12, "jänner": 1, "feber": 2,
}  # fmt: skip
DAYS: Final = {
    "Mo": "Montag", "Di": "Dienstag", "Mi": "Mittwoch", "Do": "Donnerstag", "Fr": "Freitag", "Sa": "Samstag",
    "So": "Sonntag",
}  # fmt: skip
EURO: Final = Currency(Unit("Euro", "Euro"), Unit("Cent", "Cent"))
DOLLAR: Final = Currency(Unit("Dollar", "Dollar"), Unit("Cent", "Cent"))
FRANKEN: Final = Currency(Unit("Franken", "Franken"), Unit("Rappen", "Rappen"))
POUND: Final = Currency(Unit("Pfund", "Pfund", _N), Unit("Pence", "Pence"))
YEN: Final = Currency(Unit("Yen", "Yen"), Unit("Sen", "Sen"))
CURRENCIES: Final = {
    "€": EURO, "EUR": EURO, "$": DOLLAR, "USD": DOLLAR, "US$": DOLLAR, "CHF": FRANKEN, "SFr": FRANKEN, "£": POUND,
    "GBP": POUND, "¥": YEN, "JPY": YEN, "Euro": EURO, "Franken": FRANKEN, "Dollar": DOLLAR,
    "kr": Currency(Unit("Krone", "Kronen", _F), Unit("Öre", "Öre", _N)),
    **dict.fromkeys(("SEK", "NOK", "DKK"), Currency(Unit("Krone", "Kronen", _F), Unit("Öre", "Öre", _N))),
    **dict.fromkeys(("CZK", "Kč"), Currency(Unit("Krone", "Kronen", _F), Unit("Heller", "Heller"))),
    **dict.fromkeys(("PLN", "zł"), Currency(Unit("Zloty", "Zloty"), Unit("Groschen", "Groschen"))),
    **dict.fromkeys(("CAD", "CA$", "C$"), Currency(Unit("kanadischer Dollar", "kanadische Dollar"), Unit("Cent",
    "Cent"))),
    **dict.fromkeys(("AUD", "AU$", "A$"), Currency(Unit("australischer Dollar", "australische Dollar"), Unit("Cent",
    "Cent"))),
    **dict.fromkeys(("TRY", "₺"), Currency(Unit("Lira", "Lira", _F), Unit("Kuruş", "Kuruş"))),
    **dict.fromkeys(("INR", "₹", "Rs", "Rs."), Currency(Unit("Rupie", "Rupien", _F), Unit("Paisa", "Paise"))),
    "HUF": Currency(Unit("Forint", "Forint"), Unit("Fillér", "Fillér")),
}  # fmt: skip
UNITS: Final = {
    "km": Unit("Kilometer", "Kilometer"), "m": Unit("Meter", "Meter"), "cm": Unit("Zentimeter", "Zentimeter"),
    "mm": Unit("Millimeter", "Millimeter"), "m²": Unit("Quadratmeter", "Quadratmeter"),
    "qm": Unit("Quadratmeter", "Quadratmeter"), "km²": Unit("Quadratkilometer", "Quadratkilometer"),
    "m³": Unit("Kubikmeter", "Kubikmeter"), "kg": Unit("Kilogramm", "Kilogramm", _N), "g": Unit("Gramm", "Gramm", _N),
    "mg": Unit("Milligramm", "Milligramm", _N), "t": Unit("Tonne", "Tonnen", _F), "l": Unit("Liter", "Liter"),
    "L": Unit("Liter", "Liter"), "ml": Unit("Milliliter", "Milliliter"), "cl": Unit("Zentiliter", "Zentiliter"),
    "dl": Unit("Deziliter", "Deziliter"),
    "µg": Unit("Mikrogramm", "Mikrogramm", _N), "hl": Unit("Hektoliter", "Hektoliter"), "bar": Unit("Bar", "Bar", _N),
    "lm": Unit("Lumen", "Lumen", _N), "°C": Unit("Grad Celsius", "Grad Celsius",
    _N),
    "℃": Unit("Grad Celsius", "Grad Celsius", _N), "°F": Unit("Grad Fahrenheit", "Grad Fahrenheit", _N),
    "°": Unit("Grad", "Grad", _N), "km/h": Unit("Kilometer pro Stunde", "Kilometer pro Stunde"),
    "h": Unit("Stunde", "Stunden", _F), "Std": Unit("Stunde", "Stunden", _F), "min": Unit("Minute", "Minuten", _F),
    "Min": Unit("Minute", "Minuten", _F), "s": Unit("Sekunde", "Sekunden", _F), "Sek": Unit("Sekunde", "Sekunden",
    _F),
    "sec": Unit("Sekunde", "Sekunden", _F), "ms": Unit("Millisekunde", "Millisekunden", _F),
    "GB": Unit("Gigabyte", "Gigabyte", _N), "MB": Unit("Megabyte", "Megabyte", _N), "TB": Unit("Terabyte",
    "Terabyte", _N),
    "kB": Unit("Kilobyte", "Kilobyte", _N), "kW": Unit("Kilowatt", "Kilowatt", _N), "W": Unit("Watt", "Watt", _N),
    "kWh": Unit("Kilowattstunde", "Kilowattstunden", _F), "V": Unit("Volt", "Volt", _N), "A": Unit("Ampere",
    "Ampere", _N),
    "PS": Unit("PS", "PS", _N), "Hz": Unit("Hertz", "Hertz", _N), "kcal": Unit("Kilokalorie", "Kilokalorien", _F),
    "ha": Unit("Hektar", "Hektar", _N), "Mbit/s": Unit("Megabit pro Sekunde", "Megabit pro Sekunde", _N),
    "TL": Unit("Teelöffel", "Teelöffel"), "EL": Unit("Esslöffel", "Esslöffel"),
    "Stk": Unit("Stück", "Stück", _N), "Pers": Unit("Person", "Personen", _F), "Uhr": Unit("Uhr", "Uhr", _N),
}  # fmt: skip
MAGNITUDES: Final = {
    "Mio": Unit("Million", "Millionen", _F), "Mrd": Unit("Milliarde", "Milliarden", _F), "Tsd": Unit("Tausend",
    "Tausend", _N),
    "Million": Unit("Million", "Millionen", _F), "Millionen": Unit("Million", "Millionen", _F),
    "Milliarden": Unit("Milliarde", "Milliarden", _F), "Milliarde": Unit("Milliarde", "Milliarden", _F),
}  # fmt: skip
ABBREVIATIONS: Final = {
    "z.B.": "zum Beispiel", "d.h.": "das heißt", "u.a.": "unter anderem", "v.a.": "vor allem",
    "i.d.R.": "in der Regel",
    "o.ä.": "oder ähnlich", "u.U.": "unter Umständen", "s.o.": "siehe oben", "s.u.": "siehe unten",
    "z.T.": "zum Teil",
    "i.A.": "im Auftrag", "z.Zt.": "zurzeit", "zz.": "zurzeit", "m.E.": "meines Erachtens", "usw.": "und so weiter",
    "etc.": "et cetera", "bzw.": "beziehungsweise", "ca.": "circa", "evtl.": "eventuell", "ggf.": "gegebenenfalls",
    "inkl.": "inklusive", "exkl.": "exklusive", "zzgl.": "zuzüglich", "abzgl.": "abzüglich",
    "bspw.": "beispielsweise",
    "vgl.": "vergleiche", "sog.": "sogenannte", "gem.": "gemäß", "max.": "maximal", "min.": "mindestens",
    "mind.": "mindestens",
    "Nr.": "Nummer", "Nrn.": "Nummern", "Str.": "Straße", "str.": "straße", "Pl.": "Platz", "Tel.": "Telefon",
    "med.": "med", "phil.": "phil", "rer.": "rer", "nat.": "nat", "jur.": "jur", "habil.": "habil", "dent.": "dent",
    "Dr.": "Doktor", "Prof.": "Professor", "Hr.": "Herr", "Hrn.": "Herrn", "Frl.": "Fräulein", "Ing.": "Ingenieur",
    "Dipl.": "Diplom", "St.": "Sankt", "geb.": "geboren", "gest.": "gestorben", "verh.": "verheiratet",
    "Abt.": "Abteilung",
    "Whg.": "Wohnung", "Zi.": "Zimmer", "Stk.": "Stück", "Std.": "Stunden", "Min.": "Minuten", "Sek.": "Sekunden",
    "Pers.": "Personen", "Mio.": "Millionen", "Mrd.": "Milliarden", "Tsd.": "Tausend", "Erw.": "Erwachsene",
    "J.": "Jahre", "zw.": "zwischen", "tägl.": "täglich",
    "tgl.": "täglich", "Kto.": "Konto", "Jh.": "Jahrhundert",
    "MwSt.": "Mehrwertsteuer", "MwSt": "Mehrwertsteuer", "USt.": "Umsatzsteuer", "EG": "Erdgeschoss",
    "OG": "Obergeschoss",
    "UG": "Untergeschoss", "DG": "Dachgeschoss", "Hbf": "Hauptbahnhof", "Hbf.": "Hauptbahnhof", "Bhf.": "Bahnhof",
    "Fa.": "Firma", "Fam.": "Familie", "Art.": "Artikel", "Abs.": "Absatz", "Bd.": "Band", "Kap.": "Kapitel",
    "Jg.": "Jahrgang",
    "Anm.": "Anmerkung", "urspr.": "ursprünglich",  "wöchentl.": "wöchentlich",
    "mtl.": "monatlich",
    "gegr.": "gegründet", "versch.": "verschiedene", "stv.": "stellvertretend", "ehem.": "ehemalig",
    "allg.": "allgemein",
    "s.": "siehe", "Bsp.": "Beispiel", "pers.": "persönlich", "telef.": "telefonisch", "dt.": "deutsch", "u.": "und",
    "od.": "oder", "Mag.": "Magister", "p.a.": "pro Jahr", "KW": "Kalenderwoche", "KW.": "Kalenderwoche",
    "Msp.": "Messerspitze", "Rp.": "Rappen", "T€": "tausend Euro", "TEUR": "tausend Euro", "M€": "Millionen Euro",
    "gg.": "gegen", "Tgl.": "Täglich", "EZ": "Einzelzimmer",
    "DZ": "Doppelzimmer", "Pkg.": "Packung", "Fl.": "Flasche", "MMag.": "Magister", "DI": "Diplomingenieur",
}  # fmt: skip
PAIRS: Final = {
    ("z.", "B."): ("zum", "Beispiel"), ("d.", "h."): ("das", "heißt"), ("u.", "a."): ("unter", "anderem"),
    ("v.", "a."): ("vor", "allem"), ("o.", "ä."): ("oder", "ähnlich"), ("u.", "U."): ("unter", "Umständen"),
    ("s.", "o."): ("siehe", "oben"), ("s.", "u."): ("siehe", "unten"), ("z.", "T."): ("zum", "Teil"),
    ("i.", "A."): ("im", "Auftrag"), ("i.", "d."): ("in", "der"), ("d.", "R."): ("der", "Regel"),
    ("z.", "Hd."): ("zu", "Händen"), ("a.", "M."): ("am", "Main"), ("a.", "D."): ("außer", "Dienst"),
    ("p.", "a."): ("pro", "Jahr"), ("p.", "P."): ("pro", "Person"), ("n.", "Chr."): ("nach", "Christus"),
    ("v.", "Chr."): ("vor", "Christus"), ("m.", "E."): ("meines", "Erachtens"),
}  # fmt: skip
CODE_WORDS: Final = frozenset(
    """nummer nr code pin bestellnummer kundennummer rechnungsnummer auftragsnummer vorgangsnummer referenz
    referenznummer
    buchungsnummer buchungscode reservierungsnummer aktenzeichen plz postleitzahl durchwahl nebenstelle telefonnummer
    telefon
    tel kennzeichen vorwahl ticketnummer mitgliedsnummer kontonummer geheimzahl flug bestätigungscode vertragsnummer
    handynummer faxnummer fax passwort kennwort id artikelnummer blz kto konto bestell-nr kunden-nr rechnungs-nr
    bestell-nummer""".split()
)
CALLING: Final = frozenset(
    """die der unter notruf notrufnummer notfallnummer nummer rufnummer polizei feuerwehr rettung rettungsdienst hotline
    telefon tel telefonnummer wählen wähle wählt rufen rufe ruf anrufen sie bitte notfall per über servicenummer
    behördennummer giftnotruf bereitschaftsdienst ambulanz krankenwagen also""".split()
)
SYMBOLS: Final = {
    "&": "und", "+": "plus", "=": "gleich", "@": "ät", "%": "Prozent", "°": "Grad", "×": "mal", "÷": "geteilt durch",
    "±": "plus minus", "$": "Dollar", "€": "Euro", "£": "Pfund", "¥": "Yen", "§": "Paragraf", "§§": "Paragrafen",
    "→": "nach",
    "~": "ungefähr", "<": "kleiner als", ">": "größer als", "№": "Nummer", "/": "oder",
}  # fmt: skip

_FEMININE: Final = """zwiebel paprika butter milch avocado kartoffel gabel nudel semmel brezel schüssel mango
    papaya cola salami mandel regel muschel stunde minute sekunde nacht woche person frau tasse flasche karte
    portion reservierung buchung frage nachricht nummer straße etage klasse seite stelle tür wohnung rechnung
    mahlzeit übernachtung million milliarde tonne hälfte art sache stadt bahn uhrzeit tafel decke pizza suppe
    dame schwester tochter mutter katze kugel""".split()
_NEUTER: Final = """brot dutzend huhn ei schnitzel steak fleisch obst salz mehl öl eis viertel drittel bund
    filet zimmer jahr kind bett ticket auto haus bad glas bier wasser stück menü angebot konto fahrrad
    doppelzimmer einzelzimmer appartement wochenende mal grad kilo pfund gramm prozent gerät paket buch büro
    hotel gespräch essen frühstück getränk taxi kissen foto tier baby jahrhundert quartal obergeschoss
    erdgeschoss geschoss gleis""".split()
_MASCULINE: Final = """tag monat tisch platz gast termin euro cent dollar franken mann hund herr stuhl parkplatz
    kaffee tee
    wein anruf kunde patient koffer flug zug bus stock aufpreis preis minibus schritt meter kilometer liter abend
    morgen
    mittag nachmittag rappen sohn bruder vater freund kollege mitarbeiter eingang ausgang schlüssel arzt
    zahn
    name käse junge kollege hase""".split()
_PLURALS: Final = """stunden minuten sekunden nächte wochen personen tassen flaschen karten portionen fragen nummern
    wohnungen jahre kinder betten tickets autos gläser stücke zimmer tage monate tische plätze gäste termine
    menschen leute
    erwachsene teilnehmer tagen jahren monaten gästen kindern nächten uhr""".split()
NOUNS: Final = {
    **dict.fromkeys(_PLURALS, _M), **dict.fromkeys(_FEMININE, _F), **dict.fromkeys(_NEUTER, _N),
    **dict.fromkeys(_MASCULINE, _M),
}  # fmt: skip
ORDINAL_NOUNS: Final = {
    "og": _N, "ug": _N, "obergeschoss": _N, "untergeschoss": _N, "stock": _M, "stockwerk": _N, "etage": _F,
    "klasse": _F,
    "reihe": _F, "platz": _M, "liga": _F, "jahrhundert": _N, "quartal": _N, "halbjahr": _N, "halbzeit": _F,
    "auflage": _F,
    "kw": _F, "kalenderwoche": _F, "weihnachtstag": _M, "woche": _F, "tag": _M, "mal": _N,
}  # fmt: skip
"""Before them, a number with a full stop is an ordinal, whatever stands in front of it."""
FEMININE_ENDINGS: Final = (
    "e",
    "ung",
    "heit",
    "keit",
    "schaft",
    "ion",
    "tät",
    "ik",
    "erin",
    "stunde",
    "nacht",
    "karte",
    "enz",
    "anz",
)
NEUTER_ENDINGS: Final = (
    "chen",
    "lein",
    "gebäude",
    "gemüse",
    "ende",
    "auge",
    "ment",
    "zimmer",
    "bett",
    "haus",
    "konto",
    "ticket",
)

SHARED: Final = SharedWords(
    digits=ONES[:10], dot="Punkt", at="ät", dash="minus", underscore="Unterstrich", slash="Schrägstrich", plus="plus",
)  # fmt: skip


def vocabulary(region: str) -> Vocabulary:
    """With the months of Austria, where they are others."""
    months = ("Jänner", *MONTHS[1:]) if region == "AT" else MONTHS
    names = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
    return Vocabulary(
        of="von", squared="hoch zwei", cubed="hoch drei",
        shared=SHARED, comma="Komma", minus="minus", percent="Prozent", per="pro", to="bis", against="zu",
        number="Nummer",
        months=months, month_names=names | SHORT_MONTHS, days=DAYS, abbreviations=ABBREVIATIONS, symbols=SYMBOLS,
        currencies=CURRENCIES, units=UNITS, magnitudes=MAGNITUDES, code_words=CODE_WORDS,
        calling=CALLING, weak_calling=frozenset("sofort gleich umgehend immer".split()),
        code_endings=("nummer", "notruf", "code", "telefon", "hotline", "-nr", "kennung"),
    )  # fmt: skip
