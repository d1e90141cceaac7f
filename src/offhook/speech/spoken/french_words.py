"""The word tables of spoken French."""

from typing import Final

from offhook.speech.spoken.european_words import Currency, Gender, Unit, Vocabulary
from offhook.speech.spoken.french_numbers import ONES
from offhook.speech.spoken.shared import SharedWords

_F: Final = Gender.FEMININE

MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
SHORT_MONTHS: Final = {
    "janv": 1, "jan": 1, "févr": 2, "fév": 2, "fevr": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11,
    "déc": 12,
    "dec": 12, "aout": 8, "fevrier": 2, "decembre": 12,
}  # fmt: skip
DAYS: Final = {
    "lun": "lundi", "mar": "mardi", "mer": "mercredi", "jeu": "jeudi", "ven": "vendredi", "sam": "samedi",
    "dim": "dimanche", "Lun": "lundi", "Mar": "mardi", "Mer": "mercredi", "Jeu": "jeudi", "Ven": "vendredi",
    "Sam": "samedi", "Dim": "dimanche",
}  # fmt: skip
EURO: Final = Currency(Unit("euro", "euros"), Unit("centime", "centimes"))
DOLLAR: Final = Currency(Unit("dollar", "dollars"), Unit("cent", "cents"))
FRANC: Final = Currency(Unit("franc", "francs"), Unit("centime", "centimes"))
POUND: Final = Currency(Unit("livre", "livres", _F), Unit("penny", "pence"))
YEN: Final = Currency(Unit("yen", "yens"), Unit("sen", "sen"))
CURRENCIES: Final = {
    "€": EURO, "EUR": EURO, "$": DOLLAR, "USD": DOLLAR, "CAD": DOLLAR, "US$": DOLLAR, "CHF": FRANC, "£": POUND,
    "GBP": POUND, "¥": YEN, "euros": EURO, "euro": EURO, "francs": FRANC, "dollars": DOLLAR,
    **dict.fromkeys(("SEK", "NOK", "DKK", "CZK", "kr"), Currency(Unit("couronne", "couronnes", _F), Unit("centime",
    "centimes"))),
    **dict.fromkeys(("PLN", "zł"), Currency(Unit("zloty", "zlotys"), Unit("grosz", "groszy"))),
    **dict.fromkeys(("CA$", "C$"), DOLLAR), "JPY": YEN,
    **dict.fromkeys(("AUD", "AU$", "A$"), Currency(Unit("dollar australien", "dollars australiens"), Unit("cent",
    "cents"))),
    **dict.fromkeys(("XOF", "XAF", "FCFA", "CFA"), Currency(Unit("franc CFA", "francs CFA"), Unit("centime",
    "centimes"))),
    **dict.fromkeys(("MAD", "DH"), Currency(Unit("dirham", "dirhams"), Unit("centime", "centimes"))),
    **dict.fromkeys(("TND", "DT"), Currency(Unit("dinar", "dinars"), Unit("millime", "millimes"))),
    **dict.fromkeys(("INR", "₹", "Rs", "Rs."), Currency(Unit("roupie", "roupies", _F), Unit("paisa", "paisas"))),
}  # fmt: skip
UNITS: Final = {
    **dict.fromkeys(("càs", "càS", "CàS", "cs"), Unit("cuillère à soupe", "cuillères à soupe", _F)),
    **dict.fromkeys(("càc", "càC", "CàC"), Unit("cuillère à café", "cuillères à café", _F)),
    "km": Unit("kilomètre", "kilomètres"), "m": Unit("mètre", "mètres"), "cm": Unit("centimètre", "centimètres"),
    "mm": Unit("millimètre", "millimètres"), "m²": Unit("mètre carré", "mètres carrés"),
    "km²": Unit("kilomètre carré", "kilomètres carrés"), "m³": Unit("mètre cube", "mètres cubes"),
    "kg": Unit("kilo", "kilos"), "g": Unit("gramme", "grammes"), "mg": Unit("milligramme", "milligrammes"),
    "t": Unit("tonne", "tonnes", _F), "l": Unit("litre", "litres"), "L": Unit("litre", "litres"),
    "cl": Unit("centilitre", "centilitres"), "dl": Unit("décilitre", "décilitres"), "ml": Unit("millilitre",
    "millilitres"),
    "°C": Unit("degré Celsius", "degrés Celsius"), "℃": Unit("degré Celsius", "degrés Celsius"),
    "°F": Unit("degré Fahrenheit", "degrés Fahrenheit"), "°": Unit("degré", "degrés"),
    "km/h": Unit("kilomètre à l'heure", "kilomètres à l'heure"), "h": Unit("heure", "heures", _F),
    "min": Unit("minute", "minutes", _F), "mn": Unit("minute", "minutes", _F), "s": Unit("seconde", "secondes", _F),
    "sec": Unit("seconde", "secondes", _F), "ms": Unit("milliseconde", "millisecondes", _F), "j": Unit("jour",
    "jours"),
    "GB": Unit("gigaoctet", "gigaoctets"), "Go": Unit("gigaoctet", "gigaoctets"), "Mo": Unit("mégaoctet",
    "mégaoctets"),
    "MB": Unit("mégaoctet", "mégaoctets"), "To": Unit("téraoctet", "téraoctets"), "TB": Unit("téraoctet",
    "téraoctets"),
    "ko": Unit("kilooctet", "kilooctets"), "kW": Unit("kilowatt", "kilowatts"), "W": Unit("watt", "watts"),
    "kWh": Unit("kilowattheure", "kilowattheures"), "V": Unit("volt", "volts"), "ha": Unit("hectare", "hectares"),
    "Mb/s": Unit("mégabit par seconde", "mégabits par seconde"), "pers": Unit("personne", "personnes", _F),
    "nuit": Unit("nuit", "nuits", _F),
}  # fmt: skip
MAGNITUDES: Final = {
    "million": Unit("million", "millions"), "millions": Unit("million", "millions"), "milliards": Unit("milliard",
    "milliards"),
    "milliard": Unit("milliard", "milliards"),
}  # fmt: skip
ABBREVIATIONS: Final = {
    "M.": "monsieur", "MM.": "messieurs", "Mme": "madame", "Mme.": "madame", "Mmes": "mesdames",
    "Mlle": "mademoiselle",
    "Mlles": "mesdemoiselles", "Me": "maître", "Dr": "docteur", "Dr.": "docteur", "Pr": "professeur",
    "Pr.": "professeur",
    "Prof.": "professeur", "n°": "numéro", "N°": "numéro", "nº": "numéro", "no.": "numéro", "n°.": "numéro",
    "No.": "numéro", "av.": "avenue", "Av.": "avenue", "bd": "boulevard", "Bd": "boulevard", "bd.": "boulevard",
    "boul.": "boulevard", "bld": "boulevard", "pl.": "place", "Pl.": "place", "rte": "route", "imp.": "impasse",
    "all.": "allée", "fg": "faubourg", "St": "saint", "Ste": "sainte", "c.-à-d.": "c'est-à-dire",
    "càd": "c'est-à-dire",
    "p.ex.": "par exemple", "ex.": "exemple", "etc.": "et cetera", "env.": "environ", "tél.": "téléphone",
    "Tél.": "téléphone", "tel.": "téléphone", "Tel.": "téléphone", "poste": "poste", "max.": "maximum",
    "min.": "minimum",
    "ét.": "étage", "étg.": "étage", "apt.": "appartement", "appt.": "appartement", "bât.": "bâtiment",
    "rdc": "rez-de-chaussée",
    "RDC": "rez-de-chaussée", "RdC": "rez-de-chaussée", "svp": "s'il vous plaît", "SVP": "s'il vous plaît",
    "s.v.p.": "s'il vous plaît", "RDV": "rendez-vous", "rdv": "rendez-vous", "Rdv": "rendez-vous", "cf.": "voir",
    "réf.": "référence", "Réf.": "référence", "art.": "article", "chap.": "chapitre", "p.": "page", "pp.": "pages",
    "vol.": "volume", "fig.": "figure", "hab.": "habitants", "pers.": "personnes", "ch.": "chambre",
    "incl.": "inclus",
    "TTC": "toutes taxes comprises", "HT": "hors taxes", "vs": "contre", "vs.": "contre", "Sté": "société",
    "Cie": "compagnie",
    "qqn": "quelqu'un", "qqch": "quelque chose", "bcp": "beaucoup", "dép.": "département", "éd.": "édition",
    "suppl.": "supplément",
    "CP": "code postal",
}  # fmt: skip
PAIRS: Final = {
    ("p.", "ex."): ("par", "exemple"), ("par", "ex."): ("par", "exemple"), ("J.", "C."): ("Jésus", "Christ"),
}  # fmt: skip
CODE_WORDS: Final = frozenset(
    """code pin référence réf dossier commande réservation compte facture vol poste client confirmation carte billet
    contrat suivi ticket""".split()
)
CALLING: Final = frozenset(
    """au composez composer compose appelez appeler appelle numéro téléphone tél urgence urgences samu police pompiers
    ligne nº n°""".split()
)
SYMBOLS: Final = {
    "&": "et", "+": "plus", "=": "égale", "@": "arobase", "%": "pour cent", "°": "degrés", "×": "fois",
    "÷": "divisé par",
    "±": "plus ou moins", "$": "dollars", "€": "euros", "£": "livres", "¥": "yens", "§": "paragraphe", "→": "vers",
    "~": "environ", "<": "inférieur à", ">": "supérieur à", "№": "numéro", "/": "ou",
}  # fmt: skip

FEMININE: Final = frozenset(
    """nuit nuits personne personnes heure heures minute minutes seconde secondes chambre chambres table tables
    semaine
    semaines place places fois page pages carte cartes femme femmes fille filles bouteille bouteilles part parts clé
    clés
    clef clefs question questions porte portes rue rues classe classes facture factures année années suite suites
    tasse
    tasses ligne lignes note notes voiture voitures valise valises tonne tonnes livre assiette assiettes couverture
    couvertures boîte boîtes pièce pièces demande demandes main mains salle salles offre offres dame dames serviette
    fin seule petite grande bonne mère soeur sœur eau taxe taxes formule formules étape étapes piste pistes adresse
    adresses tarte tartes pizza
    pizzas mosaïque cave caves île îles lettre lettres""".split()
)
FEMININE_ENDINGS: Final = (
    "tion", "sion", "tions", "sions", "ité", "ités", "auté", "erté", "anté", "ette", "ettes", "ence", "ences",
    "ance", "ances", "ure", "ures",
    "ée",
    "ées", "ie", "ies", "esse", "esses", "ade", "ades", "ille", "illes", "ine", "ines", "elle", "elles", "euse",
    "euses",
    "trice", "trices", "ière", "ières", "aine", "aines",
)  # fmt: skip
MASCULINE: Final = frozenset(
    """invité invités député députés musée musées lycée lycées été étés côté côtés magazine magazines
    parapluie comité comités""".split()
)
NO_NOUNS: Final = frozenset(
    """et ou de du des à au aux en dans sur sous par pour que qui est sont était avec sans chez vers plus moins
    comme si
    mais donc car ne pas se ce cette ces le la les un une il elle on nous vous ils elles y dont où quand fois sera
    seront a ont avait jusque puis ici là aussi très près""".split()
) - {"fois"}

SHARED: Final = SharedWords(
    digits=ONES[:10], dot="point", at="arobase", dash="tiret", underscore="tiret bas", slash="barre oblique",
    plus="plus",
)  # fmt: skip


def vocabulary() -> Vocabulary:
    """The same in all regions: only some numbers differ."""
    names = {name: number for number, name in enumerate(MONTHS, 1)}
    return Vocabulary(
        of="sur", squared="au carré", cubed="au cube",
        shared=SHARED, comma="virgule", minus="moins", percent="pour cent", per="par", to="à", against="à",
        number="numéro",
        months=MONTHS, month_names=names | SHORT_MONTHS, days=DAYS, abbreviations=ABBREVIATIONS, symbols=SYMBOLS,
        currencies=CURRENCIES, units=UNITS, magnitudes=MAGNITUDES, code_words=CODE_WORDS,
        calling=CALLING, weak_calling=frozenset("le du".split()),
    )  # fmt: skip
