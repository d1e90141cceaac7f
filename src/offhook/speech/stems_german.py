"""German words, as `stems` compares them.

Endings are cut and umlauts written plain, so that `Häuser` is `Haus`; what a word is put together from is found by its
last part (`Preis` in `Zimmerpreis`), which is where German puts the thing itself.
"""

from typing import Final

from offhook.speech.stems import WordTable, groups

_STOP: Final = frozenset(
    """aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist bitte da dabei
    damit dann das dass dein deine dem den denn der deren des dessen dich die dies diese diesem diesen dieser dieses dir
    doch dort du durch eigentlich ein eine einem einen einer eines einmal er es etwas euch euer eure für gar gegen geht
    gehen gern gerne gibt gibts guten gut ha habe haben habt hallo hat hatte hätte hätten hier hm ich ihm ihn ihnen ihr
    ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes jetzt kann kannst können könnte könnten könnt
    kein keine keinen keiner macht machen man mal mehr mein meine meinem meinen meiner mich mir mit möchte möchten mal
    morgen muss müssen nach nein nicht nichts noch nun nur ob oder ohne okay sagen schon sehr sein seine sich sie sind
    so soll sollte sowie tag über um und uns unser unsere unserem unseren unter vielleicht vom von vor wann war waren
    warum was wäre welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird wissen wo wohin
    wollen wollte wollten würde würden zu zum zur zwar heute äh ähm hallo danke dankeschön bekommen bekomme brauche
    brauchen nehmen nehme hätten lassen viel viele lange denen davon dafür darf dürfen überhaupt komme kommen kommt
    wäre kennt kennen""".split()
)
_ENDINGS: Final = (
    "ungen", "ung", "innen", "lichen", "liche", "lich", "ieren", "iert", "enden", "ende", "test", "tet", "ten", "ern",
    "ene", "est", "em", "en", "er", "es", "et", "te", "e", "n", "s", "t",
)  # fmt: skip
_PLAIN: Final = WordTable(_STOP, _ENDINGS, folds=True)
GERMAN: Final = WordTable(
    _STOP,
    _ENDINGS,
    {"e mail": "e-mail", "wi fi": "wlan", "wifi": "wlan", "wie viel": "wieviel", "geht es los": "beginnt"},
    groups(
        _PLAIN,
        "adresse straße standort",
        "aufzug fahrstuhl lift",
        "wlan internet",
        "schwimmen schwimmbad pool becken",
        "kind kinder baby familie kleinkind",
        "hund hunde haustier haustiere tier tiere",
        "katze haustier haustiere tier tiere",
        "auto parken parkplatz parkplätze garage parkhaus stellplatz",
        "kosten kostet kostenlos preis preise gebühr teuer euro bezahlen wieviel",
        "absagen stornieren storno stornierung absage",
        "bar karte kartenzahlung kreditkarte zahlen bezahlen zahlung ec",
        "essen speisekarte küche gericht gerichte",
        "öffnungszeiten geöffnet offen öffnet öffnen auf sprechzeiten sprechstunde uhr",
        "geschlossen feiertag feiertage zu schließt schließen ruhetag",
        "telefon telefonnummer nummer",
        "rauchen raucher zigarette",
        "bahn bahnhof zug haltestelle",
        "bus haltestelle",
        "schmerz schmerzen weh notfall notdienst",
        "zahn zähne",
        "krankenkasse kasse versicherung versichert",
        "termin termine behandlung",
        "buchen reservieren reservierung buchung",
        "vegan vegetarisch vegetarier fleisch fleischlos",
        "gluten glutenfrei zöliakie",
        "praxis büro",
        "reparieren reparatur kaputt",
        "liefern lieferung lieferzeit geliefert bringen versand zustellung",
        "zurückgeben rückgabe umtausch umtauschen erstattung",
        "arzt doktor ärztin",
        "mieten miete leihen ausleihen verleih",
        "toilette bad wc dusche",
        "frühstück morgens",
        "angebot angebote aktion rabatt rabatte",
        "barrierefrei rollstuhl rampe",
        "dauern dauert minuten stunden",
        "mann männer herr herren",
        "frau frauen dame damen",
        "sohn tochter kind kinder junge mädchen",
        "braut hochzeit heirat heiraten heirate trauung",
        "extensions haarverlängerung haarverlängerungen",
        "färben farbe tönen",
        "schneiden schnitt haarschnitt",
        "frisur frisuren haare haar",
        "chef chefin inhaber inhaberin leiter leiterin leitung",
        "stelle job jobs stellenangebot stellenangebote ausbildung praktikum bewerbung",
        "gutschein gutscheine geschenk",
        "kaffee tee getränk getränke",
        "kuchen torte torten gebäck",
        "blume blumen strauß sträuße",
        "student studenten schüler azubi azubis",
        "senior senioren rentner rentnerin",
        "allergie allergisch unverträglichkeit",
        "kurs kurse unterricht stunde",
        "anfänger einsteiger neuling",
        "reklamation beschwerde unzufrieden gefällt",
        "schaden beschädigt zerstört",
        "rechnung quittung beleg",
        "nägel maniküre fingernägel",
        "wohnung apartment zimmer",
        "urlaub ferien",
        "film kino",
        "reifen rad räder",
        "schnell express eilig sofort",
        "abholen abholung selbstabholer",
        "draußen terrasse garten außenbereich",
        "mitbringen mitkommen erlaubt",
        "kosmetik pflege",
        "ausweis pass personalausweis",
        "mitglied mitgliedschaft beitrag",
        "gift giftig vergiftet vergiftung",
        "krank krankheit",
        "lkw lastwagen laster",
        "elektroauto elektrisch elektrische elektrischen elektro",
        "motorrad motorräder",
        "schlange schlangen echse echsen schildkröte schildkröten reptil reptilien",
        "papagei papageien wellensittich wellensittiche vogel vögel",
        "pony ponys pferd pferde",
        "krallen kralle nägel",
        "kastrieren kastration sterilisieren sterilisation",
        "impfen impfung impfungen geimpft spritze",
        "stufe stufen treppe rollstuhl",
        "montage montieren aufbau aufbauen zusammenbauen",
        "rate raten ratenzahlung finanzierung finanzieren",
        "kühlschrank kühlschränke gefrierschrank elektrogerät elektrogeräte",
        "medikament medikamente arznei arzneimittel",
        "brille brillen kontaktlinsen",
        "fahrlehrer fahrlehrerin lehrer lehrerin trainer trainerin",
        "müll abfall",
        "sprit benzin diesel kraftstoff",
    ),
    folds=True,
)
