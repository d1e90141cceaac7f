"""The parsers of the grounded brain take any text: they never raise, and what they find has its form."""

import re
from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from offhook.knowledge.chunk import LONGEST_FACT, split_document
from offhook.speech.llm import grounded_slots as slots
from offhook.speech.llm.grounded_english import ENGLISH
from offhook.speech.llm.grounded_german import GERMAN
from offhook.speech.llm.grounded_items import read_items
from offhook.speech.llm.grounded_language import Language
from offhook.speech.llm.grounded_schema import Kind, shape_of
from offhook.speech.llm.grounded_values import read
from offhook.speech.llm.local_chat import AnswerReader

WORDS = st.sampled_from(
    """a table for two four people at seven half past thirty quarter to eight pm a.m. o'clock tomorrow friday next june
    fifth the twenty first of zero double five oh hundred 503-555 19:30 my name is brown B R O W N and no yes please
    thank you great okay goodbye cancel it message me back what when is there do you have ? . , in days minutes 99 / :
    [keypad] plus triple hello sorry tell the manager that christmas eve midnight noon adults kids""".split()
)
TODAY = date(2026, 11, 28)
SHAPE = shape_of(
    {
        "type": "object",
        "properties": {
            "party_size": {"type": "integer"},
            "nights": {"type": "integer", "minimum": 1},
            "price": {"type": "number"},
            "day": {"type": "string", "format": "date"},
            "said_date": {"type": "string", "description": "Such as tomorrow"},
            "date_of_birth": {"type": "string"},
            "time": {"type": "string"},
            "name": {"type": "string"},
            "phone": {"type": "string"},
            "email": {"type": "string", "format": "email"},
            "order_number": {"type": "string", "pattern": "^[A-Z]{2}-\\d{4}$"},
            "address": {"type": "string"},
            "message": {"type": "string"},
            "reason": {"type": "string"},
            "size": {"type": "string", "enum": ["small", "large"]},
            "gift": {"type": "boolean"},
            "things": {"type": "array", "items": {"type": "object", "properties": {"what": {"type": "string"}}}},
        },
    }
)
TEXT = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=40).map(" ".join))


@given(TEXT, st.booleans())
@example("great " * 200, True)
@example("um, , , , " * 100 + "x", True)
@example("ſ İ ß ﬁ １２ ٣ ² ½", True)
def test_slots_never_raise_and_have_their_form(text: str, asked: bool) -> None:
    people = slots.party_size(text, asked=asked)
    assert people is None or 1 <= people <= slots.LARGEST_PARTY
    time = slots.time_of_day(text, asked=asked)
    assert time is None or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time)
    assert time is None or slots.spoken_time(time)
    phone = slots.phone(text)
    assert phone is None or re.fullmatch(r"[0-9]{7,15}", phone)
    assert phone is None or slots.spoken_phone(phone).replace("-", "") == phone
    name = slots.name(text, asked=asked)
    assert name is None or name.strip()
    day = slots.date(text)
    assert day is None or day.strip()


@given(TEXT, st.sampled_from([ENGLISH, GERMAN]))
@example("great " * 11 + "x", ENGLISH)
@example("thank you " * 6 + "you too x", ENGLISH)
@example("bitte " * 11 + "x", GERMAN)
def test_the_grammar_takes_any_text(text: str, language: Language) -> None:
    grammar = language.grammar
    grammar.acts(text)
    for clause in grammar.clauses(text):
        grammar.is_question(clause)
        grammar.follows_on(clause)
    grammar.deeds(text)
    grammar.is_wish(text), grammar.is_own_case(text), grammar.is_request(text)
    for slot in SHAPE.slots:
        for asked in (True, False):
            value = (
                read_items(slot, text, grammar, asked=asked)
                if slot.kind is Kind.ITEMS
                else read(slot, text, grammar, TODAY, asked=asked)
            )
            assert not value or slot.kind is Kind.ITEMS or grammar.value_said(slot, value)


MARKS = st.sampled_from(["# ", "- ", "Q: ", "A: ", "| a | b |", "\n", "\n\n", "x. ", "---"])


@given(st.one_of(st.text(max_size=500), st.lists(MARKS, max_size=60).map("".join)))
def test_any_document_is_cut_into_facts_of_bounded_length(text: str) -> None:
    for chunk in split_document(text):
        assert chunk.text.strip()
        assert len(chunk.text) <= LONGEST_FACT or chunk.question or chunk.text.endswith(".")


@given(st.lists(st.text(max_size=12), max_size=30))
def test_what_a_model_streams_is_said_or_held_and_never_lost(pieces: list[str]) -> None:
    reader = AnswerReader()
    said = "".join(reader.feed(piece) for piece in pieces)
    rest, calls, is_garbled = reader.finish("c")
    whole = "".join(pieces)
    assert whole.startswith(said)
    if not calls and not is_garbled:
        assert (said + rest).strip() == whole.strip()
