"""English words, as `stems` compares them."""

from typing import Final

from offhook.speech.stems import WordTable, groups

_ENGLISH_STOP: Final = frozenset(
    """a about actually again ah also am an and any anybody anyone anything are as ask at available be because been
    before being but by calling called can can't could couldn't did didn't do does doesn't doing don't during
    else er even ever every for from get gets getting give go going got guys had has have haven't having he
    hello her here hey hi his how i i'd i'll i'm i've if in into is isn't it it's its just kind know let like
    little long look looking lot many may maybe me mean mine more most much my need needs no not now of off oh
    ok okay on once one only or other our ours out over please possible possibly question quick quickly really
    right said same say see several she should so some somebody someone something soon sort sorry still such
    sure take takes tell than thank thanks that that's the their them then there there's these they they're
    thing things think this those through till time times to too policy today tomorrow uh um under until up upon
    us use very want wanted wants was we we'd we'll we're we've well were what what's whats when when's where
    where's which while who who's whose why will with wonder wondering would yeah yes you you're your yours""".split()
)
_ENGLISH_ENDINGS: Final = (
    "ations", "ation", "ings", "ing", "ities", "ies", "ments", "ment", "ible", "able", "ly", "ers", "er", "ed", "es",
    "s", "y",
)  # fmt: skip
_PLAIN_ENGLISH: Final = WordTable(_ENGLISH_STOP, _ENGLISH_ENDINGS)

ENGLISH: Final = WordTable(
    _ENGLISH_STOP,
    _ENGLISH_ENDINGS,
    {
        "check in": "check-in",
        "checking in": "check-in",
        "check out": "check-out",
        "checking out": "check-out",
        "wi fi": "wi-fi",
        "e mail": "e-mail",
        "x ray": "x-ray",
        "air con": "aircon",
        "opening times": "opening hours",
        "without meat": "vegetarian",
        "broke down": "breakdown",
        "broken down": "breakdown",
    },
    groups(
        _PLAIN_ENGLISH,
        "address located location street road directions find",
        "lift elevator",
        "wifi internet wireless",
        "swim swimming pool",
        "kid kids child children baby babies toddler family",
        "bike bikes bicycle bicycles cycling",
        "dog dogs pet pets puppy animal animals",
        "cat cats pet pets animal animals",
        "car cars vehicle park parking garage",
        "cost costs price prices fee charge expensive rate rates pay dollars",
        "cheap price prices cost",
        "cancel cancellation refund",
        "cash card credit visa mastercard debit payment pay",
        "cheque check",
        "instalment installment",
        "breakfast morning",
        "food menu kitchen dish dishes meal meals eat dining",
        "dinner supper evening",
        "wedding weddings married marry",
        "conference meeting meetings",
        "music band concert jazz live",
        "gym fitness workout exercise",
        "wheelchair disabled accessible accessibility ramp handicapped",
        "luggage bag bags baggage suitcase suitcases",
        "lost found forgot left",
        "laundry wash clothes ironing",
        "reception desk lobby",
        "phone telephone number",
        "email mail",
        "smoke smoking smoker cigarette",
        "train railway station",
        "bus stop",
        "arrive arrival checkin",
        "leave departure depart checkout",
        "closed holiday closing",
        "open opening hours",
        "hurt hurts pain ache toothache emergency emergencies",
        "tooth teeth dental",
        "insurance coverage insured",
        "appointment appointments visit",
        "book booking reserve reservation",
        "vegan vegetarian vegans vegetarians",
        "gluten coeliac celiac",
        "office practice clinic",
        "staff employee employees",
        "fix repair repairs",
        "deliver delivery shipping ship",
        "return returns refund",
        "doctor physician dentist",
        "rent rental rentals",
        "bathroom toilet restroom shower",
        "aircon air conditioning",
        "couple two double",
        "guarantee warranty",
        "boss manager owner",
        "photo photos photograph photographs picture pictures camera",
        "senior seniors pensioner pensioners retired elderly",
        "deal deals offer offers discount discounts promotion bargain",
        "entry entrance admission",
        "loan courtesy replacement",
        "breakdown towing tow",
        "son daughter child children kids",
        "coat coats jacket jackets cloakroom locker lockers",
        "cafe restaurant snack eat",
        "licence license",
    ),
)
