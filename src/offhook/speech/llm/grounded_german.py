"""The grounded brain's German."""

import re
from collections.abc import Mapping
from typing import Final

from offhook.clock import Date
from offhook.speech.llm import grounded_slots as slots
from offhook.speech.llm.grounded_german_figures import NUMBERS, figures
from offhook.speech.llm.grounded_german_questions import FORMS, OFFERED, REPHRASED
from offhook.speech.llm.grounded_german_sentences import SENTENCES
from offhook.speech.llm.grounded_grammar import PatternGrammar, Patterns
from offhook.speech.llm.grounded_language import Act, Deed, Language
from offhook.speech.stems_german import GERMAN as STEMS

_DAYS: Final = "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split()
_MONTHS: Final = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
_POLITE: Final = (
    r"bitte|äh+m*|ähm+|hm+|also|ach|oh|dann|nur|danke(?:schön)?|vielen dank|besten dank|sehr|gerne?|für (?:die|ihre) "
    r"(?:hilfe|auskunft|mühe)|jetzt|doch|mal|ihnen auch|gleichfalls|super|prima|toll|wunderbar|okay|ok|in ordnung|"
    r"alles klar|so|schön|mir"
)
_WHOLE: Final[Mapping[Act, str]] = {
    Act.YES: (
        r"ja+|jawohl|jo|klar|natürlich|sicher|genau|richtig|korrekt|stimmt(?: so)?|passt(?: so)?|exakt|gut|perfekt|"
        r"einverstanden|selbstverständlich|auf jeden fall|okay|ok|in ordnung|"
        r"(?:das|so) (?:ist|wäre|stimmt|passt|klingt)(?: (?:so|alles|ganz))?(?: (?:richtig|korrekt|gut|okay|"
        r"super|prima|"
        r"perfekt|schön))?(?: so)?|machen sie das|mhm|ja bitte"
    ),
    Act.NO: (
        r"nein+|nee|nö|falsch|nicht (?:ganz|richtig|korrekt|nötig|wirklich)|stimmt nicht|lieber nicht|auf keinen fall|"
        r"das (?:ist|war|stimmt)(?: so)?(?: (?:falsch|nicht(?: richtig| korrekt| ganz richtig)?|verkehrt))"
    ),
    Act.BYE: (
        r"(?:auf )?wieder(?:hören|sehen|schauen)|tschüss?i?|tschau|ciao|bis (?:dann|bald|später|morgen)|"
        r"(?:einen )?schönen (?:tag|abend)(?: noch)?|gute nacht|servus|"
        r"(?:nein )?(?:das (?:war|ist|wäre)(?: auch)?(?: dann)?(?: schon)? (?:alles|es))|nichts mehr|sonst "
        r"nichts(?: mehr)?|"
        r"keine (?:weiteren )?fragen(?: mehr)?|nein danke das war alles"
    ),
    Act.HELLO: r"hallo+|hi+|hey|guten (?:tag|morgen|abend)|grüß gott|moin(?: moin)?|servus|schönen guten (?:tag|abend)",
    Act.WAIT: (
        r"moment(?: mal)?|(?:einen|ein) (?:moment|augenblick)(?: mal)?|augenblick|sekunde|eine sekunde|warten "
        r"sie(?: mal)?|"
        r"warte(?: mal)?|ich (?:schaue|schau|gucke) (?:mal|kurz|eben)(?: nach)?|lassen sie mich (?:kurz "
        r")?(?:überlegen|schauen)"
    ),
    Act.REPEAT: r"wie bitte|bitte|was|hä|entschuldigung|verzeihung|pardon|was haben sie gesagt|nochmal|noch einmal",
}
_WANTED: Final = (
    r"(?:möchte|möchten|will|wollen|würde|würden|hätte|hätten|brauche|brauchen|muss|müssen|nehme|nehmen|wollte)"
)
_WITHIN: Final[Mapping[Act, str]] = {
    Act.THANKS: r"\bdanke|\bvielen dank\b",
    Act.REPEAT: (
        r"\b(?:können|könnten) sie (?:das |bitte )*(?:wiederholen|nochmal|noch einmal)|\bsagen sie (?:das )?(?:bitte )?"
        r"(?:nochmal|noch einmal)|\b(?:habe|hab) (?:sie|das) (?:leider )?(?:akustisch )?nicht (?:verstanden|gehört)|"
        r"\bbitte (?:langsamer|lauter)\b"
    ),
    Act.ROBOT: (
        r"\bsind sie (?:ein |eine |der |die |denn )*(?:echter?|roboter|computer|maschine|mensch|ki|automat|bot)|"
        r"\bspreche ich "
        r"(?:gerade |hier )?mit (?:einem |einer )?(?:echten |richtigen )?(?:roboter|computer|maschine|menschen|"
        r"ki|automaten)|"
        r"\bist das (?:ein |eine )?(?:roboter|computer|maschine|ki|automat|bandansage)"
    ),
    Act.WHO: r"\bmit wem spreche ich|\bwer (?:sind sie|ist da|spricht da)|\bwie heißen sie",
    Act.REACHED: r"^(?:(?:hallo|guten|tag|morgen|äh|ja)\s+)*(?:ist das|bin ich (?:hier )?(?:richtig )?(?:bei|beim|mit)|"
    r"spreche ich mit)(?: (?!eine?[mnr]? )[\w'-]+){1,6}$",
    Act.HELP: r"\bwas können sie\b|\bwobei können sie|\bkönnen sie mir helfen$|^hilfe$",
    Act.HEAR: r"\bhören sie mich|\bsind sie (?:noch )?(?:da|dran)|\bist da (?:jemand|wer)",
    Act.ASK: r"^(?:\w+ ){0,4}?(?:habe|hätte|hab) (?:da |noch |mal |auch )*(?:eine|ein paar|noch eine|einige) "
    r"(?:kurze |andere |weitere )?fragen?(?: an sie)?$",
    Act.DROP: (
        r"\b(?:vergessen sie (?:das|es)|vergiss es|hat sich erledigt|doch (?:lieber )?nicht$|lassen (?:sie|wir) "
        r"(?:das|es)|"
        r"(?:habe|hab) (?:es )?mir anders überlegt|ich will (?:das )?(?:doch )?nicht mehr)\b|^(?:bitte |nein "
        r")*abbrechen$"
    ),
    Act.MESSAGE: (
        r"\bnachricht\b.*\b(?:hinterlassen|aufnehmen|ausrichten|weitergeben)|\b(?:hinterlassen|ausrichten)\b|"
        r"\brückruf\b|\b(?:ruf\w*|melden?) (?:sie |sich |mich |bei mir |bitte |jemand |man )*(?:zurück|an)\b|"
        r"\bzurückrufen\b|\bsagen sie (?:ihm|ihr|dem|der|bitte)\b.*\bdass\b"
    ),
    Act.HUMAN: (
        r"\bmit (?:einem|einer|dem|der|jemandem?|ihrem|ihrer)\b(?: \w+){0,2}? ?(?:menschen|mitarbeiter\w*|"
        r"chef\w*|person|kollegen|"
        r"kollegin|leiter\w*|inhaber\w*|jemandem?)?\b(?: \w+)? (?:sprechen|reden|verbinden)\b|\bverbinden sie mich|"
        r"\bmit jemandem?\b.*\b(?:sprechen|reden)\b|\bechten? (?:menschen|mensch|person)\b|\bdurchstellen\b"
    ),
    Act.SERVICE: (
        r"\b(?:ich|wir) (?:möchte|möchten|will|wollen|muss|müssen)\b.*\b(?:absagen|ändern|verschieben|verlegen|"
        r"stornieren|"
        r"umbuchen|bestätigen|beschweren|reklamieren)\b|\b(?:ist|sind) (?:kaputt|defekt)\b|\bfunktioniert? nicht\b"
    ),
    Act.RENAME: r"\b(?:der|die|das|den|meine?|ein anderer|eine andere) (?:name|nummer|telefonnummer|tag|datum|uhrzeit|"
    r"zeit|nachricht|adresse)\b",
}  # fmt: skip
_STARTER: Final = (
    r"(?:(?:mit|bis|ab|von|für|um|in|an|auf|bei|nach|seit|zu) (?:welche\w*|was|wann|wem|wen|wie)|was|wann|wo|"
    r"wohin|woher|wer|wen|wem|wie|wieviel|welche\w*|warum|wieso|ist|sind|hat|habt|haben|gibt|gibt's|kann|"
    r"können|könnte|könnten|darf|dürfen|muss|müssen|soll|macht|machen|bieten|nehmen|akzeptieren|liefern|kommt|kommen|"
    r"bekomme|bekommt|kostet|kosten|geht|steht|dauert|hätten|wissen sie|ich wüsste gern|ich wollte (?:mal "
    r")?(?:wissen|fragen)|"
    r"sagen sie mir|verkaufen|verleihen|vermieten|führen|reparieren|behandeln|öffnet|schließt|liegt|läuft|"
    r"braucht|brauche ich)"
)
_SPLIT: Final = re.compile(
    rf"(?<=[?!])\s+|(?<=[^\d\W]{{2}})\.\s+|,?\s+(?:und|aber|außerdem)\s+(?:auch\s+|dann\s+)?(?={_STARTER}\b)|"
    rf",\s+(?={_STARTER}\b)",
    re.IGNORECASE,
)
_LEAD: Final = re.compile(
    r"^(?:\W*\b(?:hallo|hi|guten (?:tag|morgen|abend)|grüß gott|moin|äh+m*|hm+|also|ja|so|ach|okay|ok|"
    r"entschuldigung|bitte|"
    r"danke|super|prima|ich (?:hätte|habe) (?:da |mal )?eine frage|ich wollte (?:mal )?fragen|sagen sie(?: mal)?|"
    r"(?:können|könnten) sie mir (?:bitte )?sagen|übrigens)\b[\s,.!:]*)+",
    re.IGNORECASE,
)
_PROPOSAL: Final = frozenset(
    """ab abend abends acht am an anfang april auch auf august besser bitte das dezember der den dem dienstag donnerstag
    doch drei eher ein eine einen einer eins etwa februar freitag früh für fünf gegen geht gern halb heute hätte ich
    im in
    ist ja januar juli juni kann können könnten kommende kommenden lieber machen mai mal mir mittag mittwoch montag
    morgen
    morgens märz möglich nach nachmittag nachmittags name nein neun nicht noch november nächste nächsten nächster oder
    oktober person personen passen passt personen sagen samstag schon sechs september sieben sie so sonntag statt tag
    tisch
    um und uhr uns vielleicht vier viertel vor vormittag wäre wir woche wochenende würde zehn zu zwei zwölf
    übermorgen""".split()
)
_DEEDS: Final[Mapping[Deed, str]] = {
    Deed.MAKE: "book place order create make schedule reserve add request register buy submit "
    "buchen bestellen bestellung reservieren reservierung buchung vereinbaren ausmachen anlegen kaufen aufgeben "
    "anmelden "
    "eintragen aufnehmen vergeben",
    Deed.CANCEL: "cancel delete remove absagen stornieren storno stornierung löschen kündigen abbestellen absage",
    Deed.CHANGE: "change update move reschedule ändern verschieben verlegen umbuchen änderung",
    Deed.SEND_BACK: "return refund exchange zurückgeben zurückschicken umtauschen erstattung rückgabe",
    Deed.REPORT: "report complain melden beschweren reklamieren reklamation",
    Deed.LOOK_UP: "status check track tracking lookup stand sendungsverfolgung nachsehen nachschauen prüfen",
}
_DOING: Final = (
    r"(?:buchen|bestellen|reservieren|vereinbaren|ausmachen|kaufen|anmelden|absagen|stornieren|ändern|verschieben|verlegen|"
    r"umbuchen|zurückgeben|zurückschicken|umtauschen|melden|liefern|bringen|schicken|kommen|vorbeikommen|nachsehen|nachschauen|prüfen|haben|bekommen|nehmen|machen|eintragen|aufgeben)"
)
_CAN: Final = r"(?:kann|könnte|können|könnten|dürfte|darf|würden)"
_MINE: Final = r"(?:mein|meine|meinen|meiner|meinem|unser|unsere|unseren|unserer)"


def _day(day: Date) -> str:
    return f"{_DAYS[day.weekday()]}, den {day.day}. {_MONTHS[day.month - 1]} {day.year}"


def _time(clock: str) -> str:
    hour, minute = int(clock[:2]), int(clock[3:])
    return f"{hour} Uhr {minute}" if minute else f"{hour} Uhr"


PATTERNS: Final = Patterns(
    table=STEMS,
    polite=_POLITE,
    whole=_WHOLE,
    within=_WITHIN,
    yes_first=r"(?:äh |ähm |ach |also )*(?:ja|jawohl|genau|richtig|klar|stimmt)\b(?! nicht)",
    no_first=r"(?:äh |ähm |ach |also )*(?:nein|nee|nö|nicht ganz|doch lieber|stimmt nicht)\b",
    split=_SPLIT,
    lead=_LEAD,
    empty=r"hallo|hi|ja|nein|guten (?:tag|morgen|abend)",
    question=re.compile(rf"^(?:(?:und|aber|auch|so|äh|ja|nein|okay|ok|ach) )*{_STARTER}\b"),
    proposal=_PROPOSAL,
    following=re.compile(
        rf"^(?:(?:und|aber|oder|dann|was ist mit|wie ist es mit)\s+)++(?!{_STARTER}\b)|\b(?:das|die|der|es|davon|"
        rf"dafür)\b$"
    ),
    told=re.compile(r"(?:\bausrichten,? dass|\bnachricht:|\bsagen sie (?:ihm|ihr|dem \w+|der \w+|bitte),? "
        r"dass)\s+(.{8,})",
                    re.IGNORECASE),
    message_lead=re.compile(r"^(?:\W*\b(?:äh|ähm|also|ja|okay|bitte|die nachricht (?:ist|lautet)|sagen sie|"
        r"dass)\b[\s,:]*)+",
                            re.IGNORECASE),
    answer_lead=re.compile(
        r"^(?:\W*\b(?:äh+m*|also|ja|okay|ok|bitte|gern|das (?:ist|wäre)|es ist|ich (?:hätte gern|möchte|nehme|will)|"
        r"die antwort ist|sagen wir)\b[\s,:]*)+",
        re.IGNORECASE,
    ),
    address=re.compile(
        r"\b((?:(?:am|an der|in der|im|zur|zum|auf der|alte[rn]?|neue[rn]?)\s+)?[A-ZÄÖÜa-zäöüß-]*"
        r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|markt|berg|graben|hof|chaussee)\s+"
        r"(?:\d{1,4}\s?[a-z]?\b)(?:,?\s+(?:in\s+)?(?:\d{5}\s+)?[A-ZÄÖÜ][\w-]+)?)",
        re.IGNORECASE,
    ),
    label_before=r"mein\w* |die |der |das |unser\w* |ihr\w* |mit |für |unter |^|\s",
    label_is=r"ist|sind|lautet|wäre|soll sein|heißt|:",
    label_end=r"\bund (?:mein|die|der|das|ich)\w*\b|\b(?:bitte|danke)\b",
    negated=r"kein|keine|keinen|nicht|ohne|nie",
    corrected=re.compile(
        r"\b(?:nicht|statt|anstatt|anstelle von)\s+(?:am\s+|um\s+|für\s+|den?\s+|die\s+|das\s+)?(?!richtig|ganz|"
        r"korrekt|mehr|das)"
        r"\w+(?:\s(?!sondern\b)\w+)?(?=\s*(?:[,.;]|\bsondern\b|$))(?:\s*,?\s*sondern\b)?",
        re.IGNORECASE,
    ),
    removal=re.compile(r"\b(?:streichen|weglassen|weg|lassen sie|entfernen|ohne die|ohne den|doch keine?n?|"
        r"nehmen sie .* raus|raus)\b"),
    addition=re.compile(r"\b(?:noch|auch|dazu|außerdem|zusätzlich|plus|mehr)\b|^und\b"),
    between=re.compile(r"\s*[,;]\s*|\.\s+|\s+(?:und|plus|sowie|dazu)\s+", re.IGNORECASE),
    apart=re.compile(r"\s*[,;]\s*|\s+(?:bis|und|dann)\s+", re.IGNORECASE),
    alike=re.compile(r"\b(?:beide|beides|alle|alles|jeweils|jede[rs]?)\b"),
    articles=frozenset(["ein", "eine", "einen", "einmal"]),
    no_thing=frozenset(
        """ich wir möchte möchten will wollen würde würden gern gerne hätte hätten brauche brauchen bestellen "
        "bestelle haben
        nehme nehmen bitte mir uns für das den die der dem und ja nein nicht noch auch mal dazu mit von zu nach an am
        um in im
        heute morgen abend uhr mein meine dann äh ähm hallo guten tag okay kann kann können bekommen machen doch
        lieber also
        stattdessen es wäre buchen reservieren kaufen liefern geliefert""".split()
    )
    - {"mit", "von"},
    last=" und ",
    deeds=_DEEDS,
    hollow="anrufer kunde kunden person tool werkzeug dienst angaben gegeben gibt sagt alle neue nummer name "
        "zeit tag datum "
    "caller call customer",
    looking_up="get fetch list query show read retrieve find search look lookup check holen suchen finden "
        "abfragen zeigen",
    wish=re.compile(
        rf"\b(?:ich|wir) {_WANTED}\b(?! (?:gerne? |mal )?(?:wissen|fragen))|\b{_WANTED} (?:ich|wir)\b|"
        rf"\b{_CAN} (?:ich|wir|sie|man|mir|jemand)\b.*\b{_DOING}\b|\b(?:geben|bringen|schicken|buchen|bestellen|"
        rf"reservieren|"
        rf"machen) sie (?:mir|uns|bitte)?\b|^(?:bitte |ja |hallo |guten tag )*(?:einen?|zwei|drei|vier|"
        rf"\d+)\b.*\b(?:bitte|"
        rf"{_DOING})$|\bich (?:rufe|ruf) an\b.*\b{_DOING}\b|\bich (?:bestelle|buche|reserviere|nehme|storniere|"
        rf"suche)\b|"
        r"\bwürde gerne?\b|\bbitte (?:einen?|zwei|drei|\d)"
    ),
    request=re.compile(rf"\b{_CAN} (?:ich|wir|sie|man|mir)\b.*\b{_DOING}\b|\bkönnte ich\b|\bhätten sie .* "
        rf"(?:frei|für (?:mich|uns))\b"),
    own_case=re.compile(
        rf"\bwo (?:ist|bleibt|sind|bleiben|steckt) (?:denn )?{_MINE}\b|\b(?:stand|status) (?:von |der |des |"
        rf"meiner|meines|zu )|"
        rf"\bwann (?:kommt|kommen|wird|werden|ist|sind|bekomme ich|trifft) (?:denn )?(?:endlich )?{_MINE}\b|"
        rf"\b(?:ist|sind|wurde|kommt) {_MINE}\b(?: \w+){{1,4}} (?:da|fertig|unterwegs|verschickt|versandt|"
        rf"angekommen|abholbereit|"
        rf"verspätet|geliefert|noch|heute|schon|bald)|\bwas ist mit {_MINE}\b|\bwie weit ist {_MINE}\b|\bich "
        rf"warte (?:noch |immer )*"
        rf"auf\b|\bich (?:habe|hatte|hab)\b.*\b(?:bestellt|gebucht|gekauft)\b|\bwo {_MINE}\b.*\b(?:ist|bleibt)\b|"
        r"\bwie steht es um\b"
    ),
    offer_asked=re.compile(r"\b(?:haben sie|hätten sie|gibt es|ist noch|habt ihr|wäre noch)\b"),
    rephrased=REPHRASED,
    asks_list=re.compile(
        r"\b(?:was für|welche) (?:arten von |sorten |anderen )?(\w+(?: \w+)?) (?:haben|bieten|gibt|führen|"
        r"verkaufen|machen|kann)\b"
    ),
    special_day=re.compile(
        r"\b(weihnachten|heiligabend|erste[rn]? weihnachts\w+|zweite[rn]? weihnachts\w+|silvester|neujahr|ostern|"
        r"ostersonntag|"
        r"ostermontag|karfreitag|pfingsten|pfingstmontag|christi himmelfahrt|fronleichnam|tag der (?:deutschen "
        r")?einheit|"
        r"allerheiligen|feiertagen?|feiertags?)\b",
        re.IGNORECASE,
    ),
    asks_sum=re.compile(r"\b(?:wie ?viel|was kosten?|was macht|preis)\b.*\b(?:und|plus|mit|zusammen|insgesamt)\b"),
    surcharge=re.compile(r"\b(?:mehr|extra|zusätzlich|aufpreis|zuschlag|dazu)\b"),
    people=lambda number: f"{number} Personen" if number != 1 else "eine Person",
    day=_day,
    time=_time,
    on_day="am {day}",
    yes="ja",
    no="nein",
)  # fmt: skip

_DAY_SAID: Final = re.compile(
    rf"\b((?:(?:nächste[nr]?|kommende[nr]?|diese[nr]?)\s+)?(?:{'|'.join(_DAYS)}|Sonnabend)|heute(?: abend| "
    rf"nachmittag)?|"
    rf"übermorgen|morgen(?! früh\b)|(?:\d{{1,2}}\.|\w+[st]?en)\s+(?:{'|'.join(_MONTHS)})|in \w+ (?:tagen|wochen))\b",
    re.IGNORECASE,
)
_GREETED: Final = re.compile(r"\bguten\s+morgen\b", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"\b(?:meine? name (?:ist|lautet|wäre)|ich hei(?:ß|ss)e|hier (?:ist|spricht)|der name (?:ist|lautet|wäre)|name:|"
    r"auf den namen|unter dem namen|im namen von)\s+(?:(?:der|die)\s+)?(?=[^\W\d])",
    re.IGNORECASE,
)
_I_AM: Final = re.compile(r"\b(?:ich bin|das ist|es ist|auf)\s+(?:(?:der|die)\s+)?(?=[A-ZÄÖÜ])")
_TITLES: Final = re.compile(r"\b(?:Herrn?|Frau|Familie|Dr\.|Doktor)\s+", re.IGNORECASE)
_SMALL: Final = {"und": "and", "am": "on", "um": "at", "für": "for", "ja": "yes", "nein": "no", "bitte": "please",
                 "aus": "from", "ich": "i", "meine": "my", "die": "the", "danke": "thanks", "das": "it", "ist": "is",
                 "der": "the", "nicht": "no", "was": "what", "wie": "how", "wann": "when", "moment": "wait",
                 "möchte": "want", "hätte": "want", "morgen": "tomorrow", "heute": "today",
                 "gern": "so", "also": "so", "äh": "um", "ähm": "um", "es": "it", "mein": "my", "name": "name",
                 "tisch": "table", "genau": "right", "richtig": "right",
                 "stimmt": "right", "klar": "right", "jawohl": "yes", "nee": "no", "nö": "no", "doch": "so",
                 "warum": "why", "wieso": "why", "wer": "who", "wo": "where", "bitteschön": "please",
                 "mit": "with", "uhr": "oclock"}  # fmt: skip


class German(PatternGrammar):
    """German days and names are not those of the written form."""

    def _in_figures(self, text: str) -> str:
        return slots.normalized(figures(text))

    def day_said(self, text: str) -> str | None:
        """A day in the caller's own words."""
        match = _DAY_SAID.search(_GREETED.sub(" ", text))
        if match is None:
            return None
        said = " ".join(word if word[0].islower() else word.capitalize() for word in match[1].split())
        head, _, last = said.rpartition(" ")
        return f"{head} {last.capitalize()}".strip() if last.capitalize() in (*_DAYS, *_MONTHS) else said

    def name(self, text: str, *, asked: bool) -> str | None:
        """A person's name."""
        said = text[:400]
        introduced = _NAMED.search(said) or (_I_AM.search(said) if asked else None)
        if introduced is None and not asked:
            return None
        if introduced is not None:
            said = said[introduced.end() :]
        words = [_SMALL.get(word.casefold().strip(",.!?"), word) for word in _TITLES.sub("", said).split()]
        if introduced is None and any(word.casefold().strip(",.") in NUMBERS for word in words):
            return None
        return slots.name(" ".join([*(["my name is"] if introduced else []), *words]), asked=asked)


GERMAN: Final = Language(SENTENCES, German(PATTERNS), FORMS, OFFERED)
