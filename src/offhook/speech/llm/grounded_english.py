"""The grounded brain's English."""

import re
from collections.abc import Mapping
from typing import Final

from offhook.speech.llm import grounded_slots as slots
from offhook.speech.llm.grounded_english_questions import FORMS, OFFERED, REPHRASED
from offhook.speech.llm.grounded_english_sentences import SENTENCES
from offhook.speech.llm.grounded_grammar import PatternGrammar, Patterns
from offhook.speech.llm.grounded_language import Act, Deed, Language
from offhook.speech.stems_english import ENGLISH as STEMS

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
# ── acts: somewhere in the turn ──────────────────────────────────────────────────────────────────────────────────

_SOMEBODY: Final = r"(?:him|her|them|someone|somebody|(?:the|your|my|a|an) [\w-]+)"
_WITHIN: Final[Mapping[Act, str]] = {
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
}
# ── clauses ──────────────────────────────────────────────────────────────────────────────────────────────────────

_STARTER: Final = (
    r"(?:(?:until|till|from|since|by|at|for|in|on|to|with) (?:what|when|which|how|whom)|what(?:'s|s)?|"
    r"when(?:'s)?|where(?:'s)?|which|who(?:'s)?|how(?:'s)?|why|is|are|do|does|did|can|could|may|will|"
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


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────

_ANSWER_LEAD: Final = re.compile(
    r"^(?:\W*\b(?:um+|uh+|well|so|yes|yeah|okay|ok|please|sure|it(?:'s| is|’s)|that(?:'s| is| would be)|"
    r"(?:i(?:'d| would) like|i(?:'ll| will) (?:have|take)|i want|make it|let's say|say)|the answer is)\b[\s,:]*)+",
    re.IGNORECASE,
)
_STREET: Final = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|square|place|way|boulevard|blvd|hill|close)"
)
_ADDRESS: Final = re.compile(
    rf"\b(\d{{1,5}}[a-z]?\s+(?:[^\W\d][\w'-]*\s+){{1,3}}?{_STREET}\b\.?(?:,\s*[A-Z][\w-]+(?:\s[A-Z][\w-]+)?)?)",
    re.IGNORECASE,
)
_DEEDS: Final[Mapping[Deed, str]] = {
    Deed.MAKE: "book booking order reserve reservation schedule make place buy arrange request create register submit "
    "add new open start sign enroll",
    Deed.CANCEL: "cancel cancellation delete remove abort",
    Deed.CHANGE: "change move reschedule postpone update modify amend shift",
    Deed.SEND_BACK: "return refund exchange",
    Deed.REPORT: "report complain complaint claim",
    Deed.LOOK_UP: "check status track tracking lookup progress",
}
_CAN: Final = r"(?:can|could|may|would|will)"
_DOING: Final = (
    r"(?:book|order|reserve|schedule|make|place|buy|request|register|sign|cancel|change|move|reschedule|"
    r"postpone|update|return|report|check|track|get|have|look|find|tell|set|put|add|come|send|bring|deliver|arrange|drop|take|see)"
)

PATTERNS: Final = Patterns(
    table=STEMS,
    polite=_POLITE,
    whole=_WHOLE,
    within=_WITHIN,
    yes_first=r"(?:um |uh |oh |well )*(?:yes|yeah|yep|sure|correct)\b",
    no_first=r"(?:um |uh |oh |well )*(?:no|nope|not quite|actually)\b",
    split=_SPLIT,
    lead=_LEAD,
    empty=r"hi|hello|hey|there|yes|yeah|no",
    question=_QUESTION,
    proposal=_PROPOSAL,
    following=_FOLLOWING,
    told=_TOLD,
    message_lead=_MESSAGE_LEAD,
    answer_lead=_ANSWER_LEAD,
    address=_ADDRESS,
    label_before=r"my |the |our |your |an? |with |for |under |of |^|\s",
    label_is=r"is|are|'s|will be|would be|should be|to be|as|equals",
    label_end=r"\band (?:my|the|our|i|it)\b|\b(?:please|thanks|thank you)\b",
    negated=r"no|not|without|don't|doesn't|isn't|never",
    corrected=re.compile(
        r"\b(?:not|instead of|rather than)\s+(?:on\s+|at\s+|for\s+|the\s+)?(?!right|correct|quite|sure|that)"
        r"\w+(?:\s(?!but\b)\w+)?(?=\s*(?:[,.;]|\bbut\b|$))(?:\s*,?\s*but\b)?",
        re.IGNORECASE,
    ),
    removal=re.compile(
        r"\b(?:remove|take (?:off|away|out)|leave (?:off|out)|drop|delete|without the|no more|cancel the|"
        r"forget the|skip the|take the \w+(?: \w+)? (?:off|out|away))\b|\b(?:don't|do not) (?:want|need) the\b"
    ),
    addition=re.compile(r"\b(?:another|also|as well|add|plus|more|on top|in addition|too)\b|^and\b"),
    between=re.compile(r"\s*[,;]\s*|\.\s+|\s+(?:and|plus|also|as well as)\s+", re.IGNORECASE),
    apart=re.compile(r"\s*[,;]\s*|\s+(?:to|until|till|through|and|then)\s+", re.IGNORECASE),
    alike=re.compile(r"\b(?:both|all|each|every|same|everything)\b"),
    articles=frozenset(["a", "an"]),
    no_thing=frozenset(
        """i i'd i'll i'm we we'd we'll would like want need have get take give me us can could may please thanks thank
        you to for the of with order book buy reserve some my our is it and also then just yes yeah no not ok okay um uh
        hi hello hey make that add another more instead rather at on in by from tonight today tomorrow pm am want's
        delivered delivery pickup actually let's do does place put as well too each there's place""".split()
    )
    - {"with", "of", "in", "delivery", "pickup"},
    last=" and ",
    deeds=_DEEDS,
    hollow="caller call customer user person tool use service request information data given give say said right "
    "all wants "
    "ask asks new number name time day date",
    looking_up="get fetch list query show read retrieve find search look lookup check is when where",
    wish=re.compile(
        r"\b(?:i|we)(?:'d| would)? (?:really |just |also )?(?:like|love|want|wanted|need|wish)\b(?! to know)|"
        rf"\b{_CAN} (?:i|we|you|somebody|someone) (?:please |just |also |maybe )?{_DOING}\b|"
        r"\b(?:i|we)(?:'ll| will) (?:have|take|order|need)\b|\b(?:give|get|bring|send|book|order|reserve|put|sign) "
        r"(?:me|us)\b|\blet me (?:have|get|order|book)\b|\b(?:calling|phoning|ringing|here|trying|hoping) to\b|"
        r"\blooking (?:for|to)\b|\bi (?:have|am supposed|'m supposed) to\b|^(?:please |yes |hi |hello |um )*"
        rf"{_DOING} (?:a|an|the|my|our|two|three|for|me|\d)|\bplease {_DOING}\b|\b{_DOING}(?: \w+){{1,6}} please$"
    ),
    request=re.compile(rf"\b{_CAN} (?:i|we|you|somebody|someone) (?:please |just |also |maybe )?{_DOING}\b"),
    own_case=re.compile(
        r"\bwhere(?:'s| is| are)? (?:my|our)\b|\bstatus of (?:my|our|the|an?)\b|\b(?:check|track|follow up) "
        r"(?:up )?(?:on |the status of )?(?:my|our|an?)\b|\bhow is (?:my|our) [\w ]+ (?:doing|going|coming)|"
        r"\bwhen (?:will|does|is|can i (?:expect|get)) (?:my|our)\b|\bwhen (?:will|does) (?:it|they) "
        r"(?:arrive|come|get here|be here)\b|\b(?:has|have|did|will|is|are) (?:my|our)\b(?: \w+){1,4} (?:been|arrived?|"
        r"shipped|ready|come|coming|there|late|done|finished|delayed|on (?:its|the|their) way|sent|left|go out|leave)|"
        r"\bwhat(?:'s| is) (?:happening|going on) with (?:my|our)\b|\bwhat(?:'s| has)? happened to (?:my|our)\b|"
        r"\bi (?:ordered|booked|bought|sent)\b.*\b(?:ago|yesterday|last|already|still|hasn't|haven't)\b|"
        r"\bstill (?:waiting|haven't)\b|\bwhat(?:'s| is) the status\b|\b(?:know|see) where (?:my|our)\b|"
        r"\bwhere (?:my|our)\b(?: \w+){1,3} (?:is|are)\b"
    ),
    offer_asked=re.compile(r"\b(?:do you have|have you got|is there|are there|any chance|do you still have)\b"),
    rephrased=REPHRASED,
    asks_list=re.compile(
        r"\b(?:what|which) (?:kinds? of |types? of |sorts? of |other |different )?((?!time|else|day|"
        r"number)\w+(?: \w+)?) "
        r"(?:do (?:you|they)|have you|are there|can (?:i|we)|are on|is there|does the)\b"
    ),
    special_day=re.compile(
        r"\b(christmas eve|christmas day|christmas|boxing day|new year'?s? eve|new year'?s? day|new year'?s?|"
        r"good friday|"
        r"easter sunday|easter monday|easter|thanksgiving|independence day|(?:the )?(?:4th|fourth) of july|labou?r day|"
        r"memorial day|halloween|valentine'?s day|whit monday|(?:public |bank |national )?holidays?)\b",
        re.IGNORECASE,
    ),
    asks_sum=re.compile(
        r"\b(?:how much|what (?:does|do|is|would)|price|cost)\b.*\b(?:and|plus|with|together|total|in all)\b"
    ),
    surcharge=re.compile(r"\b(?:more|extra|on top|additional|additionally|surcharge|supplement)\b"),
    people=lambda number: f"{number} people" if number != 1 else "one person",
    day=lambda day: f"{day:%A}, {day:%B} {day.day}, {day.year}",
    time=slots.spoken_time,
    on_day="on {day}",
    yes="yes",
    no="no",
)
ENGLISH: Final = Language(SENTENCES, PatternGrammar(PATTERNS), FORMS, OFFERED)
