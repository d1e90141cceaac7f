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
FRANCS: Final = frozenset({"Fr.", "fr.", "Frs.", "frs.", "SFr.", "sFr."})
CURRENCIES: Final = {
    **dict.fromkeys((sign.rstrip(".") for sign in FRANCS), FRANC),
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
    "CP": "code postal", "M€": "millions d'euros", "k€": "mille euros", "Md€": "milliards d'euros",
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

_FEMININE: Final = """nuit personne heure minute seconde chambre table semaine place fois page carte femme fille
    bouteille part clé clef question porte rue classe facture année suite tasse ligne note voiture valise tonne
    livre assiette couverture boîte pièce demande main salle offre dame serviette fin seule petite grande bonne
    mère soeur sœur eau taxe formule étape piste adresse tarte pizza mosaïque cave île lettre gousse botte
    feuille branche goutte orange huître moule crêpe gaufre étoile date jambe herbe robe nappe lampe équipe
    carafe dose banque brique fenêtre visite limite liste plage image cage noix croix voix dent peau olive
    tomate datte patate pâte tête fête barquette gare bière poire tranche pension bande sauce page tige gorge
    louche vitre planche terre pierre fraise figue betterave endive chance vente pente rente tente douzaine""".split()
FEMININE: Final = frozenset({*_FEMININE, *(f"{noun}s" for noun in _FEMININE)})
_FEMININE_ENDINGS: Final = """tion sion xion aison ité auté erté anté eté iété ette otte atte outte ence ance
    ande ure ée ie esse asse isse ousse ace ièce ade ille eille aille euille ouille ine elle alle ouse euse aise
    oise trice ière uillère aine enne onne une ane ise anche oche uche ouche êche èche appe oupe ampe afe aque
    ique rue vue igue angue agne oire erie orte oute arte omme oule ule euve ôte iche""".split()
FEMININE_ENDINGS: Final = tuple({*_FEMININE_ENDINGS, *(f"{ending}s" for ending in _FEMININE_ENDINGS)})
_MASCULINE: Final = """invité député musée lycée été côté magazine parapluie comité génie incendie trophée homme
    groupe manche dimanche reproche caniche portefeuille intervalle vermicelle pamplemousse carrosse malaise
    espace organe pourboire laboratoire territoire répertoire accessoire conservatoire fleuve véhicule module
    crépuscule domaine capitaine foie moustique plastique portique cirque casque masque pique-nique élastique
    lexique mercure murmure parjure champagne bagne patriarche merle jeune jaune uniforme cycle angle rectangle
    triangle muscle article siècle""".split()
MASCULINE: Final = frozenset({*_MASCULINE, *(f"{noun}s" for noun in _MASCULINE)})
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
