"""The grounded brain with tools that it has never seen: any JSON schema, one question at a time, a yes, the outcome."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from offhook.speech.llm.grounded import GroundedBrain, cannot_use
from offhook.speech.llm.grounded_english_sentences import SENTENCES
from offhook.speech.llm.grounded_languages import language_for
from offhook.speech.llm.history import FAILED, RUNNING, UNKNOWN
from offhook.speech.ports import Message, ModelRequest, TextDelta, ToolCall, ToolSpec
from offhook.tools.arguments import checked_arguments

TODAY = date(2026, 11, 28)


def tool(name: str, description: str, required: tuple[str, ...] = (), /, **fields: Any) -> ToolSpec:
    return ToolSpec(name, description, {"type": "object", "properties": fields, "required": list(required)})


@dataclass
class Talk:
    """A call with a brain that has no facts."""

    tools: tuple[ToolSpec, ...]
    language: str = "en"
    messages: list[Message] = field(default_factory=list)
    asked: list[ToolCall] = field(default_factory=list)

    def say(self, text: str) -> str:
        """The caller speaks; the agent's answer."""
        self.messages.append(Message("user", text))
        return self._reply()

    def answers(self, result: str) -> str:
        """The tool that was asked for answers."""
        (call,) = self.asked
        self.messages += [Message("assistant", "", (call,)), Message("tool", result, tool_call=call.call)]
        return self._reply()

    def all(self, *turns: str) -> str:
        """Several turns; the last answer."""
        return [self.say(turn) for turn in turns][-1]

    @property
    def given(self) -> Mapping[str, Any]:
        """What the tool is given: it fits the schema."""
        (call,) = self.asked
        spec = next(spec for spec in self.tools if spec.name == call.name)
        return checked_arguments(spec, call.arguments)

    def _reply(self) -> str:
        brain = GroundedBrain(language_for(self.language), None, today=lambda: TODAY)
        request = ModelRequest((Message("system", ""), *self.messages), self.tools)

        async def outputs() -> list[Any]:
            return [output async for output in brain.stream(request)]

        found = asyncio.run(outputs())
        self.asked = [output for output in found if isinstance(output, ToolCall)]
        text = "".join(output.text for output in found if isinstance(output, TextDelta))
        if text:
            self.messages.append(Message("assistant", text))
        return text


# ── each kind of field ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("schema", "turn", "value"),
    [
        ({"type": "string", "format": "date"}, "next Tuesday", "2026-12-01"),
        ({"type": "string", "format": "date"}, "on the fifth of December", "2026-12-05"),
        ({"type": "string", "pattern": r"^\d{2}\.\d{2}\.\d{4}$", "description": "A day, DD.MM.YYYY"}, "tomorrow",
            "29.11.2026"),
        ({"type": "string", "format": "time"}, "half past three", "15:30:00"),
        ({"type": "string", "format": "email"}, "anna dot brown at example dot com", "anna.brown@example.com"),
        ({"type": "string", "format": "date-time"}, "tomorrow at 3 pm", "2026-11-29T15:00:00"),
        ({"type": "string", "enum": ["next_day", "standard"]}, "standard please", "standard"),
        ({"type": "string", "enum": ["next_day", "standard"]}, "the next day one", "next_day"),
        ({"oneOf": [{"const": "S", "title": "small"}, {"const": "L", "title": "large"}]}, "a large one", "L"),
        ({"type": "string", "enum": ["S", "L"], "description": "S (small) or L (large)"}, "small", "S"),
        ({"enum": [6, 12, 24]}, "twelve", 12),
        ({"type": "integer", "minimum": 1}, "three", 3),
        ({"type": "number"}, "two point five", 2.5),
        ({"type": ["integer", "null"]}, "forty two", 42),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "seven", 7),
        ({"type": "boolean"}, "yes please", True),
        ({"type": "boolean"}, "no thanks", False),
        ({"type": "string", "pattern": "^[A-Z]{2}-\\d{4}$"}, "A B one two double three", "AB-1233"),
        ({"type": "string"}, "because of the rain", "because of the rain"),
        ({"type": "array", "items": {"type": "string", "enum": ["ham", "olives", "corn"]}}, "ham and corn", ["ham",
            "corn"]),
    ],
)  # fmt: skip
def test_a_field_takes_what_is_said(schema: dict[str, Any], turn: str, value: object) -> None:
    talk = Talk((tool("start_process", "Start the process.", ("thing",), thing=schema),))
    assert talk.say("I'd like to start the process").endswith("?")
    assert talk.say(turn).endswith(SENTENCES.right)
    assert talk.say("yes") == ""
    assert talk.given == {"thing": value}


def test_blocks_inside_of_blocks_are_asked_one_thing_at_a_time() -> None:
    person = {"type": "object", "required": ["name", "contact"], "properties": {
        "name": {"type": "string"},
        "contact": {"type": "object", "required": ["phone"], "properties": {"phone": {"type": "string"}}},
    }}  # fmt: skip
    talk = Talk((tool("register_member", "Register a new member.", ("person",), person=person),))
    assert talk.say("I'd like to register as a member").endswith("What is your name, please?")
    assert talk.say("Anna Brown") == "What is your telephone number?"
    talk.all("five oh three five five five oh one four two", "yes")
    assert talk.given == {"person": {"name": "Anna Brown", "contact": {"phone": "5035550142"}}}


def test_things_with_amounts_of_any_name_are_taken() -> None:
    lines = {"type": "array", "items": {"type": "object", "required": ["product", "qty"], "properties": {
        "product": {"type": "string"}, "qty": {"type": "integer", "maximum": 9}}}}  # fmt: skip
    talk = Talk((tool("order_supplies", "Order supplies for the office.", ("lines",), lines=lines),))
    assert talk.say("I'd like to order two boxes of paper and three blue pens").endswith(SENTENCES.right)
    assert talk.say("no, four blue pens").endswith(SENTENCES.right)
    talk.say("that's right")
    assert talk.given == {"lines": [{"product": "boxes of paper", "qty": 2}, {"product": "blue pens", "qty": 4}]}


def test_what_is_not_needed_is_taken_when_it_is_said_and_not_asked_for() -> None:
    spec = tool("book_class", "Book a yoga class.", ("date",), date={"type": "string", "format": "date"},
                mat={"type": "boolean", "default": False}, guests={"type": "integer", "default": 0})  # fmt: skip
    talk = Talk((spec,))
    assert talk.say("I'd like to book a class for Friday with a mat").endswith(SENTENCES.right)
    talk.say("yes")
    assert talk.given == {"date": "2026-12-04", "mat": True}


def test_a_number_beyond_its_bound_is_told_and_asked_again() -> None:
    talk = Talk((tool("rent_bikes", "Rent bikes.", ("bikes",), bikes={"type": "integer", "minimum": 1, "maximum": 8}),))
    talk.say("I'd like to rent bikes")
    assert "8 at most" in talk.say("twelve")
    assert not talk.asked
    talk.all("six", "yes")
    assert talk.given == {"bikes": 6}


# ── dialogue ─────────────────────────────────────────────────────────────────────────────────────────────────────

VISIT = tool("book_visit", "Book a visit.", ("guests", "date", "time"), guests={"type": "integer"},
             date={"type": "string", "format": "date"}, time={"type": "string"})  # fmt: skip
CANCEL = tool("cancel_visit", "Cancel a visit.", ("reference",), reference={"type": "string"})


def test_several_things_in_one_sentence_and_corrections() -> None:
    talk = Talk((VISIT, CANCEL))
    assert talk.say("I'd like to book a visit for four people on Friday").endswith("At what time?")
    assert talk.say("at three").endswith(SENTENCES.right)
    assert "guests: 3 people" in talk.say("no, three")
    assert "Saturday" in talk.say("not Friday, Saturday")
    assert talk.say("the time is wrong") == "At what time?"
    talk.all("four pm", "yes")
    assert talk.given == {"guests": 3, "date": "2026-12-05", "time": "16:00"}


def test_a_change_of_mind_begins_the_other_wish() -> None:
    talk = Talk((VISIT, CANCEL))
    talk.say("I'd like to book a visit")
    answer = talk.say("actually I want to cancel my visit")
    assert answer.startswith(SENTENCES.dropped)
    assert answer.endswith("What is the reference?")


def test_a_wish_that_no_tool_does_is_never_agreed_to() -> None:
    talk = Talk((VISIT,))
    for wish in ("I'd like to order two large pizzas", "please cancel my subscription", "can you book me a taxi"):
        assert talk.say(wish).startswith(SENTENCES.cannot)


def test_nothing_runs_without_a_yes() -> None:
    talk = Talk((CANCEL,))
    assert talk.all("I want to cancel my visit", "4711").endswith(SENTENCES.right)
    for turn in ("hm", "what did you say?", "no"):
        talk.say(turn)
        assert not talk.asked


def test_the_owners_examples_make_a_wish() -> None:
    spec = ToolSpec("tow", "Send the lorry.", CANCEL.parameters, ("my car has broken down",))
    assert Talk((spec,)).say("hello my car has broken down").endswith("What is the reference?")


def test_a_tool_that_it_cannot_fill_in_is_told_at_the_start_and_in_the_call() -> None:
    spec = tool("draw_plan", "Draw a plan.", ("grid",), grid={"type": "array", "items": {"type": "array", "items": {}}})
    assert "lists of lists" in cannot_use((spec, VISIT), "en-US")["draw_plan"]
    assert list(cannot_use((spec, VISIT), "de-DE")) == ["draw_plan"]
    assert Talk((spec,)).say("I'd like you to draw a plan please").startswith(SENTENCES.cannot)


# ── outcomes ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _run(result: str) -> str:
    talk = Talk((CANCEL,))
    talk.all("I want to cancel my visit", "4711", "yes")
    return talk.answers(result)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ('{"state": "out_for_delivery", "eta": "19:30"}', "State: out for delivery. Eta: 7:30 PM."),
        ('{"day": "2026-12-01", "fee": {"amount": 12, "currency": "euros"}}', "Tuesday, December 1, 2026"),
        ('{"reference": "4711", "seats": ["A1", "A2"], "paid": true}', "Seats: A1 and A2. Paid: yes."),
        ('{"message": "Your visit is cancelled."}', "Your visit is cancelled."),
        ("Cancelled, number 12.", "Cancelled, number 12."),
        ("done (the service answered 204 and nothing else)", SENTENCES.done_other),
    ],
)  # fmt: skip
def test_what_came_of_it_is_said_in_words(result: str, said: str) -> None:
    answer = _run(result)
    assert said in answer
    assert not set('{}[]"_') & set(answer)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (f"{FAILED}: the service answered 409", SENTENCES.failed),
        (UNKNOWN, SENTENCES.maybe_done),
        (RUNNING, SENTENCES.running),
        (json.dumps({"success": False, "error": "too late"}), f"{SENTENCES.failed} Too late."),
        ('{"error": "no such visit"}', f"{SENTENCES.failed} No such visit."),
    ],
)
def test_what_was_not_done_is_not_said_to_be(result: str, said: str) -> None:
    answer = _run(result)
    assert answer.startswith(said)
    assert SENTENCES.done_other not in answer


def test_after_a_failure_another_value_is_enough() -> None:
    talk = Talk((VISIT,))
    talk.all("I'd like to book a visit for two people on Friday at three", "yes")
    talk.answers(f"{FAILED}: the slot is taken")
    assert "4 PM" in talk.say("then at four o'clock")
    talk.say("yes")
    assert talk.given["time"] == "16:00"


def test_german() -> None:
    spec = tool("termin_buchen", "Einen Termin buchen.", ("datum", "uhrzeit", "personen"), personen={"type": "integer"},
                datum={"type": "string", "format": "date"}, uhrzeit={"type": "string"})  # fmt: skip
    talk = Talk((spec,), "de")
    assert talk.say("Ich möchte am Freitag um halb drei einen Termin für vier Personen").endswith("Ist das richtig?")
    assert "3 Personen" in talk.say("nein, drei Personen")
    talk.say("ja, genau")
    assert talk.given == {"datum": "2026-12-04", "uhrzeit": "14:30", "personen": 3}
    assert "16 Uhr 30" in talk.answers('{"beginn": "16:30"}')


def test_a_stay_ends_behind_its_beginning_and_a_bare_day_is_asked_about() -> None:
    day = {"type": "string", "format": "date"}
    talk = Talk((tool("reserve_room", "Reserve a room.", ("check_in", "check_out"), check_in=day, check_out=day),))
    assert talk.say("I'd like to reserve a room from Friday to Sunday").endswith(SENTENCES.right)
    assert "check in or check out" in talk.say("make it Monday")
    talk.all("the check out", "yes")
    assert talk.given == {"check_in": "2026-12-04", "check_out": "2026-12-07"}


def test_cancel_it_is_a_wish_where_nothing_was_begun() -> None:
    assert Talk((CANCEL,)).say("I'd like to cancel it").endswith("What is the reference?")
    assert Talk((VISIT,)).say("please cancel it").startswith(SENTENCES.cannot)
    assert Talk((VISIT,)).say("oh never mind").startswith(SENTENCES.all_right)


def test_thats_wrong_is_no_reason_called_wrong() -> None:
    reason = {"type": "string", "enum": ["late", "wrong", "other"]}
    order = {"type": "string", "description": "The order number, six digits.", "pattern": "^[0-9]{6}$"}
    talk = Talk((tool("cancel_order", "Cancel an order.", ("order",), order=order, reason=reason),))
    assert talk.say("I want to cancel my order").endswith("What is the order number?")
    talk.all("one two three four five six", "no that's wrong")
    assert talk.say("one two three four five seven").endswith(SENTENCES.right)
    talk.say("yes")
    assert talk.given == {"order": "123457"}
