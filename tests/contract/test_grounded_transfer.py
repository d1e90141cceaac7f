"""The grounded brain connects callers to a person where its agent can, and to the one that they mean."""

import asyncio
import json

import pytest

from offhook.agents.core_tool_configs import EndCallConfig, TransferCallConfig
from offhook.agents.tool_configs import TakeMessageConfig
from offhook.speech.llm.grounded import Config, create
from offhook.speech.llm.history import FAILED
from offhook.speech.ports import Message, ModelRequest, Setup, TextDelta, ToolCall
from offhook.tools.toolbox import Toolbox

DESTINATIONS = [
    {"name": "reception", "number": "+15550100200", "when": "the caller asks for a person"},
    {"name": "kitchen", "number": "+15550100201", "when": "it is about allergies, or a large party"},
]
TRANSFER = TransferCallConfig.model_validate({"destinations": DESTINATIONS})
WITH = Toolbox((EndCallConfig(), TRANSFER, TakeMessageConfig()))
WITHOUT = Toolbox((EndCallConfig(), TakeMessageConfig()))
ASKED = Message("user", "can i speak to a real person please")


def reply(box: Toolbox, *messages: Message, may_call: bool = True) -> tuple[str, list[ToolCall]]:
    model = create(Config(), Setup(agent_name="harbour hotel"))

    async def collect() -> tuple[str, list[ToolCall]]:
        outputs = [output async for output in model.stream(ModelRequest(messages, box.specs, may_call=may_call))]
        text = "".join(output.text for output in outputs if isinstance(output, TextDelta))
        return text, [output for output in outputs if isinstance(output, ToolCall)]

    return asyncio.run(collect())


@pytest.mark.parametrize(
    ("wish", "destination"),
    [
        ("can i speak to a real person please", "reception"),
        ("i want to speak to a human", "reception"),
        ("let me speak to someone about my allergies", "kitchen"),
    ],
)
def test_who_asks_for_a_person_is_connected(wish: str, destination: str) -> None:
    text, (call,) = reply(WITH, Message("user", wish))
    assert text == "" and call.name == "transfer_call"
    assert json.loads(call.arguments) == {"destination": destination}


def test_where_nobody_can_be_reached_that_is_said() -> None:
    for text, calls in (reply(WITHOUT, ASKED), reply(WITH, ASKED, may_call=False)):
        assert "cannot put you through" in text and not calls


def test_in_the_middle_of_a_form_too() -> None:
    begun = (Message("user", "i would like to leave a message"), Message("assistant", "May I have your name?"))
    _, (call,) = reply(WITH, *begun, ASKED)
    assert call.name == "transfer_call"


def test_when_nobody_answers_a_message_is_offered() -> None:
    call = ToolCall("t1", "transfer_call", '{"destination": "reception"}')
    answered = Message("tool", f"{FAILED}: Nobody answered.", tool_call="t1")
    text, calls = reply(WITH, ASKED, Message("assistant", "", (call,)), answered)
    assert "message" in text and not calls


def test_notes_are_no_turns_of_the_caller() -> None:
    asked = Message("user", "goodbye")
    text, (call,) = reply(WITH, asked, Message("note", "can i speak to a real person please"))
    assert text == reply(WITH, asked)[0] and call.name == "end_call"
