"""The grounded brain fills in forms: a table, a message; corrections, questions in between, and what goes wrong."""

import pytest

from offhook.speech.llm.grounded_english_sentences import SENTENCES
from offhook.speech.llm.history import FAILED
from offhook.speech.ports import Message
from tests.grounded_world import DENTAL, Call, needs_model

# ── a table ──────────────────────────────────────────────────────────────────────────────────────────────────────


@needs_model
def test_a_table_is_booked_by_questions() -> None:
    call = Call()
    assert call.say("i'd like to book a table").endswith("For how many people?")
    assert call.say("four") == "For which day?"
    assert call.say("this friday") == "At what time?"
    assert call.say("half past seven") == "What is your name, please?"
    assert call.say("it's brown") == (
        "So that is a table for 4 people, on Friday at 7:30 PM, under the name Brown. Is that right?"
    )
    assert call.say("yes please") == ""
    assert call.tools[0].name == "book_table"
    assert call.arguments == {"party_size": 4, "date": "Friday", "time": "19:30", "name": "Brown"}
    assert "Your table is booked" in call.tool_answers("Booked: a table for 4.")
    assert "12 dollars" in call.say("and how much is parking"), "the form is closed"


@needs_model
def test_several_answers_in_one_turn_are_all_taken() -> None:
    call = Call()
    said = call.say("hi can i get a table for two tomorrow at seven thirty my name is anna brown")
    assert "a table for 2 people, tomorrow at 7:30 PM, under the name Anna Brown" in said
    call.say("that's right")
    assert call.arguments == {"party_size": 2, "date": "tomorrow", "time": "19:30", "name": "Anna Brown"}


@needs_model
def test_do_you_have_a_table_is_a_booking() -> None:
    assert "What is your name" in Call().say("do you have a table for six people on saturday at eight")


@needs_model
def test_corrections_change_the_form() -> None:
    call = Call()
    call.say("a table for four on friday at seven please")
    call.say("brown")
    assert "Friday at 8 PM" in call.say("no at eight")
    assert "a table for 5 people" in call.say("and actually make it five people")
    assert "What should I change?" in call.say("no")
    assert "on Saturday" in call.say("saturday")
    assert "name" in call.say("the name is wrong")
    assert "under the name Miller" in call.say("miller")
    call.say("yes that's correct")
    assert call.arguments == {"party_size": 5, "date": "Saturday", "time": "20:00", "name": "Miller"}


@needs_model
def test_a_question_inside_the_form_is_answered_and_the_form_goes_on() -> None:
    call = Call()
    call.say("i want to reserve a table for three")
    answer = call.say("is there a dress code")
    assert answer == "There is no dress code in the restaurant: come as you are. For which day?"
    assert call.say("okay then tomorrow and do you have a casino").endswith(f"{SENTENCES.unknown} At what time?")
    assert call.say("can we say eight").endswith("What is your name, please?")
    assert "tomorrow at 8 PM" in call.say("Smith, S M I T H")


@needs_model
def test_a_table_with_a_question_in_the_same_breath() -> None:
    answer = Call().say("i'd like to book a table for tonight, and is there parking")
    assert "garage behind the hotel" in answer
    assert answer.endswith("For how many people?")


@needs_model
def test_never_mind_drops_the_form() -> None:
    call = Call()
    call.say("i'd like to book a table for two")
    assert call.say("oh never mind").startswith("All right, I have dropped that.")
    assert "Breakfast is served" in call.say("what time is breakfast")


@needs_model
def test_a_party_that_is_too_large_is_offered_a_message() -> None:
    call = Call()
    answer = call.say("can we have a table for twenty people on sunday")
    assert answer == f"I can only book tables for up to 12 people. {SENTENCES.offer}"
    assert "What is your name" in call.say("yes please")


@needs_model
def test_yes_counts_only_for_what_was_heard() -> None:
    call = Call()
    call.say("a table for four on friday at seven my name is brown", heard="So that —")
    assert "Is that right?" in call.say("yes")
    assert not call.tools, "nobody has heard what would be booked"
    call.messages.append(Message("assistant", "Are you still there?"))
    assert call.say("yes", heard=None) == ""
    assert call.tools


@needs_model
def test_a_booking_that_fails_is_admitted() -> None:
    call = Call()
    call.say("a table for four on friday at seven my name is brown")
    call.say("yes")
    told = f"{FAILED}: the file could not be written"
    assert call.tool_answers(told) == f"{SENTENCES.failed} {SENTENCES.offer}"


# ── a message ────────────────────────────────────────────────────────────────────────────────────────────────────


@needs_model
def test_a_message_is_taken_with_a_number_in_parts() -> None:
    call = Call()
    assert call.say("can i leave a message").endswith("What is your name, please?")
    assert call.say("yes this is anna brown") == "What is your telephone number?"
    assert call.say("five zero three") == "I have 5 0 3 so far. How does the number go on?"
    assert call.say("five five five, oh one four two") == "What would you like me to pass on?"
    said = call.say("the heating in room twelve does not work, can somebody have a look")
    assert "phone: 503-555-0142" in said
    assert "room twelve" in said
    call.say("yes that is right")
    assert call.tools[0].name == "take_message"
    assert call.arguments == {
        "name": "Anna Brown",
        "phone": "5035550142",
        "message": "the heating in room twelve does not work, can somebody have a look",
    }
    assert "written that down" in call.tool_answers("The message was written down.")


@needs_model
def test_an_unknown_answer_leads_to_a_message_when_the_caller_wants_one() -> None:
    call = Call()
    call.say("do you have a tennis court")
    assert "What is your name" in call.say("yes please")
    call = Call()
    call.say("do you have a tennis court")
    assert call.say("no thanks") == f"{SENTENCES.all_right} {SENTENCES.anything_else}"


@needs_model
def test_the_message_may_come_with_the_wish() -> None:
    call = Call()
    call.say("please tell the manager that we will arrive after midnight")
    call.say("brown")
    assert "we will arrive after midnight" in call.say("503-555-0142")


@needs_model
def test_the_owners_own_fields_are_asked_for() -> None:
    call = Call(DENTAL)
    call.say("i'd like somebody to call me back")
    call.say("Miller")
    assert call.say("503 555 0187") == "What is your date of birth?"
    assert call.say("june fifth nineteen eighty") == "What would you like me to pass on?"
    said = call.say("I need a check-up next week")
    assert "date of birth: June 5, 1980" in said
    call.say("correct")
    assert call.tools[0].name == "take_message"


@needs_model
def test_a_wish_for_what_cannot_be_booked_is_offered_a_message() -> None:
    call = Call(DENTAL)
    assert SENTENCES.offer in call.say("i need to make an appointment for next week")
    assert "What is your name" in call.say("yes please do")


@needs_model
@pytest.mark.parametrize("turn", ["yes and do you have parking", "Yes, and you have parking."])
def test_a_yes_with_a_question_is_a_yes_and_a_question(turn: str) -> None:
    call = Call()
    call.say("a table for four on friday at seven my name is brown")
    assert "garage behind the hotel" in call.say(turn)
    assert call.tools[0].name == "book_table"
    assert call.tool_answers("Booked.").startswith("Your table is booked.")
    assert call.say("yes") == SENTENCES.ask_me


@needs_model
@pytest.mark.parametrize("turn", ["yes that's all correct thank you", "yes perfect see you then", "sounds good to me"])
def test_a_yes_with_kind_words_is_a_yes(turn: str) -> None:
    call = Call()
    call.say("a table for four on friday at seven my name is brown")
    assert call.say(turn) == ""
    assert call.tools[0].name == "book_table"


@needs_model
def test_a_yes_with_a_change_is_read_back_again() -> None:
    call = Call()
    call.say("a table for four on friday at seven my name is brown")
    assert "a table for 5 people" in call.say("yes but make it five people")
    assert not call.tools
