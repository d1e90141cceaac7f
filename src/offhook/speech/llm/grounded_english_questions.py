"""What English callers ask: in the words that businesses write, and what an answer to it has to hold."""

import re
from typing import Final

from offhook.speech.llm.grounded_language import AnswerForm

_DAY: Final = r"(?:tonight|today|tomorrow|this \w+|next \w+|\w+day)"
REPHRASED: Final = tuple(
    (re.compile(pattern), meant)
    for pattern, meant in (
        (
            (
                r"^(?:\w+ )?where (?:exactly )?are you(?: guys)?(?: located| based)?(?: exactly)?$|"
                r"\bhow (?:do|can) (?:i|we) (?:get to|find|reach) you\b|\bwhere (?:can i|do i) find you\b|"
                r"\bwhere is (?:it|your \w+)$|\bhow (?:do|can) (?:i|we) get (?:there|to your \w+)$"
            ),
            "address, where to find us and how to get here",
        ),
        (
            (
                r"\b(?:when|what time|how late|until when|till when|how long)\b.*"
                r"\b(?:open|close|closed|closing|opening)\b|"
                r"^are you (?:still )?open\b"
            ),
            "opening hours: when we are open",
        ),
        (
            r"\b(?:special )?(?:offers?|discounts?|promotions?|bargains?)\b",
            "deals, special offers and discounts",
        ),
        (
            (
                r"\bhow (?:long|soon|quick(?:ly)?|fast)\b.*\b(?:take|until|get|be|come|arrive|deliver)\b.*\bhere\b|"
                r"\bhow (?:long|soon|fast)\b.*\bdeliver"
            ),
            "how long the delivery takes, in minutes",
        ),
        (r"\b(?:without|no|don't eat|not eat) (?:any )?meat\b|\bmeatless\b", "vegetarian"),
        (
            r"\b(?:cost|pay|price|much)\b.*\bto (?:get in|enter|come in|visit)\b|\bentr(?:y|ance) fee\b",
            "admission price for adults",
        ),
        (
            r"\bwho(?:'s| is)? (?:the |your )?(?:boss|chief|manager|in charge)\b|\bwho (?:runs|owns)\b",
            "who is the owner",
        ),
        (
            (
                r"\b(?:do you have|have you got|is there|are there) (?:an?|any) ([\w ]+?)(?: (?:free|available|left))? "
                rf"(?:for |on )?{_DAY}\b"
            ),
            r"how do I book a \1",
        ),
        (r"\b(?:broke|broken|break) down\b", "breakdown, towing service"),
        (r"\bhow (?:do|can) (?:i|we) (?:pay|book)\b", "how to pay, how to book"),
        (
            r"\bwalk[ -]?ins?\b|\bjust (?:walk|drop|come|show|turn|pop|stop) (?:in|by|over|up|round)\b",
            "without an appointment",
        ),
        (
            (
                r"\b(?:in a (?:rush|hurry)|urgent(?:ly)?|as (?:soon|fast|quickly) as possible|asap|right away|"
                r"back (?:by )?(?:today|tomorrow|tonight)|same day|by (?:tonight|tomorrow))\b"
            ),
            "express service: ready the same day, urgent",
        ),
        (
            r"\bpick (?:\w+ ){0,3}up (?:from|at) (?:my|our)\b|\bcome (?:to|and get it from) (?:my|our) \w+$",
            "collection and delivery: we collect from you, we come to you",
        ),
        (
            (
                r"\b(?:ruined|wrecked|broke|damaged|tore|scratched) (?:my|our)\b|\b(?:my|our) [\w ]+ (?:is|was|got) "
                r"(?:ruined|damaged|torn|scratched)\b"
            ),
            "damage, complaints and guarantee",
        ),
        (
            r"\bput (?:\w+ ){0,4}together\b|\bset (?:\w+ ){0,4}up (?:for me|at home)\b",
            "assembly: we assemble it",
        ),
        (
            r"\b(?:at|in the middle of the) night\b|\bafter hours\b|\bwhen you(?:'re| are) closed\b",
            "emergency: outside opening hours",
        ),
        (r"\bhow long (?:do|will|can) you (?:hold|keep|store)\b|\bhold on to my\b", "how long we keep things"),
        (r"\b(?:up ?front|in advance|deposit|prepay)\b", "when to pay: in advance, deposit or later"),
    )
)

_FEW: Final = (
    r"(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half an?|several|few|same|next)"
)
FORMS: Final = (
    AnswerForm(
        re.compile(
            r"\bhow much\b|\bwhat (?:do|does|would|will|is|are)\b.*\b(?:cost|charge|price|prices|fee|rate|rates)\b|"
            r"\bhow expensive\b|\bwhat's the (?:price|cost|fee|rate)\b|\bdo you charge\b"
        ),
        re.compile(r"[$€£]|\b(?:dollars?|cents?|euros?|pounds?|percent|price)\b|\d\.\d\d\b"),
        re.compile(r"\b(?:free|included|no charge)\b"),
    ),
    AnswerForm(
        re.compile(
            r"\bhow (?:long|soon|fast|quick(?:ly)?)\b(?!.*\b(?:open|close)\b)|"
            r"\bhow many (?:minutes|hours|days|weeks)\b|"
            r"\bwhen (?:will|can|would) .*\b(?:ready|done|finished|pick (?:\w+ )?up|collect)\b"
        ),
        re.compile(
            rf"\b{_FEW} (?:\w+ )?(?:minutes?|hours?|days?|weeks?|months?|years?)\b|\b(?:right away|at once|immediately|"
            r"until|while you wait)\b"
        ),
    ),
    AnswerForm(
        re.compile(r"^(?:\w+ ){0,2}(?:when|what time|until when|till when|which days?|what days?)\b"),
        re.compile(
            r"\d|\b(?:noon|midnight|morning|evening|afternoon|daily|every day|always|weekends?|weekdays?)\b|"
            r"\b\w+days?\b|"
            r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
        ),
    ),
)
"""The first that fits is what is asked for."""
OFFERED: Final = re.compile(
    r"\b(?:do|can|could) (?:you|i) (?:also )?(?:have|sell|offer|stock|carry|rent|lend|buy)\b|\bhave you got\b"
)
