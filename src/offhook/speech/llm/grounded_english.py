"""The grounded brain's English."""

import re
from collections.abc import Mapping
from typing import Final

from offhook.speech.llm import grounded_slots as slots
from offhook.speech.llm.grounded_language import Act, Language, Sentences, Value

SENTENCES: Final = Sentences(
    hello="Hello, how can I help you?",
    hello_named="Hello, this is {name}. How can I help you?",
    here="Yes, I am here. How can I help you?",
    ask_me="Of course, please ask.",
    you_are_welcome="You are welcome.",
    anything_else="Is there anything else I can help you with?",
    all_right="All right.",
    goodbye="Thank you for calling. Goodbye.",
    wait="Of course, take your time.",
    robot="I am an automated assistant, not a human.",
    who="I am the automated assistant of {name}.",
    reached="Yes, this is {name}.",
    skills={"book_table": "book a table", "take_message": "take a message"},
    last_of_list=" and ",
    help="I can answer questions about {name}{skills}.",
    nothing_to_repeat="I am sorry, I have not said anything yet. How can I help you?",
    unknown="I am sorry, I do not know that.",
    unknown_rest="The rest of your question I cannot answer.",
    perhaps="If I understand you right, this may help:",
    no_transfer="I am sorry, I cannot put you through to a colleague.",
    offer="Shall I take a message, so that somebody can get back to you?",
    begin={"book_table": "I will gladly book a table for you.", "take_message": "I will gladly take a message."},
    ask={
        "party_size": "For how many people?",
        "date": "For which day?",
        "time": "At what time?",
        "name": "What is your name, please?",
        "phone": "What is your telephone number?",
        "message": "What would you like me to pass on?",
    },
    ask_other="What is your {field}?",
    again="I am sorry, I did not get that.",
    go_on="I have {digits} so far. How does the number go on?",
    check={
        "book_table": "So that is a table for {party_size}, {date} at {time}, under the name {name}.",
    },
    check_other="So I have written down {fields}.",
    right="Is that right?",
    change="What should I change?",
    dropped="All right, I have dropped that.",
    too_many="I can only book tables for up to {most} people.",
    done={
        "book_table": "Your table is booked.",
        "take_message": "Thank you, I have written that down and it will be passed on.",
    },
    failed="I am sorry, that did not work.",
)

# ── acts: the whole turn is nothing else ─────────────────────────────────────────────────────────────────────────

_POLITE: Final = (
    r"please|um+|uh+|er+|erm|hm+|well|so|oh|ah|then|just|thanks?(?: you)?(?: very much| so much| a lot| again)?|"
    r"for (?:your|the) (?:help|time|information)|cheers|now|sir|madam|ma'am|actually|you too|i think|"
    r"(?:to|for|with) me|great|perfect|"
    r"wonderful|lovely|awesome|ok(?:ay)?|all right|alright"
)
_WHOLE: Final[Mapping[Act, str]] = {
    Act.YES: (
        r"ye(?:s|ah|p|ah)|yup|sure|correct|right|exactly|absolutely|definitely|certainly|indeed|of course|perfect|"
        r"great|good|fine|ok(?:ay)?|all right|alright|sounds (?:good|great|fine|right|perfect)|"
        r"that(?:'s| is|s| sounds| was)? (?:all )?(?:right|correct|fine|good|great|perfect|it|true)|"
        r"(?:it|that) is|go ahead|do (?:it|that|so)|do|i would(?: like that)?|i'd (?:like|love) (?:that|to)|"
        r"that works(?: for me)?|that would be (?:great|good|nice|lovely|perfect|fine)|mm-?hm+|uh-?huh|book it|yes i do"
    ),
    Act.NO: (
        r"no+|nope|nah|not (?:quite|really|right|correct|yet|now|today)|wrong|incorrect|negative|"
        r"that(?:'s| is|s) (?:not (?:right|correct|it)|wrong|incorrect)|it(?:'s| is) (?:not|wrong)|it isn't|"
        r"i don't (?:think so|want that)|don't|no way|not necessary|no need|that isn't right|there'?s? (?:a )?mistake"
    ),
    Act.BYE: (
        r"(?:good ?)?bye(?:[ -]?bye)?|see you(?: later| then| soon| tomorrow| tonight)?|good night|take care|"
        r"have a (?:nice|good|great|lovely) (?:day|evening|one|night|weekend|afternoon)|"
        r"(?:no )?(?:that(?:'s|s| is| was|'ll be| will be|'d be| would be) (?:all|it|everything))"
        r"(?: (?:for (?:now|today)|i (?:need|needed|wanted)(?: to know)?))*|"
        r"nothing(?: else| more)?|(?:i'm|i am|we're) (?:done|good|all set|fine)|(?:you can |please )?hang up|"
        r"no more questions?|i have to go|talk to you later"
    ),
    Act.HELLO: r"hi+(?: there)?|hello+(?: there)?|hey(?: there)?|good (?:morning|afternoon|evening|day)|greetings",
    Act.WAIT: (
        r"hold on|hang on|wait|one (?:moment|second|minute|sec)|(?:just )?a (?:moment|second|minute|sec)|"
        r"(?:wait|hold on|hang on|give me) (?:just )?(?:a|one) (?:moment|second|minute|sec)|"
        r"let me (?:check|think|see|look|have a look)"
    ),
    Act.REPEAT: (
        r"sorry|pardon(?: me)?|excuse me|what|huh|come again|what was that|what did you(?: just)? say|"
        r"i(?: am|'m)? sorry|what do you mean"
    ),
}
_WHOLE_PATTERNS: Final = {
    act: re.compile(rf"(?:(?:{_POLITE})\s+)*(?:{keys})(?:\s+(?:{keys}|{_POLITE}))*") for act, keys in _WHOLE.items()
}

_SHORT_WORDS: Final = 12
_SHORT_CHARS: Final = 80

# ── acts: somewhere in the turn ──────────────────────────────────────────────────────────────────────────────────

_SOMEBODY: Final = r"(?:him|her|them|someone|somebody|(?:the|your|my|a|an) [\w-]+)"
_WANT: Final = r"(?:book|reserve|get|have|need|want|like|make|arrange|schedule|find|order)"
_WITHIN: Final = {
    act: re.compile(pattern)
    for act, pattern in {
        Act.THANKS: r"\bthank(?:s| you)\b",
        Act.REPEAT: (
            r"\b(?:can|could|would) you (?:please )?(?:repeat|say (?:that|it) again)|\bsay (?:that|it) again|"
            r"^(?:please )?repeat\b|\bi (?:didn't|did not|couldn't|could not|can't) (?:hear|catch|get|understand) "
            r"(?:you|that|it)\b|\bone more time\b|\b(?:speak|talk) (?:up|slower|more slowly|louder)\b"
        ),
        Act.ROBOT: (
            r"\bare you (?:an? |the )?(?:real|human|robot|bot|machine|computer|ai|person|automated|recording|actual|"
            r"artificial|chat ?bot)|\b(?:am i|i'm|i am) (?:talking|speaking) (?:to|with) (?:an? )?(?:robot|machine|"
            r"computer|human|real|person|ai|bot|actual)|\bis (?:this|that|it) (?:an? )?(?:robot|machine|recording|"
            r"computer|ai|bot|automated|real person|human)"
        ),
        Act.WHO: r"\bwho am i (?:speaking|talking)|\bwho(?:'s| is) (?:this|that|speaking)|\bwho are you|"
        r"\bwhat(?:'s| is) your name",
        Act.REACHED: r"^(?:(?:hi|hello|hey|good|morning|afternoon|evening|um|uh|yes|sorry|so|oh|there)\s+)*+"
        r"(?:is (?:this|that)|have i reached|did i reach|am i (?:through|speaking|talking) (?:to|with))"
        r"(?: (?!an? )[\w'-]+){1,6}$",
        Act.HELP: r"\bwhat can you (?:do|help)|\bhow can you help|\bcan you help(?: me)?(?: please)?$|^help(?: me)?$",
        Act.HEAR: r"\bcan you hear me|\bare you (?:still )?there|\bis (?:anyone|anybody|somebody|someone) there",
        Act.ASK: r"^(?:\w+ ){0,4}?(?:have|had|got|ask|ask you) (?:a|some|another|one more|a few|something|a couple of)"
        r"(?: (?:quick|other|more))? ?(?:questions?|things?)?(?: for you| about something)?$",
        Act.DROP: (
            r"\bnever ?mind\b|\bforget (?:it|that|about (?:it|that)|the (?:table|booking|message))\b|"
            r"^(?:no |please |oh |actually |just |let's |can you |i want to |i'd like to )*"
            r"(?:cancel|stop)(?: (?:it|that|this|everything|the (?:table|booking|reservation|message)))?"
            r"(?: please| now| thanks?| thank you)*$|\bi(?:'ve| have)? changed my mind\b|"
            r"\bi don't (?:want|need) (?:it|that|a table|the table|to book|to leave)|"
            r"\blet's (?:not|leave it)\b|\bno longer (?:want|need)"
        ),
        Act.BOOK: (
            rf"\b{_WANT}\b(?: \S+){{0,4}}? (?:a |the |another |our )?(?:table|dinner|lunch)\b|\btable for\b|"
            r"\b(?:table|dinner) reservation|\b(?:make|book|have|get|need|want|like) (?:a |another )?reservation\b|"
            r"\breserve(?: \w+)? (?:for|at|tonight|tomorrow)|\breservation for\b|\bplaces? for dinner\b"
        ),
        Act.APPOINT: (
            rf"\b{_WANT}\b(?: \S+){{0,4}}? (?:a |an |the |another |two )?(?:[\w-]+ )?"
            r"(?:rooms?|appointment|suite|visit|slot|booking|stay)\b"
        ),
        Act.MESSAGE: (
            r"\b(?:leave|take|pass(?: on)?|give|send|write down)\b(?: \w+)? (?:an? |my |this |the )?message|"
            r"\bmessage for\b|\b(?:call|ring|phone) me(?: back)?\b|\bget back to me|\bcall ?back\b|"
            rf"\blet {_SOMEBODY} know\b|\btell {_SOMEBODY} (?:that|to|i|i'm|we|we're|about)\b"
        ),
        Act.HUMAN: (
            r"\b(?:speak|talk) (?:to|with) (?:an? |the |your |some)?(?:real |actual |live |other )?(?:human|person|"
            r"someone|somebody|one|body|manager|operator|agent|representative|colleague|staff|receptionist|owner|chef|boss|"
            r"doctor|dentist|reception|front desk)|\b(?:transfer|connect) me\b|\bput me through\b|"
            r"^(?:an? )?(?:operator|human|agent)$|\b(?:real|human) (?:person|being)(?: please)?$"
        ),
        Act.SERVICE: (
            r"\b(?:i|we)(?:'d| would)? (?:like|want|need|have) to (?:cancel|change|move|reschedule|postpone|confirm|"
            r"complain)\b|\bcan (?:you|i|we) (?:change|move|reschedule|postpone|confirm)\b|"
            r"\b(?:is|are) (?:broken|missing)\b|\b(?:doesn't|does not|isn't|is not|don't) work(?:ing)?\b"
        ),
        Act.RENAME: r"\b(?:the|my|a different|another) (?:name|number|phone(?: number)?|day|date|time|message)\b",
    }.items()
}
_NO_BOOKING: Final = re.compile(
    r"\bdo (?:i|we|you) (?:need|have|require|take)\b|\b(?:cancel|change|move|confirm|check|about)\b(?: \w+){0,3} "
    r"(?:reservation|booking|table|appointment|room|stay)|\b(?:my|our) (?:reservation|booking|appointment)\b|"
    r"(?<!can )(?<!could )(?<!may )\b(?:i|we) (?:have|had|made|booked|already)\b(?: \w+){0,3} "
    r"(?:reservation|booking|table|appointment)|"
    r"\bdo (?:the|your)\b|\bhow (?:much|many|long|big)\b|\bwhat (?:time|kind|do|does|is|are)\b|\bare there\b"
)
_BOOKABLE: Final = re.compile(
    r"\b(?:do (?:i|we|you) have|is there|are there)\b.*\btable\b.*(?:\d|tonight|tomorrow|day\b)"
)

# ── clauses ──────────────────────────────────────────────────────────────────────────────────────────────────────

_STARTER: Final = (
    r"(?:what(?:'s|s)?|when(?:'s)?|where(?:'s)?|which|who(?:'s)?|how(?:'s)?|why|is|are|do|does|did|can|could|may|will|"
    r"would|should|has|am i|any chance|isn't|aren't|don't|have you|i(?:'d| would) (?:also )?like to know|"
    r"i(?: also)? (?:want|wanted|need) to know|i was wondering|i wonder|tell me|do you know)"
)
_SPLIT: Final = re.compile(
    rf"(?<=[?!])\s+|(?<=[^\d\W]{{2}})\.\s+|,?\s+(?:and|but|also|oh|plus)\s+(?:also\s+|then\s+)?(?={_STARTER}\b)|"
    rf",\s+(?={_STARTER}\b)",
    re.IGNORECASE,
)
_LEAD: Final = re.compile(
    r"^(?:\W*\b(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|there|um+|uh+|er+|erm|hm+|well|so|oh|okay|ok|yes|"
    r"yeah|sorry|excuse me|please|thanks|thank you|great|perfect|i have a (?:quick )?question|"
    r"i(?: just)? (?:wanted|want) to ask|(?:can|could|may) (?:i|you) (?:please )?(?:ask|tell me)(?: you)?|"
    r"i was wondering(?: if)?|tell me|by the way)\b[\s,.!:]*)+",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(rf"^(?:(?:and|but|also|so|oh|by the way|um|uh|wait|sorry|yes|no|okay|ok) )*{_STARTER}\b")
_PROPOSAL: Final = frozenset(
    """
    a about after again also an and any april are at august available be before booked book booking both can change
    children could day days december dinner do eight evening february fine for free friday from give half have how i
    i'd if in instead is it it's its january july june just kids later earlier like lunch make march may maybe me monday
    morning afternoon move my name november oclock october of of ok okay on or our party past people person persons
    place please possible put quarter rather reservation reserve saturday say seat seats september so still sunday
    switch table tables thanks thank that the then there they this thursday to today tomorrow tonight too tuesday
    under until us want was we we'd we're wednesday were what will with work works would you yes no um uh am pm next
    noon midday night guests adults""".split()
)
_FOLLOWING: Final = re.compile(
    rf"^(?:(?:and|but|or|so|then|what about|how about)\s+)++(?!{_STARTER}\b)|"
    r"\b(?:it|that|they|them|those|this)\b(?! (?:a|an|any|some|hotel|place)\b)"
)

_FIELDS: Final = {"party_size": slots.party_size, "time": slots.time_of_day, "name": slots.name}
_TOLD: Final = re.compile(
    r"(?:\bmessage\b(?: for [\w' -]+?)?(?: that| saying| to say|:)|"
    rf"\btell {_SOMEBODY} (?:that|about)?|\blet {_SOMEBODY} know(?: that)?)\s+(.{{8,}})",
    re.IGNORECASE,
)
_MESSAGE_LEAD: Final = re.compile(
    rf"^(?:\W*\b(?:um|uh|well|so|yes|okay|ok|please|just|(?:can|could) you|tell {_SOMEBODY}|say|that|"
    r"the message is)\b[\s,:]*)+",
    re.IGNORECASE,
)


class English:
    """See `grounded_language.Grammar`."""

    def acts(self, text: str) -> frozenset[Act]:
        """Everything that the turn may be."""
        said = _plain(text)
        # A turn that is nothing but such words is short; the limit keeps the patterns from trying every way to read it.
        short = len(said.split()) <= _SHORT_WORDS and len(said) <= _SHORT_CHARS
        found = {act for act, pattern in _WHOLE_PATTERNS.items() if short and pattern.fullmatch(said)}
        found |= {act for act, pattern in _WITHIN.items() if pattern.search(said)}
        if re.match(r"(?:um |uh |oh |well )*(?:yes|yeah|yep|sure|correct)\b", said):
            found.add(Act.YES)
        if re.match(r"(?:um |uh |oh |well )*(?:no|nope|not quite|actually)\b", said):
            found.add(Act.NO)
        numbered = slots.normalized(text)
        if _NO_BOOKING.search(said) and not _BOOKABLE.search(numbered):
            found -= {Act.BOOK, Act.APPOINT}
        if Act.BOOK in found or _BOOKABLE.search(numbered):
            found = (found | {Act.BOOK}) - {Act.APPOINT}
        return frozenset(found)

    def clauses(self, text: str) -> list[str]:
        """The turn cut where a new question or sentence begins, without greetings and politeness."""
        parts = [part.strip() for part in _SPLIT.split(text[:2_000]) if part and not self._is_empty(part)]
        parts = [_LEAD.sub("", part) for part in parts]
        return [part for part in parts if len(_plain(part)) > 1 and not self._is_empty(part)]

    def is_question(self, clause: str) -> bool:
        """True when the clause asks for information, and does not merely propose values for a form."""
        said = slots.normalized(clause)
        if not clause.rstrip().endswith("?") and not _QUESTION.match(said):
            return False
        return any(word not in _PROPOSAL and not word[0].isdigit() for word in said.split())

    def follows_on(self, clause: str) -> bool:
        """True when the clause is only understood with the question before it."""
        said = _plain(clause)
        return bool(_FOLLOWING.search(said)) and len(said.split()) <= 8

    def value(self, field: str, text: str, *, asked: bool) -> Value | None:
        """What the text says for a form's field."""
        if field in _FIELDS:
            return _FIELDS[field](text, asked=asked)
        if field == "date":
            return slots.date(text)
        if field == "phone":
            return slots.phone(text)
        if field == "message":
            told = _TOLD.search(text)
            if told and not asked:
                return told[1].strip()
            return (_MESSAGE_LEAD.sub("", text).strip() or text.strip() or None) if asked else None
        return (text.strip() or None) if asked else None

    def digits(self, text: str) -> str:
        """Digits that are dictated in the text."""
        return slots.digits(text)

    def read_back(self, field: str, value: Value) -> str:
        """A value as it is said."""
        match field:
            case "time" if isinstance(value, str):
                return slots.spoken_time(value)
            case "phone":
                return slots.spoken_phone(str(value))
            case "date" if isinstance(value, str) and value[:1].isupper():
                return f"on {value}"
            case "date" if str(value).startswith("the ") and str(value)[4:5].isdigit():
                return f"on {value}"
            case "party_size":
                return f"{value} people" if value != 1 else "one person"
        return str(value)

    def _is_empty(self, part: str) -> bool:
        said = _plain(part)
        return len(said) <= _SHORT_CHARS and bool(
            re.fullmatch(rf"(?:(?:{_POLITE}|hi|hello|hey|there|yes|yeah|no)\s*)+", said)
        )


def _plain(text: str) -> str:
    """Lower case, no punctuation, single spaces."""
    text = text[:2_000].casefold().replace("’", "'")
    return " ".join(re.sub(r"[^\w\s'-]", " ", text).split())


ENGLISH: Final = Language(SENTENCES, English())
