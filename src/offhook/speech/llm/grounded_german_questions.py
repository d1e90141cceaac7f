"""What German callers ask: in the words that businesses write, and what an answer to it has to hold."""

import re
from typing import Final

from offhook.speech.llm.grounded_language import AnswerForm

REPHRASED: Final = tuple(
    (re.compile(pattern), meant)
    for pattern, meant in (
        (
            (
                r"\bwo (?:genau )?(?:sind|sitzen|finde ich|finden wir) (?:sie|ihr|euch)\b|"
                r"\bwo ist (?:das|ihre \w+|die \w+)$|\bwie komme ich zu (?:ihnen|euch)\b|\bwo liegt (?:das|ihr)"
            ),
            "Straße",
        ),
        (r"\bwo (?:genau )?(?:sind|finde ich) (?:sie|ihr|euch)\b|\badresse\b", "Adresse"),
        (
            (
                r"\b(?:wann|bis wann|ab wann|wie lange)\b.*"
                r"\b(?:geöffnet|offen|auf|öffnen|öffnet|schließen|schließt|zu)\b|"
                r"\böffnungszeiten\b|\bsprechzeiten\b"
            ),
            "Öffnungszeiten Sprechzeiten Sprechstunde",
        ),
        (
            r"\b(?:angebote?|rabatte?|aktionen?|ermäßigung(?:en)?|vergünstigung(?:en)?)\b",
            "Angebote Rabatt",
        ),
        (r"\bwie lange\b.*\b(?:dauert|bis)\b.*\b(?:da|hier|lieferung)\b", "Lieferung dauert Minuten"),
        (
            (
                r"\b(?:haben sie|hätten sie|gibt es|ist) (?:noch )?(?:eine?n?|ein) ([\w ]+?)(?: frei)? (?:für |am )?"
                r"(?:heute|morgen|übermorgen|\w+tag|nächste\w*|diese\w*)\b"
            ),
            r"\1 buchen reservieren",
        ),
        (r"\b(?:ohne|kein) fleisch\b", "vegetarisch"),
        (r"\bkommen sie\b.*\b(?:nach hause|zu mir|vorbei)\b", "Hausbesuche"),
        (r"\bwer ist (?:\w+ )?(?:der|die|ihr) (?:chef|chefin|inhaber|boss)\b", "Inhaber Leitung leitet"),
        (
            (
                r"\b(?:einfach so|spontan|unangemeldet|ohne (?:termin|anmeldung))\b.*\b(?:kommen|vorbei\w*)\b|"
                r"\b(?:kommen|vorbei\w*)\b.*\b(?:einfach so|spontan|unangemeldet)\b"
            ),
            "ohne Termin",
        ),
        (
            (
                r"\b(?:nicht|gar nicht|überhaupt nicht|un)\s?(?:zufrieden|glücklich)\b|\bgefällt mir (?:gar )?nicht\b|"
                r"\bbeschwer\w*\b|\breklam\w*\b|\bbeanstand\w*\b"
            ),
            "unzufrieden gefällt nicht Reklamation Beschwerde",
        ),
        (r"\b(?:eilig|dringend|express|so schnell wie möglich|heute noch|noch heute)\b", "Express eilig sofort"),
        (r"\b(?:gift|vergiftet|giftig\w*)\b", "Vergiftung"),
        (r"\bnachts\b|\bin der nacht\b|\bwenn sie (?:zu|geschlossen) haben\b", "Notfall außerhalb der Sprechzeiten"),
        # "Bauen Sie die Möbel auch auf?": what is written of it is "Aufbau", and not "bauen".
        (
            (
                r"^(?:\w+ ){0,2}?(\w{3,}?)(?:en|e|t|st) ((?:\w+ )+)"
                r"(ab|an|auf|aus|ein|her|hin|mit|nach|vor|vorbei|weg|zu|zurück|zusammen)$"
            ),
            r"\2\3\1en \1en",
        ),
    )
)

_FEW: Final = (
    r"(?:\d[\d.,]*|eine[nrm]?|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|halben?|halbe|mehrere|wenige|"
    r"paar|gleichen|selben|nächsten)"
)
FORMS: Final = (
    AnswerForm(
        re.compile(
            r"\b(?:was|wie ?viel) (?:kostet|kosten|nehmen|nimmt|zahle|zahlt|bezahle|verlangen|berechnen|macht)\b|"
            r"\bwie (?:teuer|hoch)\b|\b(?:was|wie) (?:ist|sind|lautet) (?:der|die|ihr\w*) \w*(?:preise?|gebühr\w*)\b|"
            r"\bwas muss ich (?:dafür |dann )?(?:be)?zahlen\b|\bkostet das (?:was|etwas)\b"
        ),
        re.compile(
            r"[€$]|\b(?:euro|cent|franken|prozent|"
            r"berechnen \w+|\w*preis)\b|\d,\d\d\b"
        ),
        re.compile(r"\b(?:kostenlos|kostenfrei|gratis|umsonst|frei|inklusive)\b"),
    ),
    AnswerForm(
        re.compile(
            r"\bwie lange\b(?!.*\b(?:offen|auf|geöffnet|zu)\b)|\bwie schnell\b|\bwie viele (?:minuten|stunden|tage|"
            r"wochen)\b|\bwann (?:ist|sind|kann|wird) .*\b(?:fertig|abholen|abgeholt)\b"
        ),
        re.compile(
            rf"\b{_FEW} (?:\w+ )?(?:minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|werktage?n?)\b|"
            r"\b(?:sofort|gleich|umgehend)\b|\bbis\b"
        ),
    ),
    AnswerForm(
        re.compile(r"^(?:\w+ ){0,2}(?:wann|um wie ?viel uhr|welche[nm]? tage?n?)\b"),
        re.compile(
            r"\d|\b(?:mittags?|mitternacht|morgens?|abends?|nachmittags?|täglich|jederzeit|immer|wochenende)\b|"
            r"\b\w+tags?\b|\b(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)\b"
        ),
    ),
)
"""The first that fits is what is asked for."""
OFFERED: Final = re.compile(
    r"\b(?:haben|verkaufen|führen|vermieten|verleihen|bieten) (?:sie|ihr)\b|\bgibt es\b|"
    r"\b(?:habt|verkauft|führt|bietet) ihr\b"
)
